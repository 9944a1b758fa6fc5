"""The positions alone, for BinVal: the smallest one that flips decides."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import FEW, is_lone, numbers
from evo.discrete.engines.events.states.arrays import (
    arrange,
    draw_another,
    draw_one,
    draw_pair,
    exchange,
    exchange_pair,
    gain_many,
    is_pair,
    partition,
)
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential, seed_stream


class Ranks(NamedTuple):
    """The positions, those of zero-bits first."""

    problem: Any


@implements_lowered(Ranks)
def open_state(kind, parts, work):
    """Draw the string."""
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    f.place(parts.start, parts.n, work.stream, work.x)
    return kind.problem, f.NoCache(0), partition(work.x, work.order)


@implements_lowered(Ranks)
def restore_state(kind, parts, work, missing):
    """The positions are there."""
    return kind.problem, f.NoCache(0)


@register_jitable
def _lose_many(work, loss, n, missing, first):
    """Flip one-bits from one to the next, until one is smaller than what is gained: (whether one is, their number)."""
    inverse, place, downs = 1.0 / loss, missing, 0
    while True:
        skipped = fast_exponential(work.stream) * inverse
        if skipped >= n - place:
            return False, downs
        place += np.int64(skipped)
        work.downs[downs] = place - missing
        downs += 1
        if work.order[place] < first:
            return True, downs
        place += 1


@implements_lowered(Ranks)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """Better if and only if the smallest position that flips is gained; there are no ties."""
    stream, order, first = work.stream, work.order, np.int64(n)
    if is_lone(stream, blend, pace.loss, n, missing):
        return 1, draw_one(work, missing), 0
    if n * pace.rate < FEW:
        ups, downs = numbers(wait, stream, pace, n, missing)
        if is_pair(ups, downs):
            gained, lost = draw_pair(work, n, missing, downs)
            return 1 - 2 * int(order[lost] < order[gained]) * downs, ups, downs
        for at in range(ups):
            first = min(first, np.int64(order[draw_another(stream, missing, work.ups, at)]))
        for at in range(downs):
            if order[missing + draw_another(stream, n - missing, work.downs, at)] < first:
                return -1, ups, downs
    else:
        ups = gain_many(work, pace, missing)
        for at in range(ups):
            first = min(first, np.int64(order[work.ups[at]]))
        lost, downs = _lose_many(work, pace.loss, n, missing, first)
        if lost:
            return -1, ups, downs
    return 1, ups, downs


@implements_lowered(Ranks)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Exchange, without a branch on what is kept where that is two positions at most."""
    if is_pair(ups, downs):
        return exchange_pair(work.order, work.ups, work.downs, missing, downs, kept)
    if not kept:
        return missing
    arrange(work.ups, work.downs, ups, downs)
    return exchange(work.order, work.ups, work.downs, missing, ups, downs)


@implements_lowered(Ranks)
def worth(kind, instance, cache, work, n, missing):
    """The binary value up to 53 bits, the number of zero-bits beyond."""
    if n > 53:
        return float(missing)
    total = np.int64(0)
    for place in range(missing, n):
        total += np.int64(1) << np.int64(n - 1 - work.order[place])
    return float(total)
