"""Standard bit mutation: every bit flips independently."""

from __future__ import annotations

import math
from typing import NamedTuple

from numba.extending import register_jitable

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below, uniform
from evo.discrete.parts import AbstractMutation, part

#: more flips than this have a probability below 2^-53 where the number is drawn by inversion (n rate <= 16)
_TABLE = 120


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


class LoweredStandardBits(NamedTuple):
    """`StandardBits` as kernels see it."""

    unused: int


@implements_lowered(LoweredStandardBits)
def flips(mutation, rate, n, stream, out, memo):
    """By number and positions, or by jumps.

    The memo holds the last rate, how far the distribution function of the number of flips is known, its last
    probability, and its values from memo[3] on.
    """
    if rate <= 0.0:
        return 0
    if rate >= 1.0:
        for place in range(n):
            out[place] = place
        return n
    if n * rate > 16.0:
        return _jumps(rate, n, stream, out)
    if memo[0] != rate:
        memo[0], memo[1] = rate, 0.0
        memo[2] = math.exp(n * math.log1p(-rate))
        memo[3] = memo[2]
    u, count, last = uniform(stream), 0, min(n, _TABLE)
    while u >= memo[3 + count] and count < last:
        count += 1
        if count > memo[1]:
            memo[1] = count
            memo[2] *= rate * (n - count + 1) / ((1.0 - rate) * count)
            memo[3 + count] = memo[3 + count - 1] + memo[2]
    for place in range(count):
        position = below(stream, n - count + place + 1)
        for earlier in range(place):
            if out[earlier] == position:
                position = n - count + place
                break
        out[place] = position
    return count


@register_jitable
def _jumps(rate, n, stream, out):
    """From flip to flip by geometric jumps i += 1 + floor(ln(1 - U) / ln(1 - rate))."""
    scale = 1.0 / math.log1p(-rate)
    position, count = -1, 0
    while True:
        jump = math.log(1.0 - uniform(stream)) * scale
        if jump >= n - 1 - position:
            return count
        position += 1 + int(jump)
        out[count] = position
        count += 1
