"""A uniformly random start."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import bit_of, next_word
from evo.discrete.parts import AbstractStart, part


@part
class Uniform(AbstractStart):
    """Start in a uniformly random string.

    Example:
        >>> from evo import discrete as d
        >>> d.RandomLocalSearch(start=d.Uniform()).start
        Uniform()
    """

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
