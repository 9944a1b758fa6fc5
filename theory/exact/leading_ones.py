"""The (1+1)-EA on LeadingOnes: closed forms and the exact law of the running time.

The bits to the right of the first zero stay uniform. So T = sum_i X_i G_i over the levels i = 0, ..., n - 1, with
independent X_i ~ Bernoulli(1/2) (is level i visited?) and G_i ~ Geom(q_i), q_i = p_i (1 - p_i)^i. Equal offspring are
accepted or not: the law is the same.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["asymptotic", "expected_steps", "law", "thinned_law", "variance"]

_SOURCE = "(1+1)-EA on LeadingOnes: sum of Bernoulli(1/2)-thinned geometric waits"
_TAIL = 1e-15  # the table ends where a Chernoff bound on the remaining mass falls below this
_WORK = 4e9  # operations that a law without a stated horizon may take (some ten seconds)
_BLOCK = 2048  # steps of the table that are finished for all levels at a time, so that they stay in cache


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
    n = _check.bits(n)
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
    n = _check.bits(n)
    success = improvement(n, strength, rate)
    if rate is None or np.ndim(rate) == 0:
        p = _check.rate_of(n, strength, rate)
        if p < 1.0:
            exponent = -n * math.log1p(-p)
            grown = math.expm1(exponent) if exponent < 709.0 else math.inf
            return Value.exact((1.0 - p) * grown / (2.0 * p * p), source=_SOURCE)
    return Value.exact(_moments(success).mean, source=_SOURCE)


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
    n = _check.bits(n)
    return Value.exact(_moments(improvement(n, strength, rate)).variance, source=_SOURCE)


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
    coefficient = math.expm1(strength) / (2.0 * strength * strength) if strength < 700.0 else math.inf
    return Value.asymptotic(coefficient * n * n, source="Böttcher, Doerr and Neumann (2010): (e^c - 1) n^2 / (2 c^2)")


def thinned_law(success: ArrayLike, *, source: str, horizon: int | None = None) -> Law:
    """The law of T = sum_i X_i G_i with independent X_i ~ Bernoulli(1/2) and G_i ~ Geom(success_i).

    Args:
        success: float64[n], probabilities in [0, 1]; 0 stands for a wait that never ends.
        source: what the sum is, for the result.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law.

    Raises:
        ValueError: if a probability lies outside [0, 1].

    Source: elementary.

    Example:
        >>> thinned_law([0.5, 0.5], source="two waits").mean
        2.0
    """
    chances = np.array(success, dtype=np.float64)
    if chances.ndim != 1 or chances.size == 0 or not bool(np.all((chances >= 0.0) & (chances <= 1.0))):
        raise ValueError(
            f"`success` must hold one probability in [0, 1] per wait; got {success!r}. Pass an array of at least one."
        )
    return Law(
        kind=Kind.EXACT,
        source=source,
        moments=partial(_moments, chances),
        masses=partial(_masses, chances, horizon),
    )


def improvement(n: int, strength: float | None, rate: Any) -> NDArray[np.float64]:
    """q_i = p_i (1 - p_i)^i, the probability to leave level i in one step.

    Args:
        n: number of bits.
        strength: expected flips per step, or None.
        rate: a rate, one rate per level, or None.

    Returns:
        float64[n].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.
    """
    if rate is None or np.ndim(rate) == 0:
        rates = np.full(n, _check.rate_of(n, strength, rate))
    else:
        if strength is not None:
            _check.rate_of(n, strength, rate)
        rates = np.array(rate, dtype=np.float64)
        if rates.shape != (n,) or not bool(np.all((rates > 0.0) & (rates <= 1.0))):
            raise ValueError(
                f"`rate` must be one probability per bit in (0, 1], or {n} of them, one per level; got {rate!r}. "
                f"For one expected flip per step pass rate=1/n={1 / n:g}."
            )
    levels = np.arange(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        survive = np.exp(levels * np.log1p(-rates))
    survive[levels == 0] = 1.0
    return rates * survive


def _moments(success: NDArray[np.float64]) -> Moments:
    if not success.min() > 0.0:
        return Moments.rounded(math.inf, math.inf)
    with np.errstate(over="ignore", divide="ignore"):
        means, spreads = 0.5 / success, (3.0 - 2.0 * success) / (4.0 * success * success)
    if not bool(np.all(np.isfinite(spreads))):
        return Moments.rounded(math.fsum(means) if bool(np.all(np.isfinite(means))) else math.inf, math.inf)
    return Moments.rounded(math.fsum(means), math.fsum(spreads))


def _masses(success: NDArray[np.float64], horizon: int | None) -> Masses:
    tail = 0.0
    if horizon is None:
        horizon, tail = _reach(success), _TAIL
    pmf = np.zeros(horizon + 1)
    pmf[0] = 1.0
    _convolve(success, pmf, _BLOCK)
    return Masses(pmf, abs(1.0 - math.fsum(pmf)) + tail)


def _reach(success: NDArray[np.float64]) -> int:
    """The step after which less than the tail remains, by P(T > t) <= E[exp(h T)] exp(-h t)."""
    mean, spread, _, _ = _moments(success)
    slowest = float(success.min())
    guess = mean + 9.0 * math.sqrt(spread) + (40.0 / slowest if slowest > 0.0 else math.inf)
    if not guess * success.size <= _WORK:
        raise ValueError(
            f"the whole distribution must take at most {_WORK:.0e} operations; n={success.size} times about "
            f"{guess:.2g} steps is more. Use .mean, .variance and .std, or pass horizon= to track so many steps."
        )
    best = math.inf
    for share in np.linspace(0.02, 0.98, 97):  # h runs over shares of the largest exponent with a finite expectation
        exponent = -math.log1p(-slowest * float(share)) if slowest < 1.0 else 40.0 * float(share)
        growth = math.exp(exponent)
        factors = 0.5 + 0.5 * success * growth / (1.0 - (1.0 - success) * growth)
        best = min(best, (math.fsum(np.log(factors)) - math.log(_TAIL)) / exponent)
    return math.ceil(best)


@kernel
def _convolve(success: NDArray[np.float64], pmf: NDArray[np.float64], block: int) -> None:
    # in place, level by level: wait[t] = (1 - q) wait[t - 1] + q pmf[t - 1], then pmf[t] <- (pmf[t] + wait[t]) / 2;
    # four levels share one pass, because the recurrence of a single one would wait for its own arithmetic
    levels = success.size
    waits = np.zeros(levels)
    befores = np.zeros(levels)
    first = 0
    while first < pmf.size:
        last = min(pmf.size, first + block)
        i = 0
        while i + 4 <= levels:
            q0, q1, q2, q3 = success[i], success[i + 1], success[i + 2], success[i + 3]
            w0, w1, w2, w3 = waits[i], waits[i + 1], waits[i + 2], waits[i + 3]
            b0, b1, b2, b3 = befores[i], befores[i + 1], befores[i + 2], befores[i + 3]
            for t in range(first, last):
                mass = pmf[t]
                w0 = w0 + q0 * (b0 - w0)
                b0 = mass
                mass = 0.5 * (mass + w0)
                w1 = w1 + q1 * (b1 - w1)
                b1 = mass
                mass = 0.5 * (mass + w1)
                w2 = w2 + q2 * (b2 - w2)
                b2 = mass
                mass = 0.5 * (mass + w2)
                w3 = w3 + q3 * (b3 - w3)
                b3 = mass
                pmf[t] = 0.5 * (mass + w3)
            waits[i], waits[i + 1], waits[i + 2], waits[i + 3] = w0, w1, w2, w3
            befores[i], befores[i + 1], befores[i + 2], befores[i + 3] = b0, b1, b2, b3
            i += 4
        while i < levels:
            q = success[i]
            wait = waits[i]
            before = befores[i]
            for t in range(first, last):
                wait = wait + q * (before - wait)
                before = pmf[t]
                pmf[t] = 0.5 * (before + wait)
            waits[i] = wait
            befores[i] = before
            i += 1
        first = last
