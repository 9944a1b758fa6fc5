"""Standard bit mutation: every bit flips independently."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import uniform
from evo.discrete.parts import AbstractMutation, part


@part
class StandardBits(AbstractMutation):
    """Flip every bit independently with probability `rate`; a step that flips nothing counts like any other.

    Positions come in increasing order, by geometric jumps i += 1 + floor(ln(1 - U) / ln(1 - rate)) at a cost of
    O(1 + n rate). Rate 0 flips nothing, rate 1 everything.

    Example:
        >>> from evo import discrete as d
        >>> d.OnePlusOne(rate=d.Static(strength=1.0)).mutation
        StandardBits()
    """

    def lower(self, n: int) -> LoweredStandardBits:
        """The named tuple that kernels see."""
        return LoweredStandardBits(0)


class LoweredStandardBits(NamedTuple):
    """`StandardBits` as kernels see it."""

    unused: int


@implements_lowered(LoweredStandardBits)
def flips(mutation, rate, n, stream, out, memo):
    """Geometric jumps; memo keeps 1 / ln(1 - rate) of the last rate."""
    if rate <= 0.0:
        return 0
    if rate >= 1.0:
        for place in range(n):
            out[place] = place
        return n
    if memo[0] != rate:
        memo[0] = rate
        memo[1] = 1.0 / math.log1p(-rate)
    scale = memo[1]
    position, count = -1, 0
    while True:
        jump = math.log(1.0 - uniform(stream)) * scale
        if jump >= n - 1 - position:
            return count
        position += 1 + int(jump)
        out[count] = position
        count += 1
