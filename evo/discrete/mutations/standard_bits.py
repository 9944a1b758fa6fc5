"""Standard bit mutation: every bit flips independently."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evo.discrete.engines.functions import Blend
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.sampling import distinct_positions, flip_number, jumps
from evo.discrete.parts import AbstractMutation, flip_sizes, part


@part
class StandardBits(AbstractMutation):
    """Flip every bit independently with probability `rate`; a step that flips nothing counts like any other.

    The number of flips is drawn by inversion and the positions by Floyd's algorithm while n rate <= 16, at a cost of
    O(1 + n rate); larger rates jump geometrically from flip to flip. Both are exact. Rate 0 flips nothing, rate 1
    everything.

    Example:
        >>> from evo import discrete as d
        >>> d.OnePlusOne(rate=d.Static(strength=1.0)).mutation
        StandardBits()
    """

    def lower(self, n: int) -> LoweredStandardBits:
        """The named tuple that kernels see."""
        return LoweredStandardBits(0)

    def law_of_flips(self, n: int, rate: float) -> np.ndarray:
        """rate^k (1 - rate)^(n - k) for every set of k positions."""
        sizes = flip_sizes(n)
        return rate**sizes * (1.0 - rate) ** (n - sizes)


class LoweredStandardBits(NamedTuple):
    """`StandardBits` as kernels see it."""

    unused: int


@implements_lowered(LoweredStandardBits)
def blend(mutation, rate, n):
    """The law itself."""
    return Blend(rate, 1.0, 0.0)


@implements_lowered(LoweredStandardBits)
def flips(mutation, rate, n, stream, out, memo):
    """By number and positions, or by jumps."""
    if rate <= 0.0:
        return 0
    if rate >= 1.0:
        for place in range(n):
            out[place] = place
        return n
    if n * rate > 16.0:
        return jumps(rate, n, stream, out)
    count = flip_number(rate, n, stream, memo)
    distinct_positions(stream, n, count, out)
    return count
