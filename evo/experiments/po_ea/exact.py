"""The three processes, and what their chains of the number of zero-bits say at finite n."""

from __future__ import annotations

import importlib
import math
from functools import lru_cache
from typing import Any, NamedTuple


class Process(NamedTuple):
    """A process: its name in figures, the problem in `evo.discrete`, the module of `theory`, and its drift at c = 1."""

    name: str
    problem: str
    theory: str
    #: At strength 1 and vanishing density d of zero-bits the drift is this times d^2, and the variance of a step is d.
    curvature: float

    @property
    def limit(self) -> float:
        """The limit of E[T] / n^(3/2) at strength 1.

        With k = n^(1/2) y zero-bits and n^(3/2) s steps the chain tends to dy = -a y^2 ds + y^(1/2) dW, a the
        curvature. Its mean time from infinity to 0 solves y f'' / 2 - a y^2 f' = -1: it is 2 a^(-1/2) times the
        integral of D(u) / u over u > 0, D Dawson's function, that is pi^(3/2) / (2 a^(1/2)).
        """
        return math.pi**1.5 / (2.0 * math.sqrt(self.curvature))

    def on(self, n: int) -> Any:
        """The problem."""
        from evo import discrete as d

        return getattr(d, self.problem)(n)


# Adversarial: one of a = 1, b ~ Po(1) flips is -1 on average up to d: d - (1 - d)(1 - e^-d) = 3 d^2 / 2 + O(d^3).
# Partial order: the step a = 2, b = 1, of probability d^2 / (2e), is rejected, and it would have gained 1.
PROCESSES = (
    Process("PO-EA", "PartiallyOrdered", "partially_ordered", 1.5 - 0.5 / math.e),
    Process("ADBV", "AdversarialDynamicBinVal", "adversarial_dynamic_bin_val", 1.5),
    Process("SDBV", "SwitchingDynamicBinVal", "switching_dynamic_bin_val", 1.5),
)


@lru_cache(maxsize=8192)
def moments(process: Process, n: int, strength: float) -> tuple[float, float]:
    """Mean and standard deviation of the run time in steps, from a uniform start."""
    law = importlib.import_module(f"theory.exact.{process.theory}").law(n, strength=strength)
    return float(law.mean), math.sqrt(float(law.variance))


def mean(process: Process, n: int, strength: float) -> float:
    """The exact mean in steps."""
    return moments(process, n, strength)[0]


@lru_cache(maxsize=1024)
def onemax(n: int, strength: float) -> float:
    """The exact mean of the (1+1)-EA on OneMax, for contrast."""
    from theory import onemax as module

    return float(module.law(n, strength=strength).mean)


def exponent(small: tuple[int, float], large: tuple[int, float]) -> float:
    """The exponent of n between two points (n, mean)."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])
