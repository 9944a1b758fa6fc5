"""The (1+1)-EA on LeadingOnes at a static rate or a rate per level: closed forms and the law of the running time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.exact.leading_ones.levels import improvement
from theory.exact.leading_ones.waits import thinned_law, thinned_moments
from theory.results import Law, Value

__all__ = ["asymptotic", "expected_steps", "law", "variance"]

_SOURCE = "(1+1)-EA on LeadingOnes: sum of Bernoulli(1/2)-thinned geometric waits"


def law(n: int, *, strength: float | None = None, rate: ArrayLike | None = None, horizon: int | None = None) -> Law:
    """The law of the number of steps that the (1+1)-EA needs on LeadingOnes from a uniform string.

    T = sum_i X_i G_i, X_i ~ Bernoulli(1/2), G_i ~ Geom(q_i), q_i = p_i (1 - p_i)^i, all independent.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, n times the rate, in (0, n].
        rate: flip probability per bit, in (0, 1], or n of them, entry i for strings with exactly i leading ones;
            exactly one of `strength` and `rate`.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law; mean and variance are inf where a level cannot be left or they exceed the range of floats. The
        distribution is computed on first use (n times its length operations) and refused where that takes minutes.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Böttcher, Doerr and Neumann (2010) for the mean; the decomposition is theirs.

    Example:
        >>> time = law(n=10, rate=0.1)
        >>> round(time.mean, 9), time.quantile(0.5)
        (84.058739586, 77)
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    return thinned_law(improvement(n, strength, rate), horizon=horizon, source=_SOURCE)


def expected_steps(n: int, *, strength: float | None = None, rate: ArrayLike | None = None) -> Value:
    """The expected number of steps of the (1+1)-EA on LeadingOnes from a uniform string.

    E[T] = (1/2) sum_i 1 / (p_i (1 - p_i)^i), and for one rate ((1 - p)^(1 - n) - (1 - p)) / (2 p^2).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1], or n of them, entry i for strings with exactly i leading ones;
            exactly one of `strength` and `rate`.

    Returns:
        An exact value in steps; inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Böttcher, Doerr and Neumann (2010), Sudholt (2013).

    Example:
        >>> round(float(expected_steps(n=100, rate=0.01)), 9)
        8573.395180824
    """
    n = _check.many_bits(n)
    success = improvement(n, strength, rate)
    if rate is None or np.ndim(rate) == 0:
        p = _check.rate_of(n, strength, rate)
        exponent = -n * math.log1p(-p) if p < 1.0 else math.inf
        if p > 1e-100 and exponent < 700.0:  # else p^2 underflows or a factor overflows where the sum does not
            return Value.exact((1.0 - p) * math.expm1(exponent) / (2.0 * p * p), source=_SOURCE)
    return Value.exact(thinned_moments(success).mean, source=_SOURCE)


def variance(n: int, *, strength: float | None = None, rate: ArrayLike | None = None) -> Value:
    """The variance of the number of steps of the (1+1)-EA on LeadingOnes from a uniform string.

    Var[T] = sum_i (3 - 2 q_i) / (4 q_i^2) with q_i = p_i (1 - p_i)^i.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1], or n of them; exactly one of `strength` and `rate`.

    Returns:
        An exact value in steps squared; inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (independent waits).

    Example:
        >>> round(float(variance(n=100, rate=0.01)) ** 0.5, 1)
        1542.4
    """
    n = _check.many_bits(n)
    return Value.exact(thinned_moments(improvement(n, strength, rate)).variance, source=_SOURCE)


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps on LeadingOnes.

    E[T] ~ (e^c - 1) / (2 c^2) n^2, smallest where (2 - c) e^c = 2, at c = 1.5936.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Böttcher, Doerr and Neumann (2010).

    Example:
        >>> round(float(asymptotic(1000, strength=1.0)))
        859141
    """
    n, strength = _check.bits(n), _check.strength_of(strength)
    coefficient = math.expm1(strength) / strength / (2.0 * strength) if strength < 700.0 else math.inf
    return Value.asymptotic(coefficient * n * n, source="Böttcher, Doerr and Neumann (2010): (e^c - 1) n^2 / (2 c^2)")
