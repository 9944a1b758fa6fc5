"""The (1+1)-EA on LeadingOnes that repeats a mutation until a bit flips, and pays for the last try only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check, _roots
from theory.exact.leading_ones.levels import kept, rates_of
from theory.exact.leading_ones.waits import thinned_law, thinned_moments
from theory.results import Law, Value

__all__ = [
    "best_resampling_rates",
    "resampling_asymptotic",
    "resampling_expected_steps",
    "resampling_law",
    "resampling_variance",
]

_MOST = 20_000  # bits for which the best rates are searched (a minute or two)
_SOURCE = "(1+1)-EA with resampling on LeadingOnes: sum of Bernoulli(1/2)-thinned geometric waits"


def resampling_law(
    n: int, *, strength: float | None = None, rate: ArrayLike | None = None, horizon: int | None = None
) -> Law:
    """The law of the number of non-empty mutations that the (1+1)-EA needs on LeadingOnes from a uniform string.

    T = sum_i X_i G_i, X_i ~ Bernoulli(1/2), G_i ~ Geom(q_i), q_i = p_i (1 - p_i)^i / (1 - (1 - p_i)^n), independent.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per try, n times the rate, in (0, n].
        rate: flip probability per bit and try, in [0, 1], or n of them, entry i for strings with exactly i leading
            ones; 0 stands for its limit, exactly one flip. Exactly one of `strength` and `rate`.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law; mean and variance are inf where a level cannot be left or they exceed the range of floats.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Carvalho Pinto and Doerr (2018) for the algorithm, as recalled; the decomposition is elementary.

    Example:
        >>> resampling_law(20, rate=0.0).mean  # one bit flips per step
        200.0
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    return thinned_law(_success(n, strength, rate), horizon=horizon, source=_SOURCE)


def resampling_expected_steps(n: int, *, strength: float | None = None, rate: ArrayLike | None = None) -> Value:
    """The expected number of non-empty mutations of the (1+1)-EA on LeadingOnes from a uniform string.

    E[T] = (1/2) sum_i (1 - (1 - p_i)^n) / (p_i (1 - p_i)^i); for one rate 1 - (1 - p)^n times that of `expected_steps`.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per try, in (0, n].
        rate: flip probability per bit and try, in [0, 1], or n of them; 0 stands for exactly one flip. Exactly one of
            `strength` and `rate`.

    Returns:
        An exact value in steps; inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(resampling_expected_steps(100, rate=0.01)), 6)  # 8573.395181 (1 - 0.99^100)
        5435.25527
    """
    n = _check.many_bits(n)
    return Value.exact(thinned_moments(_success(n, strength, rate)).mean, source=_SOURCE)


def resampling_variance(n: int, *, strength: float | None = None, rate: ArrayLike | None = None) -> Value:
    """The variance of the number of non-empty mutations of the (1+1)-EA on LeadingOnes from a uniform string.

    Var[T] = sum_i (3 - 2 q_i) / (4 q_i^2) with q_i = p_i (1 - p_i)^i / (1 - (1 - p_i)^n).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per try, in (0, n].
        rate: flip probability per bit and try, in [0, 1], or n of them; 0 stands for exactly one flip. Exactly one of
            `strength` and `rate`.

    Returns:
        An exact value in steps squared; inf where a level cannot be left.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (independent waits).

    Example:
        >>> float(resampling_variance(1, rate=0.5))  # the only bit flips in the first step, if it is a zero
        0.25
    """
    n = _check.many_bits(n)
    return Value.exact(thinned_moments(_success(n, strength, rate)).variance, source=_SOURCE)


def resampling_asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of non-empty mutations on LeadingOnes.

    E[T] ~ (e^c - 1) (1 - e^-c) / (2 c^2) n^2, which falls to n^2 / 2 as c tends to 0.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per try, c > 0.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(resampling_asymptotic(1000, strength=1.0)))
        543081
    """
    n, c = _check.bits(n), _check.strength_of(strength)
    coefficient = 0.5 * (math.expm1(c) / c) * (-math.expm1(-c) / c) if c < 700.0 else math.inf
    return Value.asymptotic(coefficient * n * n, source="LeadingOnes: (e^c - 1) (1 - e^-c) n^2 / (2 c^2)")


def best_resampling_rates(n: int) -> NDArray[np.float64]:
    """The fitness-dependent rates with the smallest expected number of non-empty mutations.

    With r = 1 - p the wait on level i is sum_k r^(k - i), k = 0, ..., n - 1. It is smallest where sum_k (k - i) r^k
    = 0, and at r = 1 (exactly one flip, written as rate 0) for all i >= (n - 1) / 2. The expected time is then
    0.40259 n^2 in the limit.

    Args:
        n: number of bits, at least 1.

    Returns:
        float64[n], probabilities per bit; entry i for strings with exactly i leading ones, 0 for exactly one flip.

    Raises:
        TypeError: if n is not an integer.
        ValueError: if n < 1, or n > 20,000, where the search would take minutes.

    Source: elementary; the coefficient agrees with `constants.leading_ones_resampling`.

    Example:
        >>> best_resampling_rates(5).round(6).tolist()
        [1.0, 0.432263, 0.0, 0.0, 0.0]
    """
    n = _check.bits(n)
    if n > _MOST:
        raise ValueError(
            f"`n` must be at most {_MOST} (number of bits), as the search takes n^2 operations; got {n}. Pass "
            "a smaller n."
        )
    rates = np.zeros(n)
    rates[0] = 1.0 if n > 1 else 0.0
    powers = np.arange(n, dtype=np.float64)
    for level in range(1, (n - 1) // 2 + (n % 2 == 0)):

        def slope(logarithm: float, level: int = level) -> float:
            return float(((powers - level) * np.exp(powers * math.log1p(-math.exp(logarithm)))).sum())

        rates[level] = math.exp(_roots.root(slope, math.log(1e-3 / n**2), -1e-9))
    return rates


def _success(n: int, strength: float | None, rate: ArrayLike | None) -> NDArray[np.float64]:
    rates = rates_of(n, strength, rate, zero=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        moving = -np.expm1(n * np.log1p(-rates))
        return np.where(rates > 0.0, np.minimum(1.0, rates * kept(rates) / moving), 1.0 / n)
