"""A mutation rate that never changes."""

from __future__ import annotations

import math
from dataclasses import field
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part


@part
class Static(AbstractRate):
    """The same rate in every step; exactly one of the two is given.

    Args:
        strength: expected number of flipped bits c, in (0, n]; the rate is c / n.
        rate: probability p per bit, in (0, 1].

    Example:
        >>> from evo import discrete as d
        >>> d.Static(strength=1.0).rate_at(n=500)
        0.002
    """

    strength: float | None = field(default=None, kw_only=True)
    rate: float | None = field(default=None, kw_only=True)

    @property
    def waiting(self) -> Waiting:
        """The rate never changes."""
        return Waiting.CONSTANT

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        if (self.strength is None) == (self.rate is None):
            raise ValueError(
                "`strength` or `rate` must be given, one of them; got "
                + ("neither." if self.strength is None else f"strength={self.strength!r} and rate={self.rate!r}.")
                + " Pass Static(strength=1.0) for one expected flip per step, or Static(rate=0.01) per bit."
            )
        if self.rate is not None:
            action = (
                "A rate is a probability per bit and 0 cannot search; for one expected flip per step pass strength=1.0."
            )
            object.__setattr__(self, "rate", checks.real("rate", self.rate, 0, 1, action, open_low=True))
        else:
            action = "Strength is the expected number of flipped bits; pass for example strength=1.0."
            strength = checks.real("strength", self.strength, 0, math.inf, action, open_low=True)
            object.__setattr__(self, "strength", strength)

    def rate_at(self, n: int) -> float:
        """The probability per bit for strings of length n."""
        if self.strength is None:
            return float(self.rate or 0.0)
        if self.strength > n:
            action = f"A rate is at most 1; pass strength <= {n}, or rate= for a probability per bit."
            raise checks.bad_value("strength", self.strength, f"be at most n={n} (rate strength/n <= 1)", action)
        return self.strength / n

    def check(self, n: int) -> None:
        """Refuse a strength above n."""
        self.rate_at(n)

    def lower(self, n: int) -> LoweredStatic:
        """The named tuple that kernels see."""
        return LoweredStatic(self.rate_at(n))

    def __repr__(self) -> str:
        return f"Static(rate={self.rate:g})" if self.rate is not None else f"Static(strength={self.strength:g})"


class LoweredStatic(NamedTuple):
    """`Static` as kernels see it."""

    rate: float


@implements_lowered(LoweredStatic)
def start(policy, n):
    """No state to speak of."""
    return (0.0,)


@implements_lowered(LoweredStatic)
def draw(policy, state, view, n, stream):
    """The rate."""
    return policy.rate
