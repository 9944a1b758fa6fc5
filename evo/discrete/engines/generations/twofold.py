"""The generation of the (1+(lambda,lambda)) scheme: mutants, then crossover of the best one with its parent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.functions import Event, Generation
from evo.discrete.engines.generations.brood import LoweredBrood, adapted
from evo.discrete.engines.generations.selection import hits, wins
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import NON_FINITE, PAUSED, count_zeros, flip, note_best, reached
from evo.discrete.engines.sampling import distinct_positions, flip_number, jumps
from evo.discrete.engines.streams import next_word, seed_stream, uniform


class LoweredTwofold(NamedTuple):
    """The (1+(lambda,lambda)) scheme as kernels see it; a strength or bias of 0 follows lambda."""

    size: LoweredBrood
    strength: float
    bias: float


@implements_lowered(LoweredTwofold)
def storage(algorithm):
    """Two more buffers for flips."""
    return 0, 2


@implements_lowered(LoweredTwofold)
def first_brood(algorithm):
    """Lambda before the first step."""
    return algorithm.size.first


@implements_lowered(LoweredTwofold)
def brood_size(algorithm, work, stream):
    """Lambda rounded: the number of mutants, and of crossover offspring."""
    return f.brood_size(algorithm.size, work, stream)


@implements_lowered(LoweredTwofold)
def cost(algorithm, offspring, redrawn):
    """Mutants, crossover offspring, and the parent where it is evaluated again."""
    return 2 * offspring + redrawn


@register_jitable
def mutation_rate(algorithm, brood, n):
    """Strength / n, or lambda / n."""
    return min(1.0, (algorithm.strength if algorithm.strength > 0.0 else brood) / n)


@register_jitable
def crossover_bias(algorithm, brood):
    """The probability of a bit of the mutant, or 1 / lambda."""
    return algorithm.bias if algorithm.bias > 0.0 else 1.0 / brood


@register_jitable
def common_flips(rate, n, stream, out, memo):
    """The number of flips that all mutants of a generation share, Bin(n, rate)."""
    if rate >= 1.0:
        return n
    return jumps(rate, n, stream, out) if n * rate > 16.0 else flip_number(rate, n, stream, memo)


@register_jitable
def inherited(flips, count, bias, stream, out):
    """The flips of a crossover offspring: each of the mutant's with probability `bias`."""
    found = 0
    for place in range(count):
        if bias >= 1.0 or uniform(stream) < bias:
            out[found] = flips[place]
            found += 1
    return found


@implements_lowered(LoweredTwofold)
def generate(algorithm, parts, work, instance, cache, herd, policy, step, zeros, offspring, target):
    """A best mutant, a best crossover of it with the parent, elitist selection; ties by random words."""
    n, x, stream = parts.n, work.x, work.stream
    rate, bias = mutation_rate(algorithm, work.brood[0], n), crossover_bias(algorithm, work.brood[0])
    work.rate[0] = rate
    mutant, other, best = work.flips, work.second, work.third
    count = common_flips(rate, n, stream, other, work.memo)
    mutant_sign, mutant_tie = 0, np.uint64(0)
    for index in range(offspring):
        distinct_positions(stream, n, count, other)
        tie = np.uint64(next_word(stream)) if offspring > 1 else np.uint64(0)
        sign = f.compare(instance, cache, x, other, count, work.function_stream)
        if sign < -1:
            return Generation(NON_FINITE, policy, zeros, 0, False)
        if index == 0 or wins(instance, cache, work, other, count, sign, tie, mutant, count, mutant_sign, mutant_tie):
            mutant, other = other, mutant
            mutant_sign, mutant_tie = sign, tie
    sign, found, tie = 0, 0, np.uint64(0)
    for index in range(offspring):
        size = inherited(mutant, count, bias, stream, other)
        word = np.uint64(next_word(stream)) if offspring > 1 else np.uint64(0)
        own = f.compare(instance, cache, x, other, size, work.function_stream)
        if own < -1:
            return Generation(NON_FINITE, policy, zeros, 0, False)
        if index == 0 or wins(instance, cache, work, other, size, own, word, best, found, sign, tie):
            best, other = other, best
            sign, found, tie = own, size, word
    mutant_hit, improved = False, False
    if mutant_sign > 0:
        after = flip(x, mutant, count, zeros)
        own_cache = f.prepare(instance, x)
        if parts.tracked:
            improved = note_best(instance, own_cache, x, work)
        mutant_hit = reached(instance, own_cache, x, after, target)
        flip(x, mutant, count, after)
    place = 0
    if mutant_hit:
        place = _first_hit(algorithm, parts, work, instance, step, offspring, count, target, mutant, other, False)
    kept = sign >= 0 and found > 0
    if kept:
        zeros = flip(x, best, found, zeros)
        if not mutant_hit and sign > 0 and reached(instance, f.prepare(instance, x), x, zeros, target):
            flip(x, best, found, zeros)
            place = _first_hit(algorithm, parts, work, instance, step, offspring, count, target, mutant, other, True)
            flip(x, best, found, 0)
        f.commit(instance, cache, x, best, found)
        if parts.tracked and sign > 0 and note_best(instance, cache, x, work):
            improved = True
    if not parts.tracked:
        improved = kept and sign > 0
    if place > 0 and f.redrawn(instance):
        place += 1
    work.brood[0] = adapted(algorithm.size, work.brood[0], sign)
    policy = f.update(parts.rate, policy, Event(step, sign, found == 0, found, 0, 0.0), n)
    return Generation(PAUSED, policy, zeros, place, improved)


@register_jitable
def _first_hit(algorithm, parts, work, instance, step, offspring, count, target, mutant, other, crossed):
    """The place of the first mutant, or crossover offspring, that is a hit; all are drawn again, x is the parent."""
    n, x, stream = parts.n, work.x, work.stream
    zeros = count_zeros(x)
    bias = crossover_bias(algorithm, work.brood[0])
    seed_stream(stream, work.keys[2, 0], work.keys[2, 1], step)
    f.brood_size(algorithm, work, stream)
    common_flips(work.rate[0], n, stream, other, work.memo)
    for index in range(offspring):
        distinct_positions(stream, n, count, other)
        if offspring > 1:
            next_word(stream)
        if not crossed and hits(instance, x, other, count, zeros, target):
            return index + 1
    for index in range(offspring):
        size = inherited(mutant, count, bias, stream, other)
        if offspring > 1:
            next_word(stream)
        if hits(instance, x, other, size, zeros, target):
            return offspring + index + 1
    return 0
