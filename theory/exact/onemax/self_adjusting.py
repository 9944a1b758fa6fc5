"""The (1+1)-EA on OneMax with a rate that rises after strict improvements and falls otherwise."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain, hitting
from theory.exact._merged import Merged
from theory.exact._start import whole_zeros_law
from theory.exact.hitting._problem import Problem
from theory.exact.hitting.distribution import masses
from theory.exact.onemax import _gains
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["self_adjusting_expected_steps", "self_adjusting_law", "self_adjusting_rates"]

_SMALL = 1e-7  # rates closer than a relative 1e-9 are merged
_LEVELS = 20_000  # rates that a rule may reach
_WORK = 3e10  # terms of the recursion (some two minutes)
_STATES = 1e6  # pairs of zero-bits and rate whose distribution is tracked


def self_adjusting_law(
    n: int,
    *,
    factor: float,
    s: float,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of steps that the (1+1)-EA needs on OneMax under the strict success rule.

    p <- min(F^s p, high) after a strict improvement, p <- max(p / F, low) after any other step. The pairs (zero-bits,
    rate) form a Markov chain. Without an improvement the zero-bits stay and the rate falls, so that the chain never
    returns to a pair it has left, and E(k, p) = 1 + P(no gain) E(k, p / F) + sum_j P(gain j) E(k - j, F^s p).

    Args:
        n: number of bits, at least 1.
        factor: F > 1, by which a failure divides the rate.
        s: an improvement makes up for so many failures, > 0; an integer or a simple fraction, so that the rates that
            can occur are finitely many.
        low: smallest rate per bit, in (0, high]; None for 1/n^2.
        high: largest rate per bit, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is under way.

    Returns:
        An exact law. Mean and variance by forward substitution, in seconds for n = 10^4; inf where the optimum is out
        of reach at rate `low` in the range of floats. The distribution is computed on first use, by forward iteration
        of all pairs, and refused where that would take minutes (n of some 100 takes seconds).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 20,000 rates.

    Source: Doerr, Doerr and Lengler (2019) for the rule on LeadingOnes; the limits low and high are ours.

    Example:
        >>> fifth = self_adjusting_law(20, factor=1.5, s=4, low=0.05)
        >>> round(fifth.mean, 6), fifth.quantile(0.5)
        (133.975928, 122)
    """
    n = _check.many_bits(n)
    ladder = _ladder(n, factor, s, low, high, initial)
    horizon = _check.horizon_of(horizon)
    weights = whole_zeros_law(n, start)
    top = int(np.flatnonzero(weights)[-1])
    terms = float(top) * sum(_gains.width(n, rate, top) + n * min(rate, 1.0 - rate) for rate in ladder.rates.tolist())
    if terms > _WORK:
        raise ValueError(
            f"`n` must be so small that the recursion takes at most {_WORK:.0e} terms; got n={n} with "
            f"{ladder.rates.size} rates, about {terms:.2g}. Pass a smaller n or high, or a larger factor."
        )
    moments = partial(_moments, n, weights[: top + 1], ladder)
    return Law(
        kind=Kind.EXACT,
        source="(1+1)-EA on OneMax with the strict success rule: chain of zero-bits and rate",
        moments=moments,
        masses=partial(_masses, n, weights[: top + 1], ladder, horizon, moments),
    )


def self_adjusting_expected_steps(
    n: int,
    *,
    factor: float,
    s: float,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
    start: ArrayLike | None = None,
) -> Value:
    """The expected number of steps of the (1+1)-EA on OneMax under the strict success rule.

    Args:
        n: number of bits, at least 1.
        factor: F > 1, by which a failure divides the rate.
        s: an improvement makes up for so many failures, > 0; an integer or a simple fraction.
        low: smallest rate per bit, in (0, high]; None for 1/n^2.
        high: largest rate per bit, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 20,000 rates.

    Source: see `self_adjusting_law`.

    Example:
        >>> round(float(self_adjusting_expected_steps(1, factor=2.0, s=1, low=0.5, start=1)), 9)
        2.0
    """
    law = self_adjusting_law(n, factor=factor, s=s, low=low, high=high, initial=initial, start=start)
    return Value.exact(law.mean, source=law.source)


def self_adjusting_rates(
    n: int,
    *,
    factor: float,
    s: float,
    low: float | None = None,
    high: float | None = None,
    initial: float | None = None,
) -> NDArray[np.float64]:
    """All rates that can occur under the success rule, in ascending order.

    They are `initial`, `low` and `high` times powers of F and F^s: a rate that was cut off at a limit goes on there.

    Args:
        n: number of bits, at least 1.
        factor: F > 1.
        s: > 0; an integer or a simple fraction.
        low: smallest rate per bit, in (0, high]; None for 1/n^2.
        high: largest rate per bit, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].

    Returns:
        float64[rates], probabilities per bit.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than 20,000 rates.

    Source: see `self_adjusting_law`.

    Example:
        >>> self_adjusting_rates(10, factor=2.0, s=1, low=0.1).round(3).tolist()
        [0.1, 0.125, 0.2, 0.25, 0.4, 0.5]
    """
    return _ladder(_check.many_bits(n), factor, s, low, high, initial).rates


class _Ladder(NamedTuple):
    """The rates in ascending order, where a success and a failure lead, and the first one."""

    rates: NDArray[np.float64]
    up: NDArray[np.int64]
    down: NDArray[np.int64]
    first: int


def _ladder(n: int, factor: float, s: float, low: float | None, high: float | None, initial: float | None) -> _Ladder:
    factor = _check.real("factor", factor, "(1, inf)", unit="quotient of rates", advice="Pass 1.5, say.")
    s = _check.real("s", s, "(0, inf)", unit="failures per success", advice="Pass 4 for the one-fifth rule.")
    unit = f"probability per bit, n={n}"
    high = _check.real("high", 0.5 if high is None else high, "(0, 1]", unit=unit, advice="Pass None for 1/2.")
    low = min(high, n**-2.0) if low is None else low
    low = _check.real("low", low, f"(0, {high!r}]", unit=unit, advice="Pass None for 1/n^2.")
    initial = min(high, max(low, 1.0 / n)) if initial is None else initial
    initial = _check.real("initial", initial, f"[{low!r}, {high!r}]", unit=unit, advice="Pass None for 1/n.")
    if min(1.0, s) * math.log(factor) < _SMALL:
        raise ValueError(
            f"`factor` and `s` must change the rate by a relative {_SMALL:g} at least; got factor={factor!r}, s={s!r}. "
            "Pass a larger factor, or low=high for a rate that stays."
        )
    merged, up = Merged(), math.exp(min(700.0, s * math.log(factor)))
    found, moves = {merged(initial): None}, []
    for rate in (rates := list(found)):  # grows on the way
        moves.append([merged(min(rate * up, high)), merged(max(rate / factor, low))])
        fresh = [following for following in moves[-1] if following not in found]
        found.update(dict.fromkeys(fresh))
        rates.extend(dict.fromkeys(fresh))
        if len(found) > _LEVELS:
            raise ValueError(
                f"`s` must be an integer or a simple fraction, so that at most {_LEVELS} rates occur; got {s!r} with "
                f"factor={factor!r}. Pass such an s, or a larger factor."
            )
    ascending = np.array(sorted(rates))
    following = np.searchsorted(ascending, np.array(moves)[np.argsort(rates)])
    return _Ladder(ascending, following[:, 0].copy(), following[:, 1].copy(), int(np.searchsorted(ascending, initial)))


def _moments(n: int, weights: NDArray[np.float64], ladder: _Ladder) -> Moments:
    mean, variance = _gains.adaptive(n, weights.size - 1, ladder.rates, ladder.up, ladder.down)
    return Moments.rounded(*chain.mixed(mean[:, ladder.first].copy(), variance[:, ladder.first].copy(), weights))


def _masses(
    n: int, weights: NDArray[np.float64], ladder: _Ladder, horizon: int | None, moments: partial[Moments]
) -> Masses:
    from scipy import sparse

    size, levels = weights.size, ladder.rates.size
    if size == 1:
        return Masses(np.ones(1), 0.0)
    if float(size) * levels > _STATES:
        raise ValueError(
            f"`n` must be so small that at most {_STATES:.0e} pairs of zero-bits and rate occur; got {size} times "
            f"{levels}. Use .mean and .variance, or pass a smaller n."
        )
    moves = []
    for rate in ladder.rates.tolist():
        down = _gains.rows(n, rate, size - 1)
        offsets = -1 - np.arange(min(down.shape[1], size - 1))
        better = sparse.diags_array(
            [down[-offset:, -1 - offset] for offset in offsets.tolist()], offsets=offsets.tolist(), shape=(size, size)
        )
        moves.append([better, sparse.diags_array(np.maximum(0.0, 1.0 - down.sum(axis=1)))])
    matrix = hitting.product(moves, np.stack([ladder.up, ladder.down], axis=1))
    start = np.zeros((levels, size))
    start[ladder.first] = weights
    target = np.tile(np.arange(size) == 0, levels)
    return masses(Problem(matrix, target, start.ravel()), horizon, moments)
