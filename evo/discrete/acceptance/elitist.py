"""Elitist acceptance: the offspring replaces its parent unless it is worse."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractAcceptance, part


@part
class Elitist(AbstractAcceptance):
    """Accept iff f(y) >= f(x): ties are accepted.

    Example:
        >>> from evo import discrete as d
        >>> d.OnePlusOne(rate=d.Static(strength=1.0)).acceptance
        Elitist()
    """

    def lower(self, n: int) -> LoweredElitist:
        """The named tuple that kernels see."""
        return LoweredElitist(0)


class LoweredElitist(NamedTuple):
    """`Elitist` as kernels see it."""

    unused: int


@implements_lowered(LoweredElitist)
def keep(acceptance, sign, magnitude, u):
    """Not worse."""
    return sign >= 0
