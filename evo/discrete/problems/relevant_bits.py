"""A function of some of the bits of a longer string, of which the others are neutral."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key, label_words
from evo.core.stops import Steps, Stop
from evo.discrete.engines import functions as f
from evo.discrete.engines.generic import has, implements_lowered
from evo.discrete.engines.streams import below, child_words, seed_stream
from evo.discrete.parts import AbstractFunction, bit_strings

_SUBSET = label_words("subset")


class AbstractRelevantBits(AbstractFunction):
    """A function of the n relevant bits of `length`; a subclass says which they are.

    Values, levels, optima, instances and the functions of dynamic problems are those of `problem` on the relevant bits,
    in ascending order; a random one draws the instance that it would draw if it were played alone.
    """

    problem: AbstractFunction
    length: int

    @abstractmethod
    def positions(self, key: Key | None = None) -> np.ndarray:
        """The relevant positions `int64[problem.n]`, ascending, in the run with this key."""

    @abstractmethod
    def subset(self) -> LoweredSubset | Subset:
        """The lowered set of relevant positions, drawn or not."""

    @property
    def wrapped(self) -> AbstractFunction:
        """The function of the relevant bits."""
        return self.problem

    def lower(self, n: int) -> LoweredRelevantBits | RelevantBits:
        """The named tuple that kernels see."""
        del n
        inner: Any = self.problem.lower(self.problem.n)
        subset: Any = self.subset()
        random = has("instance", type(inner)) or has("instance", type(subset))
        return (LoweredRelevantBits if random else RelevantBits)(inner, subset)

    def relevant(self, candidate: Any, key: Key | None = None) -> np.ndarray:
        """The relevant bits of one string."""
        x = checks.bits("candidate", candidate, self.n, "Pass one string of the whole length.")
        return np.ascontiguousarray(x[self.positions(key)])

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The function's values of the relevant bits."""
        return self.problem.evaluate(bit_strings(candidates, self.n)[:, self.positions(key)], step, key)

    def solved(self, candidate: Any) -> bool | None:
        """Whether the relevant bits are optimal; None where only a run knows which they are."""
        if has("instance", type(self.subset())):
            return None
        return self.problem.solved(self.relevant(candidate))

    def solved_in(self, candidate: Any, key: Key) -> bool | None:
        """Whether the relevant bits are optimal in the run with this key."""
        return self.problem.solved_in(self.relevant(candidate, key), key)

    def level_of(self, candidate: Any, key: Key) -> int:
        """The function's level of the relevant bits."""
        return self.problem.level_of(self.relevant(candidate, key), key)

    def level_count(self) -> int:
        """How many levels the function has."""
        return self.problem.level_count()

    def optimum(self) -> float | None:
        """The function's optimum."""
        return self.problem.optimum()

    def budget(self) -> Stop | None:
        """The function's budget; steps are multiplied by length / n, as at equal strength fewer bits flip."""
        stop = self.problem.budget()
        if isinstance(stop, Steps) and self.length > self.problem.n:
            return Steps(math.ceil(stop.count * self.length / self.problem.n))
        return stop

    def reported(self, candidate: Any, value: Any) -> float:
        """The value; where values are only ordered, what the function reports of the relevant bits."""
        return self.problem.reported(self.relevant(candidate), value)

    def reported_in(self, candidate: Any, value: Any, key: Key) -> float:
        """What the function reports of the relevant bits in the run with this key."""
        return self.problem.reported_in(self.relevant(candidate, key), value, key)


def follow(outer: AbstractRelevantBits) -> None:
    """Check problem and length, and take over what the function declares."""
    action = "Pass a function of evo.discrete, for example d.OneMax(100)."
    inner = checks.instance_of("problem", outer.problem, AbstractFunction, action)
    action = f"Pass the length of the whole string, at least the n={inner.n} bits of the problem."
    length = checks.integer("length", outer.length, inner.n, action, high=2**31 - 1)
    declared = {"n": length, "length": length, "monotone": inner.monotone and length == inner.n}
    declared |= {name: getattr(inner, name) for name in ("values", "dynamic", "relative", "pairwise")}
    for name, value in declared.items():
        object.__setattr__(outer, name, value)


def depth(problem: AbstractFunction) -> int:
    """How many functions of relevant bits are nested in a function, which number their streams."""
    return 0 if problem.wrapped is None else 1 + depth(problem.wrapped)


class LoweredSubset(NamedTuple):
    """A uniformly random subset of n of `length` positions before it is drawn."""

    n: int
    length: int
    depth: int


class Subset(NamedTuple):
    """Relevant positions, ascending, and the place of each position among them, -1 if it is neutral."""

    positions: np.ndarray
    places: np.ndarray


class LoweredRelevantBits(NamedTuple):
    """A function of relevant bits before the function, or the set, is drawn."""

    inner: Any
    subset: Any


class RelevantBits(NamedTuple):
    """A function of relevant bits."""

    inner: Any
    subset: Subset


class RelevantBitsCache(NamedTuple):
    """The relevant bits x, what the inner function keeps of them, and room for flips translated to their places."""

    x: np.ndarray
    inner: Any
    zeros: np.ndarray
    flips: np.ndarray
    others: np.ndarray


@implements_lowered(LoweredSubset)
def instance(problem, words):
    """Take each position with the fraction of positions that are still to be taken among those to come.

    The stream is nobody else's: the inner function draws its instance from the same words.
    """
    own = np.empty(2, dtype=np.uint64)
    child_words(words, _SUBSET[0], _SUBSET[1], problem.depth, own)
    stream = np.empty(4, dtype=np.uint64)
    seed_stream(stream, own[0], own[1], 0)
    positions = np.empty(problem.n, dtype=np.int64)
    places = np.full(problem.length, -1, dtype=np.int64)
    taken = 0
    for position in range(problem.length):
        if below(stream, problem.length - position) < problem.n - taken:
            positions[taken] = position
            places[position] = taken
            taken += 1
    return Subset(positions, places)


def _drawn(problem, words):
    return RelevantBits(f.instance(problem.inner, words), f.instance(problem.subset, words))


_drawn.__name__ = "instance"
implements_lowered(LoweredRelevantBits)(_drawn)


@register_jitable
def _translated(problem, flips, count, out):
    """Write the places of the relevant flips, in the order of the flips, and return their number."""
    relevant = 0
    for place in range(count):
        inside = problem.subset.places[flips[place]]
        if inside >= 0:
            out[relevant] = inside
            relevant += 1
    return relevant


@register_jitable
def _gathered(problem, x):
    """The relevant bits of x."""
    bits = np.empty(problem.subset.positions.shape[0], dtype=np.uint8)
    for place in range(bits.shape[0]):
        bits[place] = x[problem.subset.positions[place]]
    return bits


@implements_lowered(RelevantBits)
def prepare(problem, x):
    """Gather the relevant bits, and prepare the inner function for them."""
    bits = _gathered(problem, x)
    zeros = np.zeros(1, dtype=np.int64)
    for bit in bits:
        zeros[0] += 1 - np.int64(bit)
    flips, others = np.zeros(bits.shape[0], dtype=np.int64), np.zeros(bits.shape[0], dtype=np.int64)
    return RelevantBitsCache(bits, f.prepare(problem.inner, bits), zeros, flips, others)


@implements_lowered(RelevantBits)
def value(problem, cache, x):
    """The inner value."""
    return f.value(problem.inner, cache.inner, cache.x)


@implements_lowered(RelevantBits)
def gain(problem, cache, x, flips, count, stream):
    """The inner gain."""
    relevant = _translated(problem, flips, count, cache.flips)
    return f.gain(problem.inner, cache.inner, cache.x, cache.flips, relevant, stream)


@implements_lowered(RelevantBits)
def compare(problem, cache, x, flips, count, stream):
    """The inner comparison."""
    relevant = _translated(problem, flips, count, cache.flips)
    return f.compare(problem.inner, cache.inner, cache.x, cache.flips, relevant, stream)


@implements_lowered(RelevantBits)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The inner contest."""
    one = _translated(problem, first, first_count, cache.flips)
    other = _translated(problem, second, second_count, cache.others)
    return f.contest(problem.inner, cache.inner, cache.x, cache.flips, one, cache.others, other, stream)


@implements_lowered(RelevantBits)
def order(problem, first, second, stream):
    """The inner order."""
    return f.order(problem.inner, _gathered(problem, first), _gathered(problem, second), stream)


@implements_lowered(RelevantBits)
def commit(problem, cache, x, flips, count):
    """Flip the relevant bits, and let the inner cache follow."""
    relevant = _translated(problem, flips, count, cache.flips)
    if relevant == 0:
        return
    for place in range(relevant):
        inside = cache.flips[place]
        cache.x[inside] = 1 - cache.x[inside]
        cache.zeros[0] += 1 - 2 * np.int64(cache.x[inside])
    f.commit(problem.inner, cache.inner, cache.x, cache.flips, relevant)


@implements_lowered(RelevantBits)
def solved(problem, cache, zeros):
    """Whether the relevant bits are optimal."""
    return f.solved(problem.inner, cache.inner, cache.zeros[0])


@implements_lowered(RelevantBits)
def level(problem, cache):
    """The inner level."""
    return f.level(problem.inner, cache.inner)


@implements_lowered(LoweredRelevantBits)
@implements_lowered(RelevantBits)
def level_count(problem):
    """The inner number of levels."""
    return f.level_count(problem.inner)


@implements_lowered(RelevantBits)
def exact(problem):
    """As the inner function."""
    return f.exact(problem.inner)


@implements_lowered(RelevantBits)
def scored(problem):
    """As the inner function."""
    return f.scored(problem.inner)


@implements_lowered(RelevantBits)
def redrawn(problem):
    """As the inner function."""
    return f.redrawn(problem.inner)
