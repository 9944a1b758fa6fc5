"""The (1+1)-EA on LeadingOnes when the rate depends on the step: the law of the level, pushed forward."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.exact._schedule import rates_by_step
from theory.results import Law

__all__ = ["scheduled_law"]

_SOURCE = "(1+1)-EA with scheduled rates on LeadingOnes: forward iteration over the levels"
_TAIL = 1e-15
_WORK = 4e9  # operations that a law without a stated horizon may take (some ten seconds)
_STEPS = 10_000_000  # and the steps that it may take
_BLOCK = 4096  # steps whose rates are asked for at a time


def scheduled_law(n: int, rates: Callable[[int], float] | ArrayLike, *, horizon: int | None = None) -> Law:
    """The law of the number of steps that the (1+1)-EA with rate p_t in step t needs on LeadingOnes.

    Step t leaves level i with probability p_t (1 - p_t)^i, for level i + 1 + G, P(G = g) = 2^-(g + 1), at most n.

    Args:
        n: number of bits, at least 1.
        rates: t -> flip probability per bit in step t = 1, 2, ..., or an array of them, whose last one is kept; each in
            [0, 1].
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law; mean and variance only where at most 1e-9 of the mass lies beyond the horizon.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or if no horizon is given and the law is not complete within some
            seconds (10^7 steps at most).

    Source: elementary.

    Example:
        >>> from theory import leading_ones
        >>> time = scheduled_law(10, lambda t: 0.1)
        >>> round(time.mean, 9), round(leading_ones.law(10, rate=0.1).mean, 9)
        (84.058739586, 84.058739586)
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    asked = rates_by_step(rates)
    law = np.append(0.5 ** np.arange(1.0, n + 1.0), 0.5**n)
    last = min(_STEPS, int(_WORK / n)) if horizon is None else horizon
    tables, steps = [law[n:].copy()], 0
    law[n] = 0.0
    while steps < last and law.sum() > _TAIL:
        table = np.zeros(min(_BLOCK, last - steps))
        _push(asked(steps + 1, table.size), law, table)
        tables.append(table)
        steps += table.size
    pmf, left = np.concatenate(tables), math.fsum(law)
    if horizon is None and left > _TAIL:
        raise ValueError(
            f"the law must be complete within {last:.2g} steps at n={n}; {left:.3g} of its mass is not. "
            "Pass horizon= to track so many steps."
        )
    return Law.from_masses(pmf, defect=left + abs(1.0 - math.fsum(pmf) - left), source=_SOURCE)


@kernel
def _push(rates: NDArray[np.float64], law: NDArray[np.float64], table: NDArray[np.float64]) -> None:
    n = law.size - 1
    for t in range(rates.size):
        rate = rates[t]
        survive = 1.0
        carried = 0.0  # mass that has left a lower level and not come to rest
        for level in range(n):
            moved = law[level] * rate * survive
            law[level] += 0.5 * carried - moved
            carried = 0.5 * carried + moved
            survive *= 1.0 - rate
        table[t] = carried
