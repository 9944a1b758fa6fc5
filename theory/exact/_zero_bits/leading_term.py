"""The leading term of the expected time where the drift is proportional to the zero-bits near the optimum."""

import math

from theory import _check
from theory.results import Value


def leading_term(n: int, slope: float, name: str) -> Value:
    """E[T] ~ n ln n / slope, where n times the drift from one zero-bit tends to the slope; inf unless it is positive.

    Args:
        n: number of bits, at least 1.
        slope: zero-bits per step and per density of zero-bits, at density 0.
        name: of the process, for the source.

    Returns:
        An asymptotic value in steps.
    """
    n = _check.bits(n)
    value = n * math.log(n) / slope if slope > 0.0 else math.inf
    return Value.asymptotic(value, source=f"{name}: n ln n over the slope of the fluid drift at 0")
