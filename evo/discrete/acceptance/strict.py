"""Strict acceptance: the offspring replaces its parent only if it is better."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractAcceptance, part


@part
class Strict(AbstractAcceptance):
    """Accept iff f(y) > f(x): ties are rejected.

    Example:
        >>> from evo import discrete as d
        >>> d.OnePlusOne(rate=d.Static(strength=1.0), acceptance=d.Strict()).acceptance
        Strict()
    """

    def lower(self, n: int) -> LoweredStrict:
        """The named tuple that kernels see."""
        return LoweredStrict(0)


class LoweredStrict(NamedTuple):
    """`Strict` as kernels see it."""

    unused: int


@implements_lowered(LoweredStrict)
def keep(acceptance, sign, magnitude, u):
    """Better."""
    return sign > 0
