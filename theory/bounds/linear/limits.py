"""Leading terms on linear functions with positive weights, as n grows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.results import Value

__all__ = ["asymptotic", "asymptotic_lower_bound", "unbiased_asymptotic"]


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps on every linear function with positive weights.

    E[T] = (1 + o(1)) (e^c / c) n ln n for constant c, smallest at c = 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in steps. At feasible n, measured means lie some ten per cent below it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Witt (2013).

    Example:
        >>> round(float(asymptotic(1000, strength=1.0)))
        18777
    """
    n, strength = _check.bits(n), _check.strength_of(strength)
    grown = math.exp(strength) if strength < 709.0 else math.inf
    return Value.asymptotic(grown / strength * n * math.log(n), source="Witt (2013): (e^c / c) n ln n")


def asymptotic_lower_bound(n: int, *, strength: float | None = None, rate: float | None = None) -> Value:
    """The leading term of the lower bound on the expected number of steps on every linear function.

    E[T] >= (1 - o(1)) (1 - p)^(-n) min{ln n, ln(1 / (p^3 n^2))} / p for p = O(n^(-2/3 - eps)); for p = c / n that is
    `asymptotic`.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        An asymptotic value in steps; 0 where p^3 n^2 >= 1, where the theorem says nothing. A bound at a given n:
        `lower_bound`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Witt (2013), lower bound for general rates; recalled.

    Example:
        >>> round(float(asymptotic_lower_bound(1000, rate=0.001)))
        18787
    """
    n = _check.bits(n)
    p = _check.rate_of(n, strength, rate)
    logarithm = max(0.0, min(math.log(n), -3.0 * math.log(p) - 2.0 * math.log(n)))
    exponent = -n * math.log1p(-p) if p < 1.0 else math.inf
    grown = math.exp(exponent) if exponent < 709.0 else math.inf
    value = grown / p * logarithm if logarithm > 0.0 else 0.0
    source = "Witt (2013): (1 - p)^(-n) min(ln n, ln(1 / (p^3 n^2))) / p [recalled]"
    return Value.asymptotic(value, source=source)


def unbiased_asymptotic(n: int, *, flips: ArrayLike) -> Value:
    """The leading term of the expected number of steps with any static unbiased mutation, on every linear function.

    E[T] = (1 + o(1)) n ln n / P(one bit flips). For standard bit mutation P(one bit flips) tends to c e^-c, which gives
    `asymptotic`.

    Args:
        n: number of bits, at least 1.
        flips: float64[n + 1], the probabilities of 0, ..., n flips; see `theory.flips`.

    Returns:
        An asymptotic value in steps; inf where one bit never flips alone. The theorem asks for conditions on the
        moments of the number of flips, as the law varies with n; they cannot be checked at one n.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr, Janett and Lengler (2024).

    Example:
        >>> from theory import flips
        >>> round(float(unbiased_asymptotic(1000, flips=flips.binomial(1000, strength=1.0))))
        18768
    """
    n = _check.bits(n)
    law = np.asarray(flips, dtype=np.float64)
    if law.shape != (n + 1,) or not law.min() >= 0.0 or not abs(law.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`flips` must hold the probabilities of 0, ..., {n} flips (non-negative, sum 1); got shape {law.shape}, "
            f"sum {law.sum():.12g}. Take a law from theory.flips."
        )
    value = n * math.log(n) / float(law[1]) if law[1] > 0.0 else math.inf
    return Value.asymptotic(value, source="Doerr, Janett and Lengler (2024): n ln n / P(one bit flips)")
