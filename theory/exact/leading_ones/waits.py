"""The law of a sum of geometric waits, each of which is there with probability 1/2."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.results import Kind, Law, Masses, Moments

__all__ = ["thinned_law", "thinned_moments"]

_TAIL = 1e-15  # the table ends where a Chernoff bound on the remaining mass falls below this
_WORK = 4e9  # operations that a law without a stated horizon may take (some ten seconds)
_LONG = 1_000_000  # steps from which on a horizon is compared with the end of the law
_BLOCK = 2048  # steps of the table that are finished for all levels at a time, so that they stay in cache


def thinned_law(success: ArrayLike, *, source: str, horizon: int | None = None) -> Law:
    """The law of T = sum_i X_i G_i with independent X_i ~ Bernoulli(1/2) and G_i ~ Geom(success_i).

    Args:
        success: float64[n], probabilities in [0, 1]; 0 stands for a wait that never ends.
        source: what the sum is, for the result.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if a probability lies outside [0, 1], or for a horizon out of range.

    Source: elementary.

    Example:
        >>> thinned_law([0.5, 0.5], source="two waits").mean
        2.0
    """
    chances = _check.floats("success", success, "one probability per wait", "Pass an array of at least one.")
    horizon = _check.horizon_of(horizon)
    if chances.ndim != 1 or chances.size == 0 or not bool(np.all((chances >= 0.0) & (chances <= 1.0))):
        raise ValueError(
            f"`success` must hold one probability in [0, 1] per wait; got {success!r:.200}. Pass an array of at "
            "least one."
        )
    return Law(
        kind=Kind.EXACT,
        source=source,
        moments=partial(thinned_moments, chances),
        masses=partial(_masses, chances, horizon),
    )


def thinned_moments(success: NDArray[np.float64]) -> Moments:
    """E[T] = (1/2) sum_i 1 / q_i and Var[T] = sum_i (3 - 2 q_i) / (4 q_i^2) of the sum of thinned waits.

    Args:
        success: float64[n], q_i in [0, 1]; 0 stands for a wait that never ends.

    Returns:
        Both moments; inf where a wait never ends or beyond the range of floats.

    Source: elementary.

    Example:
        >>> thinned_moments(np.array([0.5, 0.5])).mean
        2.0
    """
    if not success.min() > 0.0:
        return Moments.rounded(math.inf, math.inf)
    with np.errstate(over="ignore", divide="ignore"):
        means, spreads = 0.5 / success, (3.0 - 2.0 * success) / (4.0 * success * success)
    return Moments.rounded(_total(means), _total(spreads))


def _total(terms: NDArray[np.float64]) -> float:
    """The sum of non-negative terms, inf beyond the range of floats."""
    try:
        return math.fsum(terms)
    except OverflowError:
        return math.inf


def _masses(success: NDArray[np.float64], horizon: int | None) -> Masses:
    tail = 0.0
    if horizon is None:
        _allow(success)
    if horizon is None or horizon > _LONG:
        reach = _reach(success)
        if horizon is None or horizon > reach:
            horizon, tail = int(reach), _TAIL
    pmf = np.zeros(horizon + 1)
    pmf[0] = 1.0
    _convolve(success, pmf, _BLOCK)
    return Masses(pmf, abs(1.0 - math.fsum(pmf)) + tail)


def _allow(success: NDArray[np.float64]) -> None:
    """Refuses a whole distribution that would take minutes."""
    mean, spread, _, _ = thinned_moments(success)
    slowest = float(success.min())
    guess = mean + 9.0 * math.sqrt(spread) + (40.0 / slowest if slowest > 0.0 else math.inf)
    if not guess * success.size <= _WORK:
        raise ValueError(
            f"the whole distribution must take at most {_WORK:.0e} operations; n={success.size} times about "
            f"{guess:.2g} steps is more. Use .mean, .variance and .std, or pass horizon= to track so many steps."
        )


def _reach(success: NDArray[np.float64]) -> float:
    """The step after which less than the tail remains, by P(T > t) <= E[exp(h T)] exp(-h t)."""
    slowest, best = float(success.min()), math.inf
    if not slowest > 0.0:
        return best
    for share in np.linspace(0.02, 0.98, 97):  # h runs over shares of the largest exponent with a finite expectation
        exponent = -math.log1p(-slowest * float(share)) if slowest < 1.0 else 40.0 * float(share)
        growth = math.exp(exponent)
        factors = 0.5 + 0.5 * success * growth / (1.0 - (1.0 - success) * growth)
        best = min(best, (math.fsum(np.log(factors)) - math.log(_TAIL)) / exponent)
    return float(np.ceil(best))


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
