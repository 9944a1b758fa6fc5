"""HotTopic: the strictly monotone functions on which hillclimbers with a large mutation rate fail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.problems import Values
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import below, bit_of, seed_stream, with_bit
from evo.discrete.parts import AbstractFunction, length, part
from evo.discrete.problems.instances import Fixed, Instance, PerRun, checked

_FAR = 2**40


@part
class HotTopic(AbstractFunction):
    """The HotTopic function: a hierarchy of random sets, of which one at a time has priority.

    For each level i = 1..L a uniformly random hot topic A_i of floor(alpha n) positions is drawn, and in it a random
    core B_i of floor(beta n) positions. The level l(x) is the largest i such that at most floor(eps |B_i|) bits of
    B_i are zero (0 if there is none), and f(x) = n^2 l(x) + n |x restricted to A_(l+1)| + |x elsewhere|, where
    A_(L+1) is empty.

    Args:
        n: string length.
        levels: number L of levels.
        alpha: size of a hot topic as a fraction of n, in (0, 1).
        beta: size of a core as a fraction of n, in (0, alpha].
        eps: the fraction of zero-bits up to which a core counts as optimised, in [0, 1).
        instance: `PerRun()` (default): every run draws its own sets; `Fixed(seed)`: all runs and threads share them.

    All levels are stored as bit sets and inverse lists: n L / 4 + 4 beta n L bytes, 110 MB for n = L = 10^4 and
    beta = 0.2.

    Reference: Lengler, A general dichotomy of evolutionary algorithms on monotone functions, PPSN 2018, Section 2;
    the construction goes back to Lengler and Steger, Drift analysis and evolutionary algorithms revisited, 2018.

    Example:
        >>> from evo import discrete as d
        >>> d.HotTopic(1000, levels=100, alpha=0.25, beta=0.2, eps=0.05).level_count()
        101
    """

    n: int
    levels: int
    alpha: float
    beta: float
    eps: float
    instance: Instance = PerRun()
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        n = length(self.n)
        object.__setattr__(self, "n", n)
        action = "Pass the number of levels, for example levels=100."
        object.__setattr__(self, "levels", checks.integer("levels", self.levels, 1, action, high=2**31 - 2))
        action = "Pass 0 < beta <= alpha < 1, for example alpha=0.25, beta=0.05."
        object.__setattr__(self, "alpha", checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True))
        object.__setattr__(self, "beta", checks.real("beta", self.beta, 0, self.alpha, action, open_low=True))
        action = "Pass a fraction of zero-bits, for example eps=0.05."
        object.__setattr__(self, "eps", checks.real("eps", self.eps, 0, 1, action, open_high=True))
        checked(self.instance)
        if self.core_size < 1:
            action = f"Raise beta to at least 1/n = {1 / n:g}, or n."
            raise checks.bad_value("beta", self.beta, f"give cores of at least one of n={n} positions", action)
        if n * n * (self.levels + 1) + n >= 2**62:
            raise checks.bad_value("levels", self.levels, "keep n^2 (levels + 1) below 2^62", "Use fewer levels.")

    @property
    def hot_size(self) -> int:
        """|A_i| = floor(alpha n)."""
        return math.floor(self.alpha * self.n + 1e-9)

    @property
    def core_size(self) -> int:
        """|B_i| = floor(beta n)."""
        return math.floor(self.beta * self.n + 1e-9)

    @property
    def allowed_zeros(self) -> int:
        """The number of zero-bits up to which a core counts as optimised, floor(eps |B_i|)."""
        return allowed_zeros(self.eps, self.core_size)

    def lower(self, n: int) -> LoweredHotTopic | HotTopicInstance:
        """The named tuple that kernels see: the sizes, or the sets of a fixed instance."""
        drawn = LoweredHotTopic(n, self.levels, self.hot_size, self.core_size, self.allowed_zeros)
        return instance_of(drawn, self.instance.key()) if isinstance(self.instance, Fixed) else drawn

    def level_count(self) -> int:
        """L + 1."""
        return self.levels + 1

    def solved(self, candidate: Any) -> bool:
        """Whether the string is all ones."""
        return bool(np.all(np.asarray(candidate) == 1))

    @staticmethod
    def from_sets(n: int, hot: Sequence[Any], core: Sequence[Any], eps: float) -> HotTopicSets:
        """The HotTopic function of given sets; see `HotTopicSets`."""
        return HotTopicSets(n, tuple(hot), tuple(core), eps)


@part
class HotTopicSets(AbstractFunction):
    """The HotTopic function of given sets A_1, ..., A_L and B_i, a subset of A_i.

    Args:
        n: string length.
        hot: L sequences of distinct positions in [0, n): the hot topics.
        core: L sequences of distinct positions, the cores, none empty.
        eps: the fraction of zero-bits up to which a core counts as optimised, in [0, 1).

    Example:
        >>> from evo import discrete as d
        >>> d.HotTopic.from_sets(4, hot=[[0, 1]], core=[[0]], eps=0.0).evaluate([[0, 1, 1, 1]], 0, d.Key(0))
        array([6])
    """

    n: int
    hot: tuple[tuple[int, ...], ...]
    core: tuple[tuple[int, ...], ...]
    eps: float
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        n = length(self.n)
        object.__setattr__(self, "n", n)
        action = "Pass a fraction of zero-bits, for example eps=0.05."
        object.__setattr__(self, "eps", checks.real("eps", self.eps, 0, 1, action, open_high=True))
        if len(self.hot) != len(self.core) or not self.hot:
            action = "Pass one core for each hot topic."
            raise checks.bad_value(
                "core", self.core, f"hold as many sets as hot, {len(self.hot)}, and not none", action
            )
        hot = tuple(_positions("hot", level, positions, n) for level, positions in enumerate(self.hot, start=1))
        core = tuple(_positions("core", level, positions, n) for level, positions in enumerate(self.core, start=1))
        for level, (outer, inner) in enumerate(zip(hot, core, strict=True), start=1):
            if not inner or not set(inner) <= set(outer):
                action = "Choose the core among the positions of the hot topic."
                raise checks.bad_value(f"core of level {level}", inner, "be a nonempty subset of the hot topic", action)
        object.__setattr__(self, "hot", hot)
        object.__setattr__(self, "core", core)

    def lower(self, n: int) -> HotTopicInstance:
        """The named tuple that kernels see."""
        levels, words = len(self.hot), -(-n // 64)
        hot = np.zeros((levels + 2, words), dtype=np.uint64)
        core = np.zeros((levels + 1, words), dtype=np.uint64)
        allowed = np.zeros(levels + 1, dtype=np.int64)
        for table, sets in ((hot, self.hot), (core, self.core)):
            for row, positions in enumerate(sets, start=1):
                for position in positions:
                    table[row, position // 64] |= np.uint64(1) << np.uint64(position % 64)
        allowed[1:] = [allowed_zeros(self.eps, len(positions)) for positions in self.core]
        lists: list[list[int]] = [[] for _ in range(n)]
        for row, positions in enumerate(self.core, start=1):
            for position in positions:
                lists[position].append(row)
        offsets = np.concatenate([[0], np.cumsum([len(item) for item in lists])]).astype(np.int64)
        members = np.array([row for item in lists for row in item], dtype=np.int32)
        return HotTopicInstance(n, levels, hot, core, allowed, offsets, members)

    def level_count(self) -> int:
        """L + 1."""
        return len(self.hot) + 1

    def solved(self, candidate: Any) -> bool:
        """Whether the string is all ones."""
        return bool(np.all(np.asarray(candidate) == 1))


def allowed_zeros(eps: float, size: int) -> int:
    """floor(eps size), safe against eps size falling just below an integer."""
    return math.floor(eps * size + 1e-9)


def _positions(argument: str, level: int, positions: Any, n: int) -> tuple[int, ...]:
    array = np.asarray(positions)
    name = f"{argument} of level {level}"
    action = "Count positions from 0."
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise checks.bad_type(name, positions, "be a sequence of integers", action)
    if array.size and (array.min() < 0 or array.max() >= n or len(np.unique(array)) < array.size):
        raise checks.bad_value(name, array, f"hold distinct positions in [0, {n})", action)
    return tuple(sorted(int(position) for position in array))


class LoweredHotTopic(NamedTuple):
    """`HotTopic` before its sets are drawn."""

    n: int
    levels: int
    hot_size: int
    core_size: int
    allowed: int


class HotTopicInstance(NamedTuple):
    """The sets of a HotTopic function: `hot[i]` and `core[i]` are the bit sets A_i and B_i, i = 1..levels.

    Row levels + 1 of `hot` and row 0 of `core` are empty. `members[offsets[p]:offsets[p + 1]]` are the levels whose
    core contains position p.
    """

    n: int
    levels: int
    hot: np.ndarray
    core: np.ndarray
    allowed: np.ndarray
    offsets: np.ndarray
    members: np.ndarray


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
    for row in range(1, levels + 1):
        for place in range(problem.hot_size):
            other = place + below(stream, n - place)
            position = order[other]
            order[other] = order[place]
            order[place] = position
            hot[row, position >> 6] = with_bit(hot[row, position >> 6], position & 63)
            if place < problem.core_size:
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
    return HotTopicInstance(n, levels, hot, core, allowed, offsets, members)


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


@implements_lowered(HotTopicInstance)
def gain(problem, cache, x, flips, count, stream):
    """The exact difference; where the level changes, the ones are counted again."""
    ups, hot_gain, rest_gain, core_gain = _changes(problem, cache, x, flips, count)
    n, row = np.int64(problem.n), cache.numbers[0]
    after = _level_after(problem, cache, x, flips, count, ups, core_gain)
    if after == row:
        change = n * hot_gain + rest_gain
    else:
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
        change = n * n * (after - row) + n * (hot_ones - cache.numbers[2]) + (ones - hot_ones) - cache.numbers[3]
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(change)


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
    """n^2 level + n (ones in the hot topic) + (ones elsewhere)."""
    n = np.int64(problem.n)
    return n * n * cache.numbers[0] + n * cache.numbers[2] + cache.numbers[3]


@implements_lowered(HotTopicInstance)
def level(problem, cache):
    """The level of the current string."""
    return cache.numbers[0]


@implements_lowered(LoweredHotTopic)
@implements_lowered(HotTopicInstance)
def level_count(problem):
    """L + 1."""
    return problem.levels + 1
