"""The generation of the (1+lambda) and (1,lambda) schemes: one parent, several offspring."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.functions import Event, Generation, PolicyView
from evo.discrete.engines.generations.selection import hits, wins
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import INVALID_RATE, NON_FINITE, PAUSED, count_zeros, flip, note_best, reached
from evo.discrete.engines.streams import next_word, seed_stream, uniform


class LoweredBrood(NamedTuple):
    """The (1+lambda) and (1,lambda) schemes as kernels see them; a fixed lambda has low = high."""

    comma: bool
    first: float
    factor: float
    raise_by: float
    low: float
    high: float
    stochastic: bool


@implements_lowered(LoweredBrood)
def storage(algorithm):
    """A second buffer for flips."""
    return 0, 1


@implements_lowered(LoweredBrood)
def first_brood(algorithm):
    """Lambda before the first step."""
    return algorithm.first


@implements_lowered(LoweredBrood)
def brood_size(algorithm, work, stream):
    """Lambda rounded: to the nearest integer, or up with the probability of its fraction."""
    if algorithm.stochastic:
        whole = math.floor(work.brood[0])
        return np.int64(whole) + (1 if uniform(stream) < work.brood[0] - whole else 0)
    return np.int64(math.floor(work.brood[0] + 0.5))


@implements_lowered(LoweredBrood)
def cost(algorithm, offspring, redrawn):
    """All offspring, and the parent where it is evaluated again."""
    return offspring + redrawn


@register_jitable
def adapted(algorithm, brood, sign):
    """Lambda after a generation: divided by F after a strict improvement, else multiplied by F^(1/s)."""
    if sign > 0:
        return max(algorithm.low, brood / algorithm.factor)
    return min(algorithm.high, brood * algorithm.raise_by)


@implements_lowered(LoweredBrood)
def generate(algorithm, parts, work, instance, cache, herd, policy, step, zeros, offspring, target):
    """The best of all offspring, ties decided by their random words, against the parent."""
    n, x, stream = parts.n, work.x, work.stream
    best, other = work.flips, work.second
    level = f.level(instance, cache)
    best_sign, best_count, best_tie, best_index, best_rate = 0, 0, np.uint64(0), 0, 0.0
    for index in range(offspring):
        rate = float(f.draw(parts.rate, policy, PolicyView(step, level, zeros, index), n, stream))
        if not (rate >= 0.0 and rate <= 1.0):
            work.rate[0] = rate
            return Generation(INVALID_RATE, policy, zeros, 0, False)
        count = f.flips(parts.mutation, rate, n, stream, other, work.memo)
        tie = np.uint64(next_word(stream)) if offspring > 1 else np.uint64(0)
        sign = f.compare(instance, cache, x, other, count, work.function_stream)
        if sign < -1:
            return Generation(NON_FINITE, policy, zeros, 0, False)
        if index == 0 or wins(instance, cache, work, other, count, sign, tie, best, best_count, best_sign, best_tie):
            best, other = other, best
            best_sign, best_count, best_tie, best_index, best_rate = sign, count, tie, index, rate
    work.rate[0] = best_rate
    u = uniform(stream) if f.draws(parts.acceptance) else 0.0
    toss = uniform(stream) if f.tosses(parts.rate) else 0.0
    kept = algorithm.comma
    if not kept:
        magnitude = 0.0
        if f.weighs(parts.acceptance):
            _, magnitude = f.gain(instance, cache, x, best, best_count, work.function_stream)
        kept = f.keep(parts.acceptance, best_sign, magnitude, u)
    kept = kept and best_count > 0
    place, improved = 0, kept and best_sign > 0
    if kept:
        zeros = flip(x, best, best_count, zeros)
        f.commit(instance, cache, x, best, best_count)
        if parts.tracked and best_sign > 0:
            better = note_best(instance, cache, x, work)
            improved = better if algorithm.comma else improved
        elif parts.tracked and algorithm.comma:
            improved = False
        if reached(instance, cache, x, zeros, target):
            place = _first_hit(
                algorithm, parts, work, instance, policy, step, level, offspring, target, best, best_count, other
            )
            place += 1 if f.redrawn(instance) else 0
    work.brood[0] = adapted(algorithm, work.brood[0], best_sign)
    event = Event(step, best_sign, best_count == 0, best_count, best_index, toss)
    return Generation(PAUSED, f.update(parts.rate, policy, event, n), zeros, place, improved)


@register_jitable
def _first_hit(algorithm, parts, work, instance, policy, step, level, offspring, target, best, best_count, other):
    """The place of the first offspring that is a hit, found by drawing all of them again; x holds the best one."""
    n, x, stream = parts.n, work.x, work.stream
    seed_stream(stream, work.keys[2, 0], work.keys[2, 1], step)
    f.brood_size(algorithm, work, stream)
    flip(x, best, best_count, 0)
    zeros, place = count_zeros(x), 0
    for index in range(offspring):
        rate = float(f.draw(parts.rate, policy, PolicyView(step, level, int(zeros), index), n, stream))
        count = f.flips(parts.mutation, rate, n, stream, other, work.memo)
        if offspring > 1:
            next_word(stream)
        if hits(instance, x, other, count, zeros, target):
            place = index + 1
            break
    flip(x, best, best_count, zeros)
    return place
