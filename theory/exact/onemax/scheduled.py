"""The (1+1)-EA on OneMax with a rate for every step."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.exact._schedule import rates_by_step
from theory.exact._start import whole_zeros_law
from theory.exact.chain.iteration import TAIL
from theory.exact.onemax import _gains
from theory.results import Law

__all__ = ["scheduled_law"]

_STEPS = 2_000_000  # that a law without a stated horizon may take
_WORK = 1e10  # terms of such a law (half a minute, more if every rate is new)
_CHUNK = 1024  # steps whose rates are asked for at once
_LARGEST = 5e7  # probabilities that are kept


def scheduled_law(
    n: int, rates: Callable[[int], float] | ArrayLike, *, start: ArrayLike | None = None, horizon: int | None = None
) -> Law:
    """The law of the number of steps that the (1+1)-EA needs on OneMax if step t uses the rate p_t.

    P(T = t) is the mass that reaches 0 zero-bits in step t of the chain P_t(k -> k - j) = P(Bin(k, p_t) - Bin(n - k,
    p_t) = j), j >= 1.

    Args:
        n: number of bits, at least 1.
        rates: t -> flip probability per bit in step t = 1, 2, ..., or an array of them, whose last one is kept; each in
            [0, 1]. A function is asked for up to 1024 steps more than the law takes.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is under way, at most 2,000,000
            steps and as many as take a minute or two.

    Returns:
        An exact law; what is under way at the end, and rounding, are in the defect. Mean and variance come from the
        table and are refused when the defect exceeds 1e-9. A rate that stays is looked up; n = 1000 with a new rate in
        every step takes seconds.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many bits.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> cooling = scheduled_law(50, lambda t: max(0.02, 0.2 / t))
        >>> round(cooling.mean, 6), cooling.quantile(0.5)
        (436.339145, 406)
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    asked = rates_by_step(rates)
    weights = whole_zeros_law(n, start)
    top = int(np.flatnonzero(weights)[-1])
    law = weights[: top + 1].copy()
    bands = max(1, _gains.width(n, 0.5, top), 2 * top - n)
    if float(top + 1) * bands > _LARGEST:
        raise ValueError(
            f"`n` must be so small that {top + 1} numbers of zero-bits times {bands} gains fit into {_LARGEST:.0e}; "
            f"got n={n}. Pass a smaller n, or a start with fewer zero-bits."
        )
    kept = np.zeros((top + 1, bands)), np.zeros(top + 1, dtype=np.int64), np.full(top + 1, math.nan)
    tables, last, done, cut = [law[:1].copy()], _STEPS if horizon is None else horizon, 0, 0.0
    work = 0.0
    law[0] = 0.0
    while done < last and law.sum() > TAIL and (horizon is not None or work < _WORK):
        table = np.zeros(min(_CHUNK, last - done))
        steps, lost, terms = _gains.push(n, asked(done + 1, table.size), law, table, kept, TAIL)
        tables.append(table[:steps])
        done, cut, work = done + steps, cut + lost, work + terms
    pmf = np.concatenate(tables)
    under_way = math.fsum(law) + cut
    defect = under_way + abs(1.0 - (math.fsum(pmf) + under_way))
    return Law.from_masses(pmf, defect=defect, source="(1+1)-EA on OneMax with scheduled rates: forward iteration")
