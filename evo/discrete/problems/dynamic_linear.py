"""Dynamic linear functions: fresh independent weights in every step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import seed_stream
from evo.discrete.parts import AbstractFunction, bit_strings, length, part
from evo.discrete.problems.random_linear import AbstractWeights, UniformWeights, draw_weight


@part
class DynamicLinear(AbstractFunction):
    """A linear function with fresh weights, independent and positive, in every step.

    Step t compares parent and offspring under f_t(x) = sum_i w_(t,i) x_i, so that the parent is evaluated again in
    every step (two evaluations per step). Weights lie on a grid (see the law), so that comparisons are exact; the
    weight of a position is a hash of (run, step, position), and only those of flipped bits are drawn.

    Args:
        n: string length, at least 1.
        law: `UniformWeights()` (default), `ExponentialWeights()` or `IntegerWeights(low, high)`.

    Values are order only: ask-tell gets exact Python integers, in units of the law's grid, results report the number
    of zero-bits.

    Reference: Lengler and Schaller, The (1+1)-EA on noisy linear functions with random positive weights, FOCI 2018.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), d.DynamicLinear(50), seed=0).value
        0.0
    """

    n: int
    law: AbstractWeights = UniformWeights()
    values = Values.ORDER
    dynamic = True
    monotone = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))
        action = "Pass d.UniformWeights(), d.ExponentialWeights() or d.IntegerWeights(low, high)."
        checks.instance_of("law", self.law, AbstractWeights, action)

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredDynamicLinear:
        """The named tuple that kernels see."""
        return LoweredDynamicLinear(n, self.law.lower(n))

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values under f_step in the run with this key, exact Python integers."""
        strings = bit_strings(candidates, self.n)
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = key.child("function").words()
        seed_stream(stream, word0, word1, step)
        values = np.empty(len(strings), dtype=object)
        values[:] = (strings.astype(np.int64) @ _weights(self.lower(self.n), stream)).tolist()
        return values


class LoweredDynamicLinear(NamedTuple):
    """`DynamicLinear` as kernels see it."""

    n: int
    law: Any


class DynamicLinearCache(NamedTuple):
    """A stream that is seeded for one weight at a time."""

    scratch: np.ndarray


@register_jitable
def _weight(problem, scratch, stream, position):
    """The weight of a position under the function that belongs to the stream, which is left as it is."""
    seed_stream(scratch, stream[0], stream[1], position)
    return draw_weight(problem.law, scratch)


@register_jitable
def _change(problem, cache, x, flips, count, stream):
    """The exact sum of the weights gained and lost."""
    change = np.int64(0)
    for place in range(count):
        weight = _weight(problem, cache.scratch, stream, flips[place])
        change += weight * (1 - 2 * np.int64(x[flips[place]]))
    return change


@Kernel
def _weights(problem, stream):
    """The weights of all positions."""
    scratch = np.empty(4, dtype=np.uint64)
    weights = np.empty(problem.n, dtype=np.int64)
    for position in range(problem.n):
        weights[position] = _weight(problem, scratch, stream, position)
    return weights


@implements_lowered(LoweredDynamicLinear)
def prepare(problem, x):
    """Room for a stream."""
    return DynamicLinearCache(np.zeros(4, dtype=np.uint64))


@implements_lowered(LoweredDynamicLinear)
def value(problem, cache, x):
    """The number of zero-bits, as reported."""
    zeros = np.int64(0)
    for bit in x:
        zeros += 1 - np.int64(bit)
    return zeros


@implements_lowered(LoweredDynamicLinear)
def gain(problem, cache, x, flips, count, stream):
    """The sign of an exact integer; `stream` is the step's own function stream."""
    change = _change(problem, cache, x, flips, count, stream)
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(sign)


@implements_lowered(LoweredDynamicLinear)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The sign of the difference of two exact integers; what both flip cancels."""
    change = _change(problem, cache, x, first, first_count, stream)
    change -= _change(problem, cache, x, second, second_count, stream)
    return 1 if change > 0 else (-1 if change < 0 else 0)


@implements_lowered(LoweredDynamicLinear)
def order(problem, first, second, stream):
    """The exact sum over the positions at which the strings differ."""
    scratch, change = np.empty(4, dtype=np.uint64), np.int64(0)
    for position in range(first.shape[0]):
        if first[position] != second[position]:
            weight = _weight(problem, scratch, stream, position)
            change += weight * (np.int64(first[position]) - np.int64(second[position]))
    return 1 if change > 0 else (-1 if change < 0 else 0)


@implements_lowered(LoweredDynamicLinear)
def scored(problem):
    """Values are only ordered."""
    return False


@implements_lowered(LoweredDynamicLinear)
def redrawn(problem):
    """Every step has its own function."""
    return True


@implements_lowered(LoweredDynamicLinear)
def decide(problem, zeros, ups, downs, stream):
    """The weights of the flipped bits are independent of everything before."""
    change = np.int64(0)
    for _ in range(ups):
        change += draw_weight(problem.law, stream)
    for _ in range(downs):
        change -= draw_weight(problem.law, stream)
    return 1 if change > 0 else (-1 if change < 0 else 0)
