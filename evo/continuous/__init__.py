"""Search in real vectors: ask-tell strategies that learn the shape of the function from ranks."""

from __future__ import annotations

from evo.continuous.cma_es import CmaEs
from evo.continuous.observables import axis_ratio, sigma
from evo.continuous.sep_cma_es import SepCmaEs

__all__ = [
    "CmaEs",
    "SepCmaEs",
    "axis_ratio",
    "sigma",
]
