"""The best rates of the (1+1)-EA on OneMax for every number of zero-bits, by dynamic programming."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact._start import whole_zeros_law
from theory.exact.onemax import _gains
from theory.results import Kind, Value

__all__ = ["OptimalRates", "optimal_rates", "optimal_rates_for_quantile"]

_POINTS = 80  # of the grid on each side of 1/2
_WORK = 1e10  # terms of all laws of the gain (a minute or two)
_ROUNDING = 1e-12  # of a probability


class OptimalRates(NamedTuple):
    """The best rates and what they achieve."""

    #: probabilities per bit; nan where no step is made
    rates: NDArray[np.float64]
    #: in steps
    value: Value


def optimal_rates(n: int, *, start: ArrayLike | None = None) -> OptimalRates:
    """The rate for every number of zero-bits that minimises the expected number of steps on OneMax.

    E_k = min over p of (1 + sum_j P_p(gain j) E_{k-j}) / sum_j P_p(gain j): what follows a gain does not depend on the
    rates used before, so that each minimum is over one number.

    Args:
        n: number of bits, at least 1.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits; it changes
            the value and not the rates.

    Returns:
        rates: float64[n + 1], entry k for k zero-bits, entry 0 is nan; above n/2 zero-bits rates above 1/2 may be best.
        value: the exact expected number of steps at these rates. It is minimal as far as a grid of 161 rates and
            golden sections from all its good local minima find the minimum for every k; this is not proven.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many bits (n of some 1000 takes seconds).

    Source: elementary (Bellman equation); Buzdalov and Doerr (2020), as recalled, for the (1+lambda)-EA.

    Example:
        >>> best = optimal_rates(100)
        >>> round(float(best.value), 6), best.rates[[1, 30, 50]].round(4).tolist()
        (1004.721727, [0.01, 0.028, 0.5])
    """
    n = _check.many_bits(n)
    grid = _grid(n)
    _allow(n, 1.0, grid)
    weights = whole_zeros_law(n, start)
    mean, rates = np.zeros(n + 1), np.full(n + 1, math.nan)
    for k in range(1, n + 1):
        rates[k], mean[k] = _gains.best_rate(n, k, mean[:k][::-1].copy(), 1.0, grid)
    source = "(1+1)-EA on OneMax with the best rate for every number of zero-bits: dynamic programming"
    return OptimalRates(rates, Value.exact(math.fsum(weights * mean), source=source))


def optimal_rates_for_quantile(n: int, q: float, *, start: ArrayLike | None = None) -> OptimalRates:
    """The rates that minimise the q-quantile of the number of steps on OneMax, over zero-bits and steps left.

    V_r(k) = max over p of V_{r-1}(k) + sum_j P_p(gain j) (V_{r-1}(k - j) - V_{r-1}(k)) is the largest probability of
    arriving within r steps from k zero-bits; the quantile is the smallest t with E[V_t(K)] >= q, K the start.

    Args:
        n: number of bits, at least 1.
        q: a probability in (0, 1 - 1e-12]; 0.5 for the median.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        rates: float64[t + 1, n + 1], entry [r, k] for k zero-bits with r of the t steps left; nan for r = 0 or k = 0,
            and where no rate arrives in time.
        value: the smallest quantile t, in steps, as far as the search over single rates finds its maxima; see
            `optimal_rates`. The interval holds neighbours where the probability is within 1e-12 of q.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many bits (n of some 50 takes seconds).

    Source: elementary (Bellman equation with a finite horizon).

    Example:
        >>> best = optimal_rates_for_quantile(2, 0.9, start=1)  # a step arrives with probability 1/4
        >>> float(best.value), best.rates.shape, round(float(best.rates[9, 1]), 6)
        (9.0, (10, 3), 0.5)
    """
    n = _check.many_bits(n)
    q = _check.real("q", q, f"(0, {1.0 - _ROUNDING!r}]", unit="a probability", advice="Pass 0.5 for the median.")
    grid = _grid(n)
    _allow(n, 10.0 * n * (1.0 + math.log(n)), grid)
    weights = whole_zeros_law(n, start)
    top = int(np.flatnonzero(weights)[-1])
    chances, table = np.eye(n + 1)[0], [np.full(n + 1, math.nan)]
    reached = [math.fsum(weights * chances)]
    while reached[-1] < q:
        before, rates = chances.copy(), np.full(n + 1, math.nan)
        for k in range(1, top + 1):
            rate, cost = _gains.best_rate(n, k, before[k] - before[:k][::-1], 0.0, grid)
            if cost < 0.0:
                rates[k], chances[k] = rate, before[k] - cost
        table.append(rates)
        reached.append(math.fsum(weights * chances))
    t = len(reached) - 1
    lower = next(r for r, chance in enumerate(reached) if chance >= q - _ROUNDING)
    upper = t if reached[-1] >= q + _ROUNDING else t + 1
    source = "(1+1)-EA on OneMax with the best rate for zero-bits and steps left: dynamic programming"
    return OptimalRates(np.array(table), Value(float(t), Kind.EXACT, float(lower), float(upper), source))


def _grid(n: int) -> NDArray[np.float64]:
    half = np.geomspace(0.01 / n, 0.5, _POINTS)
    return np.concatenate([half, (1.0 - half)[-2::-1], np.ones(1)])


def _allow(n: int, rounds: float, grid: NDArray[np.float64]) -> None:
    terms = rounds * n * sum(_gains.width(n, rate, n // 2) + 0.3 * n * min(rate, 1.0 - rate) for rate in grid.tolist())
    if terms > _WORK:
        raise ValueError(
            f"`n` must be so small that the search takes at most {_WORK:.0e} terms; got n={n}, about {terms:.2g}. Pass "
            "a smaller n."
        )
