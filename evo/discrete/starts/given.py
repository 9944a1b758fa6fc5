"""A given start string."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractStart, frozen, part


@part
class Given(AbstractStart):
    """Start in a given string.

    Args:
        bits: shape (n,), zeros and ones.

    Example:
        >>> from evo import discrete as d
        >>> d.Given([1, 0, 1]).bits
        array([1, 0, 1], dtype=uint8)
    """

    bits: np.ndarray

    def __post_init__(self) -> None:
        action = "Pass the bits of the start string, for example np.zeros(n, dtype=np.uint8)."
        object.__setattr__(self, "bits", frozen(checks.bits("bits", self.bits, None, action)))
        object.__setattr__(self, "exchangeable", bool(np.all(self.bits == self.bits[:1])))

    def lower(self, n: int) -> LoweredGiven:
        """The named tuple that kernels see."""
        checks.bits("start", self.bits, n, "Pass as many bits as the problem has.")
        return LoweredGiven(self.bits)


class LoweredGiven(NamedTuple):
    """`Given` as kernels see it."""

    bits: np.ndarray


@implements_lowered(LoweredGiven)
def place(start, n, stream, x):
    """Copy."""
    for position in range(n):
        x[position] = start.bits[position]


def as_start(value: Any) -> AbstractStart:
    """A start part, or a string as `Given`."""
    return value if isinstance(value, AbstractStart) else Given(value)
