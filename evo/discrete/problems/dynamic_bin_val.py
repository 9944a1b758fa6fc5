"""Dynamic BinVal: a fresh random order of the weights 2^(n-1), ..., 2, 1 in every step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below, position_word
from evo.discrete.parts import AbstractFunction, bit_strings, length, part
from evo.discrete.problems.hashed_weights import NOBODY, hashed_contest, hashed_order, hashed_values


@part
class DynamicBinVal(AbstractFunction):
    """BinVal under a fresh uniformly random permutation of the positions in every step.

    Step t compares parent and offspring under f_t(x) = sum_i 2^(n - pi_t(i)) x_i, so that the parent is evaluated
    again in every step (two evaluations per step). With a zero-bits and b one-bits flipped the offspring is better
    with probability a / (a + b). Positions are ordered by 64-bit hashes of (run, step, position), without ties.

    Args:
        n: string length, at least 1.

    Values are order only: ask-tell gets exact Python integers, results report the number of zero-bits.

    Reference: Lengler and Meier, Large population sizes and crossover help in dynamic environments, PPSN 2020.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), d.DynamicBinVal(50), seed=0).value
        0.0
    """

    n: int
    values = Values.ORDER
    dynamic = True
    monotone = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredDynamicBinVal:
        """The named tuple that kernels see."""
        return LoweredDynamicBinVal(n)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values under f_step in the run with this key, exact Python integers."""
        strings = bit_strings(candidates, self.n)
        return hashed_values(strings, np.zeros(self.n, dtype=np.bool_), step, key)


class LoweredDynamicBinVal(NamedTuple):
    """`DynamicBinVal` as kernels see it."""

    n: int


@implements_lowered(LoweredDynamicBinVal)
def value(problem, cache, x):
    """The number of zero-bits, as reported."""
    ones = 0
    for bit in x:
        ones += np.int64(bit)
    return problem.n - ones


@implements_lowered(LoweredDynamicBinVal)
def gain(problem, cache, x, flips, count, stream):
    """The flipped bit of the highest priority decides; `stream` is the step's own function stream."""
    sign, highest = 0, position_word(stream, 0)
    for place in range(count):
        priority = position_word(stream, flips[place])
        if sign == 0 or priority > highest:
            highest = priority
            sign = 1 - 2 * np.int64(x[flips[place]])
    return sign, float(sign)


@implements_lowered(LoweredDynamicBinVal)
def redrawn(problem):
    """Every step has its own function."""
    return True


@implements_lowered(LoweredDynamicBinVal)
def scored(problem):
    """Values are only ordered."""
    return False


@implements_lowered(LoweredDynamicBinVal)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The heaviest position decides that one of the offspring flips and the other does not."""
    return hashed_contest(stream, x, NOBODY, first, first_count, second, second_count)


@implements_lowered(LoweredDynamicBinVal)
def order(problem, first, second, stream):
    """The heaviest position decides at which the strings differ."""
    return hashed_order(stream, NOBODY, first, second)


@implements_lowered(LoweredDynamicBinVal)
def outcome(problem, zeros, ups, downs):
    """The heaviest flipped bit is uniform among them."""
    return ups / (ups + downs), 0.0


@implements_lowered(LoweredDynamicBinVal)
def decide(problem, zeros, ups, downs, stream):
    """The heaviest flipped bit is uniform among them."""
    return 1 if downs == 0 or below(stream, ups + downs) < ups else -1
