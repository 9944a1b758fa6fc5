"""The mutation of randomized local search: exactly one bit flips."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines.functions import Blend
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below
from evo.discrete.parts import AbstractMutation, part


@part
class OneBit(AbstractMutation):
    """Flip exactly one uniformly random bit, whatever the rate."""

    rated = False

    def own_rate(self, n: int) -> float:
        """1/n."""
        return 1.0 / n

    def lower(self, n: int) -> LoweredOneBit:
        """The named tuple that kernels see."""
        return LoweredOneBit(0)


class LoweredOneBit(NamedTuple):
    """`OneBit` as kernels see it."""

    unused: int


@implements_lowered(LoweredOneBit)
def blend(mutation, rate, n):
    """One bit."""
    return Blend(0.0, 0.0, 1.0)


@implements_lowered(LoweredOneBit)
def flips(mutation, rate, n, stream, out, memo):
    """One uniform position."""
    out[0] = below(stream, n)
    return 1
