"""HotTopic functions in compiled code: their sets, where a string stands among them, and what a step changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below, bit_of, seed_stream, with_bit

_FAR = 2**40


class LoweredHotTopic(NamedTuple):
    """A HotTopic function before its sets are drawn."""

    n: int
    levels: int
    hot_size: int
    core_size: int
    allowed: int
    #: how many hot topics there are, `levels` or one more
    topics: int
    #: the value of a one-bit in the hot topic, n or n + 1
    hot_value: int


class HotTopicInstance(NamedTuple):
    """The sets of a HotTopic function: `hot[i]` and `core[i]` are the bit sets A_i and B_i, i = 1..levels.

    Row 0 of `core` is empty, and so is row levels + 1 of `hot` where the top level has no hot topic.
    `members[offsets[p]:offsets[p + 1]]` are the levels whose core contains position p.
    """

    n: int
    levels: int
    hot: np.ndarray
    core: np.ndarray
    allowed: np.ndarray
    offsets: np.ndarray
    members: np.ndarray
    #: the value of a one-bit in the hot topic; with one elsewhere worth 1 and a level n^2, the order is lexicographic
    hot_value: int


class HotTopicCache(NamedTuple):
    """Where a string stands.

    `slack[i]` is the number of zero-bits in B_i minus the allowed number (satisfied: not positive). `numbers` holds
    the level, a lower bound of the slack of all higher levels, the ones in the hot topic A_(level + 1), the others.
    """

    slack: np.ndarray
    numbers: np.ndarray


@implements_lowered(LoweredHotTopic)
def instance(problem, words):
    """Draw the sets: a partial shuffle of the positions per level, whose first part is the core."""
    n, levels = problem.n, problem.levels
    stream = np.empty(4, dtype=np.uint64)
    seed_stream(stream, words[0], words[1], 0)
    hot = np.zeros((levels + 2, (n + 63) // 64), dtype=np.uint64)
    core = np.zeros((levels + 1, (n + 63) // 64), dtype=np.uint64)
    offsets = np.zeros(n + 1, dtype=np.int64)
    order = np.arange(n)
    for row in range(1, problem.topics + 1):
        for place in range(problem.hot_size):
            other = place + below(stream, n - place)
            position = order[other]
            order[other] = order[place]
            order[place] = position
            hot[row, position >> 6] = with_bit(hot[row, position >> 6], position & 63)
            if place < problem.core_size and row <= levels:
                core[row, position >> 6] = with_bit(core[row, position >> 6], position & 63)
                offsets[position + 1] += 1
    for position in range(n):
        offsets[position + 1] += offsets[position]
    members = np.empty(offsets[n], dtype=np.int32)
    filled = offsets[:n].copy()
    for row in range(1, levels + 1):
        for position in range(n):
            if bit_of(core[row, position >> 6], position & 63) == 1:
                members[filled[position]] = row
                filled[position] += 1
    allowed = np.full(levels + 1, problem.allowed, dtype=np.int64)
    return HotTopicInstance(n, levels, hot, core, allowed, offsets, members, problem.hot_value)


@implements_lowered(HotTopicInstance)
def prepare(problem, x):
    """Count the zero-bits in every core, and find the level."""
    slack = np.zeros(problem.levels + 1, dtype=np.int32)
    for row in range(1, problem.levels + 1):
        slack[row] = -problem.allowed[row]
    for position in range(problem.n):
        if x[position] == 0:
            for place in range(problem.offsets[position], problem.offsets[position + 1]):
                slack[problem.members[place]] += 1
    numbers = np.zeros(4, dtype=np.int64)
    cache = HotTopicCache(slack, numbers)
    _enter(problem, cache, x, _highest(slack, problem.levels))
    return cache


@register_jitable
def _highest(slack, top):
    """The highest satisfied level up to `top`; 0 if there is none."""
    row = top
    while row > 0 and slack[row] > 0:
        row -= 1
    return row


@register_jitable
def _bound(slack, row):
    """The smallest slack of the levels above `row`."""
    smallest = _FAR
    for other in range(row + 1, slack.shape[0]):
        smallest = min(smallest, np.int64(slack[other]))
    return smallest


@register_jitable
def _enter(problem, cache, x, row):
    """Make `row` the level of the string x."""
    hot_ones, ones = 0, 0
    for position in range(problem.n):
        bit = np.int64(x[position])
        ones += bit
        hot_ones += bit * bit_of(problem.hot[row + 1, position >> 6], position & 63)
    cache.numbers[0] = row
    cache.numbers[1] = _bound(cache.slack, row)
    cache.numbers[2] = hot_ones
    cache.numbers[3] = ones - hot_ones


@register_jitable
def _satisfied_after(problem, cache, x, flips, count, row):
    """Whether the offspring satisfies level `row`."""
    slack = np.int64(cache.slack[row])
    for place in range(count):
        position = flips[place]
        slack -= (1 - 2 * np.int64(x[position])) * bit_of(problem.core[row, position >> 6], position & 63)
    return slack <= 0


@register_jitable
def _level_after(problem, cache, x, flips, count, ups, core_change):
    """The level of the offspring, or -1 if it is lower than the level of x."""
    row = cache.numbers[0]
    if ups > 0 and cache.numbers[1] <= ups:
        cache.numbers[1] = _bound(cache.slack, row)  # the bound had become loose
        if cache.numbers[1] <= ups:
            for other in range(problem.levels, row, -1):
                if cache.slack[other] <= ups and _satisfied_after(problem, cache, x, flips, count, other):
                    return other
    if row > 0 and cache.slack[row] - core_change > 0:
        return -1
    return row


@register_jitable
def _changes(problem, cache, x, flips, count):
    """(zero-bits flipped, gain in the hot topic, gain outside, gain in the core of the current level)."""
    row = cache.numbers[0]
    ups, hot_gain, rest_gain, core_gain = 0, 0, 0, 0
    for place in range(count):
        position = flips[place]
        word, bit = position >> 6, position & 63
        step = 1 - 2 * np.int64(x[position])
        ups += (1 + step) // 2
        inside = bit_of(problem.hot[row + 1, word], bit)
        hot_gain += step * inside
        rest_gain += step * (1 - inside)
        core_gain += step * bit_of(problem.core[row, word], bit)
    return ups, hot_gain, rest_gain, core_gain


@implements_lowered(HotTopicInstance)
def compare(problem, cache, x, flips, count, stream):
    """Level first, then the ones in the hot topic, then the others."""
    ups, hot_gain, rest_gain, core_gain = _changes(problem, cache, x, flips, count)
    row = cache.numbers[0]
    after = _level_after(problem, cache, x, flips, count, ups, core_gain)
    change = after - row
    if change == 0:
        change = hot_gain
    if change == 0:
        change = rest_gain
    return 1 if change > 0 else (-1 if change < 0 else 0)


@register_jitable
def _change(problem, cache, x, flips, count):
    """The exact difference of the values; where the level changes, the ones are counted again."""
    ups, hot_gain, rest_gain, core_gain = _changes(problem, cache, x, flips, count)
    n, row = np.int64(problem.n), cache.numbers[0]
    after = _level_after(problem, cache, x, flips, count, ups, core_gain)
    if after == row:
        return problem.hot_value * hot_gain + rest_gain
    if after < 0:
        after = row - 1
        while after > 0 and not _satisfied_after(problem, cache, x, flips, count, after):
            after -= 1
    for place in range(count):
        x[flips[place]] = 1 - x[flips[place]]
    hot_ones, ones = 0, 0
    for position in range(problem.n):
        bit = np.int64(x[position])
        ones += bit
        hot_ones += bit * bit_of(problem.hot[after + 1, position >> 6], position & 63)
    for place in range(count):
        x[flips[place]] = 1 - x[flips[place]]
    hot_gain, rest_gain = hot_ones - cache.numbers[2], ones - hot_ones - cache.numbers[3]
    return n * n * (after - row) + problem.hot_value * hot_gain + rest_gain


@implements_lowered(HotTopicInstance)
def gain(problem, cache, x, flips, count, stream):
    """The exact difference, as a float."""
    change = _change(problem, cache, x, flips, count)
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(change)


@implements_lowered(HotTopicInstance)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """Level first, then the ones in the hot topic, then the others; all from the flips."""
    row = _lone_level(problem, cache, x, first, first_count)
    other_row = _lone_level(problem, cache, x, second, second_count)
    if row != other_row:
        return 1 if row > other_row else -1
    if row < 0:  # both fall: down to the first level that one of them satisfies
        row, most = cache.numbers[0], max(first_count, second_count)
        while row > 1:
            row -= 1
            if cache.slack[row] > most:
                continue
            one = _satisfied_after(problem, cache, x, first, first_count, row)
            other = _satisfied_after(problem, cache, x, second, second_count, row)
            if one != other:
                return 1 if one else -1
            if one:
                return _at_level(problem, x, first, first_count, second, second_count, row)
        row = 0
    return _at_level(problem, x, first, first_count, second, second_count, row)


@register_jitable
def _at_level(problem, x, first, first_count, second, second_count, row):
    """The sign of the difference of two offspring that share a level."""
    hot, rest = _ones_gained(problem, x, first, first_count, row)
    other_hot, other_rest = _ones_gained(problem, x, second, second_count, row)
    change = hot - other_hot
    if change == 0:
        change = rest - other_rest
    return 1 if change > 0 else (-1 if change < 0 else 0)


@register_jitable
def _lone_level(problem, cache, x, flips, count):
    """The level of the offspring, or -1 if it is lower than the level of x."""
    ups, _, _, core_gain = _changes(problem, cache, x, flips, count)
    return _level_after(problem, cache, x, flips, count, ups, core_gain)


@register_jitable
def _ones_gained(problem, x, flips, count, row):
    """(ones gained in the hot topic of level `row`, ones gained elsewhere)."""
    hot, rest = 0, 0
    for place in range(count):
        position = flips[place]
        step = 1 - 2 * np.int64(x[position])
        inside = bit_of(problem.hot[row + 1, position >> 6], position & 63)
        hot += step * inside
        rest += step * (1 - inside)
    return hot, rest


@implements_lowered(HotTopicInstance)
def exact(problem):
    """Where floats hold all values, which are at most n^2 (levels + 1)."""
    n = np.int64(problem.n)
    return n * n * (problem.levels + 1) < 2**53


@implements_lowered(HotTopicInstance)
def scored(problem):
    """Where floats hold all values."""
    n = np.int64(problem.n)
    return n * n * (problem.levels + 1) < 2**53


@implements_lowered(HotTopicInstance)
def commit(problem, cache, x, flips, count):
    """Update the zero counts of all cores that contain a flipped position; enter another level if need be."""
    slack, row = cache.slack, cache.numbers[0]
    ups, hot_change, rest_change, risen = 0, 0, 0, False
    for place in range(count):
        position = flips[place]
        step = 2 * np.int64(x[position]) - 1  # x holds the offspring
        for entry in range(problem.offsets[position], problem.offsets[position + 1]):
            other = problem.members[entry]
            slack[other] -= step
            if other > row and slack[other] <= 0:
                risen = True
        ups += (1 + step) // 2
        inside = bit_of(problem.hot[row + 1, position >> 6], position & 63)
        hot_change += step * inside
        rest_change += step * (1 - inside)
    if risen or (row > 0 and slack[row] > 0):
        top = _highest(slack, problem.levels)
        if top != row:
            _enter(problem, cache, x, top)
            return
    cache.numbers[1] -= ups
    cache.numbers[2] += hot_change
    cache.numbers[3] += rest_change


@implements_lowered(HotTopicInstance)
def value(problem, cache, x):
    """The level, the ones in the hot topic, and the others, weighted."""
    n = np.int64(problem.n)
    return n * n * cache.numbers[0] + problem.hot_value * cache.numbers[2] + cache.numbers[3]


@implements_lowered(HotTopicInstance)
def level(problem, cache):
    """The level of the current string."""
    return cache.numbers[0]


@implements_lowered(LoweredHotTopic)
@implements_lowered(HotTopicInstance)
def level_count(problem):
    """L + 1."""
    return problem.levels + 1
