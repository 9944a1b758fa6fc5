"""The (1+lambda)-EA with two rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.exact.enumeration._model import checked_masks
from theory.exact.enumeration.mutations import StandardBits
from theory.exact.enumeration.process import SAMPLED, process_law
from theory.exact.enumeration.searches.best import best_of_two_kinds
from theory.exact.enumeration.searches.functions import RandomFunction, Search
from theory.exact.enumeration.searches.offspring import one_offspring, start_of
from theory.results import Law

__all__ = ["two_rate_law"]


def two_rate_law(
    values: Sequence[Any] | RandomFunction,
    *,
    offspring: int,
    initial: float | None = None,
    low: float | None = None,
    high: float | None = None,
    start: ArrayLike | None = None,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The law of the number of generations of the (1+lambda)-EA with the rates r/(2n) and 2r/n.

    Of m offspring, number 0, 2, 4, ... have the rate r/(2n) and number 1, 3, 5, ... the rate 2r/n. With y a best of
    them, uniform among ties, x <- y iff f(y) >= f(x). Accepted or not, with probability 1/2 r becomes r/2 or 2r as y
    had it; otherwise r becomes r/2 or 2r with probability 1/2 each. Then r is moved into [low, high].

    Args:
        values: 2^n comparable values, entry x for the string with bits of x, or a `RandomFunction`.
        offspring: m, at least 1.
        initial: r of the first generation, in [low, high]; None for `low`.
        low: smallest r; None for min(2, high).
        high: largest r, at most n/2; None for n/4.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.
        horizon: track so many generations at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law in generations, as `process_law` describes it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr, Giessen, Witt and Yang (2019), as recalled; the paper needs m >= 2 and n >= 8.

    Example:
        >>> onemax = [x.bit_count() for x in range(2**3)]
        >>> round(two_rate_law(onemax, offspring=2, low=0.5, high=1.5).mean, 6)
        5.087868
    """
    search = Search.of(values)
    n = search.n
    offspring = _check.integer("offspring", offspring, low=1, unit="per generation", advice="Pass 4, say.")
    unit = "expected flips per offspring"
    high = _check.real("high", n / 4 if high is None else high, f"(0, {n / 2}]", unit=unit, advice="Pass None for n/4.")
    low = _check.real(
        "low", min(2.0, high) if low is None else low, f"(0, {high}]", unit=unit, advice="Pass None for min(2, high)."
    )
    initial = low if initial is None else initial
    first = _check.real("initial", initial, f"[{low}, {high}]", unit=unit, advice="Pass None for `low`.")
    counts = math.ceil(offspring / 2), offspring // 2

    def step(state: tuple[int, float], t: int) -> Iterator[tuple[float, Any]]:
        x, r = state
        halved, doubled = max(low, r / 2.0), min(high, 2.0 * r)
        masks = [checked_masks(StandardBits(), n, rate) for rate in (r / (2.0 * n), min(1.0, 2.0 * r / n))]
        for ranks in search.tables:
            pmfs = one_offspring(masks[0], x), one_offspring(masks[1], x)
            slow, fast = best_of_two_kinds(pmfs, counts, ranks)
            either = (slow + fast) / len(search.tables)
            yield float(either[search.best].sum()), SAMPLED
            for y in np.flatnonzero(~search.best & (either > 0.0)).tolist():
                after = y if ranks[y] >= ranks[x] else x
                chance = float(either[y])
                of_slow = float(slow[y] / (slow[y] + fast[y]))
                yield chance * (0.5 * of_slow + 0.25), (after, halved)
                yield chance * (0.5 * (1.0 - of_slow) + 0.25), (after, doubled)

    law = start_of(search, start, lambda x: (x, first))
    source = f"enumeration: (1+{offspring})-EA with two rates"
    return process_law(law, step, homogeneous=True, horizon=horizon, tail=tail, source=source)
