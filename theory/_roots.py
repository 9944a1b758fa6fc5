"""Roots of a function of one variable, to full double precision."""

from collections.abc import Callable
from typing import Any


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a continuous function between two points where its signs differ."""
    from scipy import optimize

    brentq: Any = optimize.brentq  # its stubs allow for results that only other options give
    return float(brentq(function, low, high, xtol=1e-16, rtol=8.9e-16))
