"""The rates that minimise the expected time on LeadingOnes, at the same n."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory import _check, _roots
from theory.results import Value

__all__ = ["best_rates", "best_static_rate"]


def best_rates(n: int) -> NDArray[np.float64]:
    """The fitness-dependent rates with the smallest expected time: p_i = 1 / (i + 1) at i leading ones.

    p_i maximises p (1 - p)^i on its own level; E[T] = (1/2) sum_i (i + 1) (1 + 1/i)^i, which is e/4 n^2 in the limit.

    Args:
        n: number of bits, at least 1.

    Returns:
        float64[n], probabilities per bit; entry i for strings with exactly i leading ones.

    Raises:
        TypeError: if n is not an integer.
        ValueError: if n < 1.

    Source: Böttcher, Doerr and Neumann (2010).

    Example:
        >>> from theory import leading_ones
        >>> round(float(leading_ones.expected_steps(100, rate=best_rates(100))) / 100**2, 6)
        0.679526
    """
    return 1.0 / np.arange(1.0, _check.many_bits(n) + 1.0)


def best_static_rate(n: int) -> Value:
    """The static rate with the smallest expected time.

    It is the root of (n - 1 + (1 - p)^n) p = 2 (1 - p) (1 - (1 - p)^n) in (0, 1], where the derivative of ((1 - p)^(1 -
    n) - (1 - p)) / (2 p^2) vanishes; n p tends to 1.5936..., the root of (2 - c) e^c = 2.

    Args:
        n: number of bits, at least 1.

    Returns:
        An exact value, a probability per bit.

    Raises:
        TypeError: if n is not an integer.
        ValueError: if n < 1.

    Source: Böttcher, Doerr and Neumann (2010) for the limit; the equation at finite n is elementary.

    Example:
        >>> round(1000 * float(best_static_rate(1000)), 6)
        1.592356
    """
    n = _check.bits(n)

    def slope(strength: float) -> float:
        p = strength / n
        if p >= 1.0:
            return n - 1.0
        gone = -math.expm1(n * math.log1p(-p))
        return (n - gone) * p - 2.0 * (1.0 - p) * gone

    rate = 1.0 if n == 1 else _roots.root(slope, 0.5, float(n)) / n
    return Value.exact(rate, source="LeadingOnes: zero of the derivative of ((1 - p)^(1 - n) - (1 - p)) / (2 p^2)")
