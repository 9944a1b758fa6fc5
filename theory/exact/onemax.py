"""The (1+1)-EA on OneMax: the exact law of the running time, from the chain of the number of zero-bits.

A step that flips A ~ Bin(k, p) of the k zero-bits and B ~ Bin(n - k, p) of the ones is accepted iff A >= B, so
P(k -> k - j) = P(A - B = j) for j >= 1. Equal offspring leave k unchanged: accepting ties (elitist) or rejecting them
(strict) gives the same chain and the same law. Resampling empty mutations changes it.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _binomial, _check
from theory._compile import kernel
from theory.exact import chain
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["asymptotic", "bands", "expected_steps", "expected_steps_from", "law", "variance", "variance_from"]

_SOURCE = "(1+1)-EA on OneMax: forward substitution over the number of zero-bits"
_SMALLEST = 1e-300  # of the empty mutation; below it the last zero-bit takes more than some 1e300 steps
_TOLERANCE = 1e-20  # gains below this share of the improvement probability are left out when rate <= 1/2


def law(
    n: int,
    *,
    strength: float | None = None,
    rate: float | None = None,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of steps that the (1+1)-EA needs on OneMax.

    T = min{t : k_t = 0} for the chain P(k -> k - j) = P(Bin(k, p) - Bin(n - k, p) = j), j >= 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, n times the rate, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law. Mean and variance cost about n bands squared; the distribution is computed on first use and
        refused where it would take minutes (n of some 10^4 takes seconds). At rate 1 the string is complemented in
        every step: from fewer than n zero-bits the optimum is then never reached, and mean and variance are inf. They
        are also inf where they exceed the range of floats, and taken to be so where (1 - rate)^n < 1e-300.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Droste, Jansen and Wegener (2002) for the algorithm; the chain is elementary.

    Example:
        >>> time = law(n=50, strength=1.0)
        >>> round(time.mean, 6), time.quantile(0.5)
        (443.188779, 413)
    """
    n = _check.bits(n)
    rate = _check.rate_of(n, strength, rate)
    first, weights = zeros_law(n, start)
    if horizon is not None:
        horizon = _check.integer("horizon", horizon, low=0, unit="steps", advice="Pass None to track all of the law.")
    lazy = partial(_moments, n, rate, first, weights)
    return Law(
        kind=Kind.EXACT,
        source=_SOURCE,
        moments=lazy,
        masses=partial(_masses, n, rate, first, weights, horizon, lazy),
    )


def expected_steps(
    n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value:
    """The expected number of steps of the (1+1)-EA on OneMax.

    E_k = (1 + sum_{j>=1} P(k, k - j) E_{k-j}) / sum_{j>=1} P(k, k - j), E_0 = 0, averaged over the start.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; all terms are positive, so that nothing cancels.

    Example:
        >>> round(float(expected_steps(n=100, strength=1.0)), 9)
        1069.53849726
    """
    return Value.exact(law(n, strength=strength, rate=rate, start=start).mean, source=_SOURCE)


def variance(
    n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value:
    """The variance of the number of steps of the (1+1)-EA on OneMax.

    Var_k = (1 - s) / s^2 + sum_j w_j (Var_{k-j} + (E_{k-j} - m)^2), where s is the probability of an improvement, w_j
    its law, and m = sum_j w_j E_{k-j}.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps squared; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (law of total variance).

    Example:
        >>> variance(n=1, rate=0.5, start=1)
        Value(2, EXACT, source='(1+1)-EA on OneMax: forward substitution over the number of zero-bits')
    """
    return Value.exact(law(n, strength=strength, rate=rate, start=start).variance, source=_SOURCE)


def expected_steps_from(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """The exact expected number of steps from every number of zero-bits.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1] in steps, entry k for k zero-bits; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `expected_steps`.

    Example:
        >>> expected_steps_from(n=2, rate=0.5).tolist()
        [0.0, 4.0, 4.0]
    """
    n = _check.bits(n)
    return _solve(n, _check.rate_of(n, strength, rate), n)[0]


def variance_from(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """The exact variance of the number of steps from every number of zero-bits.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1] in steps squared, entry k for k zero-bits; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `variance`.

    Example:
        >>> variance_from(n=1, rate=0.25).tolist()
        [0.0, 12.0]
    """
    n = _check.bits(n)
    return _solve(n, _check.rate_of(n, strength, rate), n)[1]


def asymptotic(n: int) -> Value:
    """The expected number of steps at rate 1/n, up to O(ln n / n).

    E[T] = e n ln n + c1 n + (e / 2) ln n + c2.

    Args:
        n: number of bits, at least 1.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Hwang, Panholzer, Rolin, Tsai and Chen (2018).

    Example:
        >>> round(float(asymptotic(3200)), 3)
        64160.225
    """
    from theory import constants

    n = _check.bits(n)
    logarithm = math.log(n)
    value = math.e * n * logarithm + float(constants.onemax_linear) * n + 0.5 * math.e * logarithm
    return Value.asymptotic(
        value + float(constants.onemax_constant), source="Hwang et al. (2018): e n ln n + c1 n + (e/2) ln n + c2"
    )


def bands(n: int, *, strength: float | None = None, rate: float | None = None) -> chain.Chain:
    """The chain of the number of zero-bits of the (1+1)-EA on OneMax.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        The chain on {0, ..., n}; gains of a relative probability below 1e-20 are left out.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> bands(n=2, rate=0.5).down.tolist()
        [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
    """
    n = _check.bits(n)
    return _bands(n, _check.rate_of(n, strength, rate), n)


def zeros_law(n: int, start: Any) -> tuple[int, NDArray[np.float64]]:
    """The law of the number of zero-bits at the start, as the first number and the probabilities from there on.

    Args:
        n: number of bits.
        start: None for a uniform string, a number of zero-bits, or n + 1 probabilities.

    Returns:
        The first number of zero-bits and the probabilities from there on.

    Raises:
        TypeError: for a start of a wrong type.
        ValueError: for a start out of range.
    """
    if start is None:
        return _binomial.window(n, 0.5)
    if np.ndim(start) == 0:
        zeros = _check.integer(
            "start", start, low=0, high=n, unit="zero-bits", advice="Pass None for a uniform random string."
        )
        return zeros, np.ones(1)
    weights = np.asarray(start, dtype=np.float64)
    if weights.shape != (n + 1,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`start` must hold the probabilities of 0, ..., {n} zero-bits (non-negative, sum 1); got shape "
            f"{weights.shape}, sum {weights.sum():.12g}. Pass None for a uniform random string."
        )
    return 0, weights


def _moments(n: int, rate: float, first: int, weights: NDArray[np.float64]) -> Moments:
    mean, variances = _solve(n, rate, first + weights.size - 1)
    return Moments.rounded(*chain.mixed(mean[first:], variances[first:], weights))


def _masses(
    n: int, rate: float, first: int, weights: NDArray[np.float64], horizon: int | None, lazy: "partial[Moments]"
) -> Masses:
    start = np.concatenate([np.zeros(first), weights])
    if rate == 1.0:  # complements every string: only 1 step away from the optimum, or never there
        pmf = np.array([start[0], start[n] if start.size > n else 0.0][: 2 if horizon is None else horizon + 1])
        return Masses(pmf, max(0.0, 1.0 - float(pmf.sum())))
    if horizon is None:
        mean, spread, _, _ = lazy()
        chain.allow(mean, spread, min(n, 4.0 * math.sqrt(n)) * 5.0)
    return chain.iterate(_bands(n, rate, start.size - 1), start, horizon=horizon)


def _solve(n: int, rate: float, top: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if rate == 1.0:
        infinite = np.full(top + 1, math.inf)
        infinite[0] = 0.0
        mean, variances = infinite, infinite.copy()
        if top == n:
            mean[n], variances[n] = 1.0, 0.0
        return mean, variances
    if _empty(n, rate) < _SMALLEST:
        infinite = np.where(np.arange(top + 1) > 0, math.inf, 0.0)
        return infinite, infinite.copy()
    mean, variances = _substitute(n, top, rate, _empty(n, rate), _tolerance(rate), _inverses(n))
    infinite = ~np.isfinite(mean)
    mean[infinite], variances[infinite | ~np.isfinite(variances)] = math.inf, math.inf
    return mean, variances


def _bands(n: int, rate: float, top: int) -> chain.Chain:
    if rate == 1.0:
        down = np.zeros((top + 1, n))
        for k in range(n // 2 + 1, top + 1):
            down[k, 2 * k - n - 1] = 1.0
    elif _empty(n, rate) < _SMALLEST:
        raise ValueError(
            f"`rate` must be so small that a step flips nothing with probability (1 - rate)^n >= {_SMALLEST:g}; got "
            f"rate={rate:g} with n={n}. Pass a smaller rate: here the mean is beyond the range of floats."
        )
    else:
        down = _rows(n, top, rate, _empty(n, rate), _tolerance(rate), _inverses(n))
    return chain.Chain(down, np.zeros((top + 1, 0)))


def _empty(n: int, rate: float) -> float:
    return math.exp(n * math.log1p(-rate))


def _tolerance(rate: float) -> float:
    # up to rate 1/2 the expected time grows with the zero-bits, so what is left out matters less than its probability
    return _TOLERANCE if rate <= 0.5 else 0.0


def _inverses(n: int) -> NDArray[np.float64]:
    return 1.0 / np.maximum(1.0, np.arange(n + 2, dtype=np.float64))


@kernel
def _row(
    n: int,
    zeros: int,
    odds: float,
    empty: float,
    tolerance: float,
    inverse: NDArray[np.float64],
    out: NDArray[np.float64],
) -> int:
    # out[j - 1] = sum_b P(Bin(zeros, p) = b + j) P(Bin(n - zeros, p) = b); the ratios of successive terms decrease
    first = empty
    total = 0.0
    previous = 0.0
    gain = 0
    while gain < zeros:
        first *= (zeros - gain) * inverse[gain + 1] * odds
        gain += 1
        term = first
        probability = first
        lost = 0
        while lost < n - zeros and lost + gain < zeros:
            ratio = (
                (zeros - gain - lost) * inverse[gain + lost + 1] * odds * (n - zeros - lost) * inverse[lost + 1] * odds
            )
            term *= ratio
            probability += term
            lost += 1
            if ratio < 1.0 and term < tolerance * probability:
                break
        out[gain - 1] = probability
        total += probability
        if probability < tolerance * total and probability < previous:
            break
        previous = probability
    return gain


@kernel
def _substitute(
    n: int, top: int, rate: float, empty: float, tolerance: float, inverse: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean = np.zeros(top + 1)
    variance = np.zeros(top + 1)
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        leave = 0.0
        after = 0.0
        for j in range(width - 1, -1, -1):
            if row[j] > 0.0:
                leave += row[j]
                after += row[j] * mean[k - 1 - j]
        if leave == 0.0:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        after = after / leave
        if after == math.inf:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        spread = 0.0
        for j in range(width - 1, -1, -1):
            if row[j] > 0.0:
                away = mean[k - 1 - j] - after
                spread += row[j] * (variance[k - 1 - j] + away * away)
        mean[k] = 1.0 / leave + after
        variance[k] = max(0.0, 1.0 - leave) / (leave * leave) + spread / leave
    return mean, variance


@kernel
def _rows(
    n: int, top: int, rate: float, empty: float, tolerance: float, inverse: NDArray[np.float64]
) -> NDArray[np.float64]:
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    bands = 1
    for k in range(1, top + 1):
        bands = max(bands, _row(n, k, odds, empty, tolerance, inverse, row))
    down = np.zeros((top + 1, bands))
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        for j in range(width):
            down[k, j] = row[j]
    return down
