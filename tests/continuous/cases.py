"""One case, or more, for every strategy in real vectors; apart from `tests/cases.py`, as it loads jax and cma."""

from __future__ import annotations

import numpy as np

import evo
from evo import continuous as c
from tests.cases import OptimizerCase

SPHERE = evo.BlackBox(lambda x: float(np.sum((x - 3.0) ** 2)), sense=evo.Sense.MINIMISE, start=np.ones(4))

STRATEGIES: dict[str, OptimizerCase] = {
    "CmaEs": OptimizerCase(c.CmaEs(0.5), SPHERE, steps=6),
    "SepCmaEs": OptimizerCase(c.SepCmaEs(0.5), SPHERE, steps=6),
    "Xnes": OptimizerCase(c.Xnes(0.5), SPHERE, steps=6, start=np.zeros((2, 2))),
    "Snes": OptimizerCase(c.Snes(0.5), SPHERE, steps=6),
    "PyCma": OptimizerCase(c.PyCma(0.5), SPHERE, steps=4),
    "Evosax, a normal distribution": OptimizerCase(c.Evosax("SNES", 0.5), SPHERE, steps=4),
    "Evosax, a population": OptimizerCase(c.Evosax("SimpleGA", 0.5), SPHERE, steps=4),
    "Evosax, a gradient": OptimizerCase(c.Evosax("PGPE", 0.5), SPHERE, steps=4),
    "Evosax, particles": OptimizerCase(c.Evosax("SV_CMA_ES", 0.5, num_populations=2), SPHERE, steps=4),
}
