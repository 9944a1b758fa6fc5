"""A uniformly random start."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import bit_count, bit_of, low_bits, next_word
from evo.discrete.parts import AbstractStart, part


@part
class Uniform(AbstractStart):
    """Start in a uniformly random string.

    Example:
        >>> from evo import discrete as d
        >>> d.RandomLocalSearch(start=d.Uniform()).start
        Uniform()
    """

    exchangeable = True

    def lower(self, n: int) -> LoweredUniform:
        """The named tuple that kernels see."""
        return LoweredUniform(0)


class LoweredUniform(NamedTuple):
    """`Uniform` as kernels see it."""

    unused: int


@implements_lowered(LoweredUniform)
def place(start, n, stream, x):
    """64 bits per random word."""
    for first in range(0, n, 64):
        word = next_word(stream)
        for position in range(first, min(n, first + 64)):
            x[position] = bit_of(word, position - first)


@implements_lowered(LoweredUniform)
def zero_bits(start, n, stream):
    """The zero-bits among as many random bits."""
    ones = np.int64(0)
    for _ in range(n // 64):
        ones += bit_count(next_word(stream))
    if n % 64 > 0:
        ones += bit_count(low_bits(next_word(stream), n % 64))
    return n - ones
