"""OneMax: the number of one-bits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, length, part


@part
class OneMax(AbstractFunction):
    """The number of one-bits, f(x) = x_1 + ... + x_n.

    Args:
        n: string length, at least 1.

    Example:
        >>> from evo import discrete as d
        >>> d.OneMax(3).evaluate([[1, 0, 1]], 0, None)
        array([2])
    """

    n: int
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredOneMax:
        """The named tuple that kernels see."""
        return LoweredOneMax(n)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The numbers of one-bits, `int64[k]`."""
        del step, key
        return bit_strings(candidates, self.n).sum(axis=1, dtype=np.int64)

    def optimum(self) -> float:
        """The value n of the all-ones string."""
        return float(self.n)


class LoweredOneMax(NamedTuple):
    """`OneMax` as kernels see it."""

    n: int


@implements_lowered(LoweredOneMax)
def value(problem, cache, x):
    """The number of one-bits."""
    ones = 0
    for bit in x:
        ones += np.int64(bit)
    return ones


@implements_lowered(LoweredOneMax)
def gain(problem, cache, x, flips, count, stream):
    """Zero-bits flipped minus one-bits flipped."""
    change = 0
    for place in range(count):
        change += 1 - 2 * np.int64(x[flips[place]])
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(change)


@implements_lowered(LoweredOneMax)
def exact(problem):
    """Magnitudes are small integers."""
    return True


@implements_lowered(LoweredOneMax)
def outcome(problem, zeros, ups, downs):
    """Zero-bits flipped against one-bits flipped."""
    return (1.0 if ups > downs else 0.0), (1.0 if ups == downs else 0.0)


@implements_lowered(LoweredOneMax)
def counted_value(problem, n, zeros):
    """The number of one-bits."""
    return float(n - zeros)


@implements_lowered(LoweredOneMax)
def decide(problem, zeros, ups, downs, stream):
    """Nothing is random."""
    return 1 if ups > downs else (0 if ups == downs else -1)
