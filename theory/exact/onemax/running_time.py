"""The law of the running time on OneMax: its mean and variance by forward substitution, and its distribution."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._start import zeros_law
from theory.exact.chain.iteration import allow
from theory.exact.onemax.transitions import chain_of, solve
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["asymptotic", "expected_steps", "expected_steps_from", "law", "variance", "variance_from"]

_SOURCE = "(1+1)-EA on OneMax: forward substitution over the number of zero-bits"


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
        An exact law. Mean and variance cost about n bands squared; the distribution is computed on first use (at rate
        1/n about a second for n = 10^4 and a minute for n = 10^5) and refused where it would take more than some two
        minutes; `distribution` gives single points beyond. At rate 1 the string is complemented in
        every step: from fewer than n zero-bits the optimum is then never reached, and mean and variance are inf. They
        are also inf where the last zero-bit takes a number of steps beyond the range of floats.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Droste, Jansen and Wegener (2002) for the algorithm; the chain is elementary.

    Example:
        >>> time = law(n=50, strength=1.0)
        >>> round(time.mean, 6), time.quantile(0.5)
        (443.188779, 413)
    """
    n = _check.many_bits(n)
    rate = _check.rate_of(n, strength, rate)
    first, weights = zeros_law(n, start)
    horizon = _check.horizon_of(horizon)
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
    n = _check.many_bits(n)
    return solve(n, _check.rate_of(n, strength, rate), n)[0]


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
    n = _check.many_bits(n)
    return solve(n, _check.rate_of(n, strength, rate), n)[1]


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


def _moments(n: int, rate: float, first: int, weights: NDArray[np.float64]) -> Moments:
    mean, variances = solve(n, rate, first + weights.size - 1)
    return Moments.rounded(*chain.mixed(mean[first:], variances[first:], weights))


def _masses(
    n: int, rate: float, first: int, weights: NDArray[np.float64], horizon: int | None, lazy: partial[Moments]
) -> Masses:
    start = np.concatenate([np.zeros(first), weights])
    if rate == 1.0:  # complements every string: only 1 step away from the optimum, or never there
        pmf = np.array([start[0], start[n] if start.size > n else 0.0][: 2 if horizon is None else horizon + 1])
        return Masses(pmf, max(0.0, 1.0 - float(pmf.sum())))
    if horizon is None:
        mean, spread, _, _ = lazy()
        wide = (
            330.0 * math.sqrt(n) * math.sqrt(spread)
        )  # while many zero-bits are left: 20 sqrt(k) states, some 15 bands
        allow(mean, spread, 40.0 * 12.0, wide, "theory.onemax.distribution")
    return chain.iterate(chain_of(n, rate, start.size - 1), start, horizon=horizon)
