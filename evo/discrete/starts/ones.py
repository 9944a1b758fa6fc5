"""A start with a given fraction of one-bits."""

from __future__ import annotations

from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below
from evo.discrete.parts import AbstractStart, part


@part
class Ones(AbstractStart):
    """Start in a uniformly random string with exactly floor(fraction n + 1/2) one-bits.

    Args:
        fraction: in [0, 1]; 0 starts in the all-zeros string, 1 in the all-ones string.

    Example:
        >>> from evo import discrete as d
        >>> d.Ones(0.5)
        Ones(fraction=0.5)
    """

    fraction: float
    exchangeable = True

    def __post_init__(self) -> None:
        action = "Pass the fraction of one-bits, for example 0.9."
        object.__setattr__(self, "fraction", checks.real("fraction", self.fraction, 0, 1, action))

    def lower(self, n: int) -> LoweredOnes:
        """The named tuple that kernels see."""
        return LoweredOnes(int(self.fraction * n + 0.5))


class LoweredOnes(NamedTuple):
    """`Ones` as kernels see it."""

    ones: int


@implements_lowered(LoweredOnes)
def place(start, n, stream, x):
    """Selection sampling: position i gets a one with probability (ones left) / (positions left)."""
    left = start.ones
    for position in range(n):
        one = below(stream, n - position) < left
        x[position] = 1 if one else 0
        left -= 1 if one else 0


@implements_lowered(LoweredOnes)
def zero_bits(start, n, stream):
    """A fixed number."""
    return n - start.ones
