"""LeadingOnes: the length of the longest prefix of one-bits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.core.stops import Steps, Stop
from evo.discrete.engines.events.states.prefix import Prefix
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, length, part


@part
class LeadingOnes(AbstractFunction):
    """The number of leading one-bits, f(x) = sum_i x_1 x_2 ... x_i.

    Args:
        n: string length, at least 1.

    Not strictly monotone: bits behind the first zero-bit are neutral. The level is the value.

    Reference: Rudolph, Convergence Properties of Evolutionary Algorithms, 1997.

    Example:
        >>> from evo import discrete as d
        >>> d.LeadingOnes(4).evaluate([[1, 1, 0, 1]], 0, None)
        array([2])
    """

    n: int
    values = Values.INT64

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The level: the bits behind the first zero-bit stay uniformly random."""
        del exchangeable
        return Prefix

    def lower(self, n: int) -> LoweredLeadingOnes:
        """The named tuple that kernels see."""
        return LoweredLeadingOnes(n)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The numbers of leading one-bits, `int64[k]`."""
        del step, key
        strings = bit_strings(candidates, self.n)
        return np.where(strings.all(axis=1), self.n, strings.argmin(axis=1)).astype(np.int64)

    def optimum(self) -> float:
        """The value n of the all-ones string."""
        return float(self.n)

    def budget(self) -> Stop:
        """100 n^2 + 1000 steps."""
        return Steps(100 * self.n**2 + 1000)


class LoweredLeadingOnes(NamedTuple):
    """`LeadingOnes` as kernels see it."""

    n: int


class LeadingOnesCache(NamedTuple):
    """The number of leading one-bits of the current string."""

    leading: np.ndarray


@implements_lowered(LoweredLeadingOnes)
def prepare(problem, x):
    """Count the leading one-bits."""
    leading = np.zeros(1, dtype=np.int64)
    while leading[0] < x.shape[0] and x[leading[0]] == 1:
        leading[0] += 1
    return LeadingOnesCache(leading)


@implements_lowered(LoweredLeadingOnes)
def value(problem, cache, x):
    """The number of leading one-bits."""
    return cache.leading[0]


@implements_lowered(LoweredLeadingOnes)
def compare(problem, cache, x, flips, count, stream):
    """The first flipped position decides: before the first zero-bit is a loss, at it a gain, behind it neither."""
    first = x.shape[0]
    for place in range(count):
        first = min(first, flips[place])
    leading = cache.leading[0]
    return -1 if first < leading else (1 if count > 0 and first == leading else 0)


@implements_lowered(LoweredLeadingOnes)
def gain(problem, cache, x, flips, count, stream):
    """The first flipped position decides; a gain counts the one-bits that follow in the offspring."""
    leading, first = cache.leading[0], x.shape[0]
    for place in range(count):
        first = min(first, flips[place])
    if first < leading:
        return -1, float(first - leading)
    if count == 0 or first > leading:
        return 0, 0.0
    after = leading + 1
    while after < x.shape[0]:
        flipped = 0
        for place in range(count):
            if flips[place] == after:
                flipped = 1
        if (x[after] ^ flipped) == 0:
            break
        after += 1
    return 1, float(after - leading)


@implements_lowered(LoweredLeadingOnes)
def exact(problem):
    """Magnitudes are small integers."""
    return True


@implements_lowered(LoweredLeadingOnes)
def order(problem, first, second, stream):
    """The first position decides at which not both strings have a one-bit."""
    for position in range(first.shape[0]):
        if first[position] == 0 or second[position] == 0:
            return np.int64(first[position]) - np.int64(second[position])
    return np.int64(0)


@implements_lowered(LoweredLeadingOnes)
def commit(problem, cache, x, flips, count):
    """Go on from the first flipped position if it lies in the prefix or ends it."""
    leading, first = cache.leading[0], x.shape[0]
    for place in range(count):
        first = min(first, flips[place])
    if first <= leading:
        leading = first
        while leading < x.shape[0] and x[leading] == 1:
            leading += 1
        cache.leading[0] = leading


@implements_lowered(LoweredLeadingOnes)
def level(problem, cache):
    """The number of leading one-bits."""
    return cache.leading[0]


@implements_lowered(LoweredLeadingOnes)
def level_count(problem):
    """N + 1."""
    return problem.n + 1
