"""What is known at finite n: the exact law on OneMax, and Witt's scale and bound for all linear functions."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

ONEMAX, UNIFORM, BINVAL = "OneMax", "U(0, 1)", "BinVal"
FUNCTIONS = (ONEMAX, UNIFORM, BINVAL)


def problem(name: str, n: int) -> Any:
    """The problem; uniform weights are drawn anew for each run."""
    from evo import discrete as d

    return {ONEMAX: d.OneMax, UNIFORM: d.RandomLinear, BINVAL: d.BinVal}[name](n)


def base(n: float, strength: float) -> float:
    """(e^c / c) n ln n."""
    return slope(strength) * n * math.log(n)


def slope(strength: float) -> float:
    """e^c / c."""
    return math.exp(strength) / strength


@lru_cache(maxsize=4096)
def onemax(n: int, strength: float) -> tuple[float, float]:
    """Mean and standard deviation of the run time on OneMax in steps."""
    from theory import onemax as module

    law = module.law(n, strength=strength)
    return float(law.mean), math.sqrt(float(law.variance))


def upper_bound(n: int, strength: float) -> float:
    """Witt's bound on the expected run time on every linear function."""
    from theory import linear

    return linear.upper_bound(n, strength=strength).upper


def onemax_linear() -> float:
    """The limit of E[T] / (e n) - ln n on OneMax at strength 1."""
    from theory import constants

    return float(constants.onemax_linear) / math.e
