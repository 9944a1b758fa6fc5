"""The generation of the (mu+1) schemes: several parents, one offspring."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.functions import Event, Generation, PolicyView
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import INVALID_RATE, NON_FINITE, PAUSED, count_zeros, flip, reached
from evo.discrete.engines.streams import below, bit_of, next_word, uniform


class LoweredHerd(NamedTuple):
    """The (mu+1) schemes as kernels see them."""

    population: int
    #: the probability of crossover
    crossover: float


class Herd(NamedTuple):
    """One cache per string of the population, and one to spare."""

    caches: list


def copy_cache(target, source):
    """Make the arrays of a cache equal to those of another one of the same problem."""
    for into, out in zip(target, source, strict=True):
        if isinstance(into, np.ndarray):
            into[...] = out
        elif isinstance(into, tuple):
            copy_cache(into, out)


@overload(copy_cache)
def _copy_cache(target, source):
    if len(target) == 0:
        return lambda target, source: None

    def each(target, source):
        _copy_item(target[0], source[0])
        copy_cache(target[1:], source[1:])

    return each


def _copy_item(into, out):
    copy_cache((into,), (out,))


@overload(_copy_item)
def _copy_one(into, out):
    if isinstance(into, types.Array):

        def array(into, out):
            into[...] = out

        return array
    if isinstance(into, types.BaseTuple):
        return lambda into, out: copy_cache(into, out)
    return lambda into, out: None


@implements_lowered(LoweredHerd)
def storage(algorithm):
    """The population, and one string to spare."""
    return algorithm.population + 1, 0


@implements_lowered(LoweredHerd)
def founders(algorithm):
    """Mu."""
    return algorithm.population


@implements_lowered(LoweredHerd)
def cost(algorithm, offspring, redrawn):
    """The offspring, and all parents where they are evaluated again."""
    return 1 + redrawn * algorithm.population


@implements_lowered(LoweredHerd)
def gather(algorithm, instance, work):
    """The caches of the population."""
    return Herd([f.prepare(instance, work.population[index]) for index in range(algorithm.population + 1)])


@register_jitable
def _by_score(instance):
    """Whether the order of strings is the order of their scores."""
    return f.scored(instance) and not f.redrawn(instance)


@register_jitable
def _outranks(instance, work, one, other):
    """The sign of f(one) - f(other) for two strings of the population."""
    if _by_score(instance):
        left, right = work.scores[one], work.scores[other]
        return 1 if left > right else (-1 if left < right else 0)
    return f.order(instance, work.population[one], work.population[other], work.function_stream)


@register_jitable
def _extreme(instance, work, count, sign):
    """The first of the best (sign 1) or worst (sign -1) among the strings 0, ..., count - 1."""
    found = 0
    for index in range(1, count):
        if _outranks(instance, work, index, found) * sign > 0:
            found = index
    return found


@register_jitable
def _show(instance, work, cache, herd, index):
    """Make a string of the population the current one."""
    work.x[:] = work.population[index]
    copy_cache(cache, herd.caches[index])


@implements_lowered(LoweredHerd)
def settle(algorithm, parts, work, instance, cache, herd):
    """Value the founders, and make the first of the best the current string."""
    for index in range(algorithm.population):
        x = work.population[index]
        work.population_zeros[index] = count_zeros(x)
        work.scores[index] = float(f.value(instance, herd.caches[index], x))
    _show(instance, work, cache, herd, _extreme(instance, work, algorithm.population, 1))


@register_jitable
def _cross(work, first, second, n, stream):
    """Uniform crossover as flips of the first parent: each bit comes from either parent with probability 1/2."""
    one, other = work.population[first], work.population[second]
    count = 0
    for begin in range(0, n, 64):
        word = np.uint64(next_word(stream))
        end, different = min(begin + 64, n), 0
        for position in range(begin, end):  # most blocks of two relatives are equal, and this loop is vectorised
            different |= one[position] ^ other[position]
        if different != 0:
            for position in range(begin, end):
                if bit_of(word, position - begin) == 1 and one[position] != other[position]:
                    work.flips[count] = position
                    count += 1
    return count


@implements_lowered(LoweredHerd)
def generate(algorithm, parts, work, instance, cache, herd, policy, step, zeros, offspring, target):
    """Make one offspring by crossover or mutation; the first of the worst leaves, the offspring counts as the last."""
    n, stream, size, spare = parts.n, work.stream, algorithm.population, algorithm.population
    crossing = algorithm.crossover > 0.0 and uniform(stream) < algorithm.crossover
    parent = below(stream, size) if size > 1 else 0
    if crossing:
        second = below(stream, size) if size > 1 else 0
        count = _cross(work, parent, second, n, stream)
    else:
        level = f.level(instance, herd.caches[parent])
        view = PolicyView(step, level, work.population_zeros[parent], 0)
        rate = float(f.draw(parts.rate, policy, view, n, stream))
        work.rate[0] = rate
        if not (rate >= 0.0 and rate <= 1.0):
            return Generation(INVALID_RATE, policy, zeros, 0, False)
        count = f.flips(parts.mutation, rate, n, stream, work.flips, work.memo)
    toss = uniform(stream) if f.tosses(parts.rate) else 0.0
    sign, magnitude = 0, 0.0
    mother, old = herd.caches[parent], work.population[parent]
    if f.exact(instance):
        sign, magnitude = f.gain(instance, mother, old, work.flips, count, work.function_stream)
    else:
        sign = f.compare(instance, mother, old, work.flips, count, work.function_stream)
    if sign < -1:
        return Generation(NON_FINITE, policy, zeros, 0, False)
    ready = not (_by_score(instance) and f.exact(instance))
    if ready:
        _bear(instance, work, herd, parent, spare, count)
    else:
        work.scores[spare] = work.scores[parent] + magnitude
    leaving = _extreme(instance, work, size, -1)
    place, improved = 0, False
    # The older string first: functions with regard to the parent (of a population of one) take the first as parent.
    if _outranks(instance, work, leaving, spare) <= 0:
        shown = -1
        if not f.redrawn(instance):
            shown = _extreme(instance, work, size, 1)
            improved = _outranks(instance, work, shown, spare) < 0
        if ready:
            if leaving != spare:
                _take(work, herd, spare, leaving)
        else:
            work.scores[leaving] = work.scores[spare]
            _bear(instance, work, herd, parent, leaving, count)
        child_zeros = work.population_zeros[leaving]
        if reached(instance, herd.caches[leaving], work.population[leaving], child_zeros, target):
            place = 1 + size if f.redrawn(instance) else 1
        best = _extreme(instance, work, size, 1)
        if best != shown or leaving == shown:
            _show(instance, work, cache, herd, best)
            zeros = work.population_zeros[best]
    elif f.redrawn(instance):
        best = _extreme(instance, work, size, 1)
        _show(instance, work, cache, herd, best)
        zeros = work.population_zeros[best]
    if f.redrawn(instance):
        improved = sign > 0
    if not crossing:
        policy = f.update(parts.rate, policy, Event(step, sign, count == 0, count, 0, toss), n)
    return Generation(PAUSED, policy, zeros, place, improved)


@register_jitable
def _bear(instance, work, herd, parent, place, count):
    """Write the offspring, `parent` with the flips, and its cache and number of zero-bits, to a place."""
    if place != parent:
        work.population[place] = work.population[parent]
        copy_cache(herd.caches[place], herd.caches[parent])
    x = work.population[place]
    work.population_zeros[place] = flip(x, work.flips, count, work.population_zeros[parent])
    f.commit(instance, herd.caches[place], x, work.flips, count)
    if _by_score(instance):
        work.scores[place] = float(f.value(instance, herd.caches[place], x))


@register_jitable
def _take(work, herd, source, place):
    """Move a string to another place."""
    work.population[place] = work.population[source]
    work.population_zeros[place] = work.population_zeros[source]
    work.scores[place] = work.scores[source]
    copy_cache(herd.caches[place], herd.caches[source])
