"""Search in real vectors: ask-tell strategies that learn the shape of the function from ranks."""

from __future__ import annotations

from evo.continuous.cma_es import CmaEs
from evo.continuous.evosax_strategy import Evosax
from evo.continuous.observables import axis_ratio, sigma
from evo.continuous.pycma import PyCma
from evo.continuous.sep_cma_es import SepCmaEs
from evo.continuous.xnes import Snes, Xnes

__all__ = [
    "CmaEs",
    "Evosax",
    "PyCma",
    "SepCmaEs",
    "Snes",
    "Xnes",
    "axis_ratio",
    "sigma",
]
