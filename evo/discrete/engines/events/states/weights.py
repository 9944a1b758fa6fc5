"""The integer weights of a linear function."""

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


class Weights(NamedTuple):
    """The integer weights (`weights`, in units of `unit`, of the problem's instance), those of zero-bits first."""

    problem: Any


@implements_lowered(Weights)
def open_state(kind, parts, work):
    """Draw weights and string; the weights of zero-bits go first."""
    instance = f.instance(kind.problem, work.keys[3])
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    f.place(parts.start, parts.n, work.stream, work.x)
    return instance, f.NoCache(0), _fill(instance, work)


@register_jitable
def _fill(instance, work):
    """Put weights, and positions where they are kept, in their parts; returns the number of zero-bits."""
    x, weights = work.x, work.weights
    zeros = 0
    for position in range(x.shape[0]):
        zeros += 1 - np.int64(x[position])
    low, high, total = 0, zeros, np.int64(0)
    for position in range(x.shape[0]):
        weight, bit = instance.weights[position], np.int64(x[position])  # without branches, which bits would mislead
        weights[low + (high - low) * bit] = weight
        low += 1 - bit
        high += bit
        total += weight * bit
    work.total[0] = total
    if work.order.shape[0] > 0:
        partition(x, work.order)
    return zeros


@implements_lowered(Weights)
def restore_state(kind, parts, work, missing):
    """Draw the instance, and put its weights in the order of the positions."""
    instance = f.instance(kind.problem, work.keys[3])
    total = np.int64(0)
    for place in range(parts.n):
        work.weights[place] = instance.weights[work.order[place]]
        if place >= missing:
            total += work.weights[place]
    work.total[0] = total
    return instance, f.NoCache(0)


@register_jitable
def _lose_many(work, loss, n, missing, change):
    """Flip one-bits from one to the next, until they outweigh what is gained: (what is left of it, their number)."""
    inverse, place, downs = 1.0 / loss, missing, 0
    while True:
        skipped = fast_exponential(work.stream) * inverse
        if skipped >= n - place:
            return change, downs
        place += np.int64(skipped)
        change -= work.weights[place]
        work.downs[downs] = place - missing
        downs += 1
        place += 1
        if change < 0:
            return change, downs


@implements_lowered(Weights)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """The exact integer sum over the flipped bits; lost bits are drawn until they outweigh what is gained."""
    stream, weights = work.stream, work.weights
    change = np.int64(0)
    if is_lone(stream, blend, pace.loss, n, missing):
        ups, downs = draw_one(work, missing), 0
        change += weights[work.ups[0]]
    elif n * pace.rate < FEW:
        ups, downs = numbers(wait, stream, pace, n, missing)
        if is_pair(ups, downs):
            gained, lost = draw_pair(work, n, missing, downs)
            change = weights[gained] - downs * weights[lost]
            work.total[1] = change
            return int(change > 0) - int(change < 0), ups, downs
        for at in range(ups):
            change += weights[draw_another(stream, missing, work.ups, at)]
        for at in range(downs):
            change -= weights[missing + draw_another(stream, n - missing, work.downs, at)]
            if change < 0:
                return -1, ups, downs
    else:
        ups = gain_many(work, pace, missing)
        for at in range(ups):
            change += weights[work.ups[at]]
        change, downs = _lose_many(work, pace.loss, n, missing, change)
        if change < 0:
            return -1, ups, downs
    work.total[1] = change
    return (1 if change > 0 else 0), ups, downs


@implements_lowered(Weights)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Exchange weights, and positions where they are kept; without a branch on `kept` where that is a pair at most."""
    placed = work.order.shape[0] > 0
    if is_pair(ups, downs):
        work.total[0] += work.total[1] * int(kept)
        if placed:
            exchange_pair(work.order, work.ups, work.downs, missing, downs, kept)
        return exchange_pair(work.weights, work.ups, work.downs, missing, downs, kept)
    if not kept:
        return missing
    work.total[0] += work.total[1]
    arrange(work.ups, work.downs, ups, downs)
    if placed:
        exchange(work.order, work.ups, work.downs, missing, ups, downs)
    return exchange(work.weights, work.ups, work.downs, missing, ups, downs)


@implements_lowered(Weights)
def worth(kind, instance, cache, work, n, missing):
    """The sum of the weights of one-bits."""
    return work.total[0] * instance.unit
