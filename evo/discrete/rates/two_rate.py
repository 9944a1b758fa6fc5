"""Two rates per generation: half of the offspring try a smaller one, half a larger one."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractRate, part


@part
class TwoRate(AbstractRate):
    """Offspring 0, 2, 4, ... of a generation mutate at rate r / (2n), the others at 2r / n; then r adapts.

    With probability 1/2 the next r is the strength with which the best offspring was made, r/2 or 2r; else it is r/2 or
    2r with probability 1/2 each. It is kept in [low, high]. Made for generations of two or more offspring.

    Args:
        low: smallest r, positive.
        high: largest r, at most n/2, so that rates are at most 1; n/4 if None.
        initial: the first r, in [low, high].

    Reference: Doerr, Giessen, Witt and Yang, The (1+λ) evolutionary algorithm with self-adjusting mutation rate,
    GECCO 2017. Departs from the paper: the halves alternate by index, and may differ in size by one.

    Example:
        >>> from evo import discrete as d
        >>> d.TwoRate()
        TwoRate(low=2.0, high=None, initial=2.0)
    """

    low: float = 2.0
    high: float | None = None
    initial: float = 2.0
    least_offspring = 2

    def __post_init__(self) -> None:
        action = "It is a strength, an expected number of flips; pass for example 2.0."
        for name in ("low", "high", "initial"):
            given = getattr(self, name)
            if given is not None or name != "high":
                object.__setattr__(self, name, checks.real(name, given, 0, math.inf, action, open_low=True))
        self._ordered(math.inf if self.high is None else self.high)

    def _ordered(self, high: float) -> None:
        if self.low > high:
            action = "Swap or widen the bounds; short strings need a smaller low than 2."
            raise checks.bad_value("low", self.low, f"be at most high={high:g}", action)
        if not self.low <= self.initial <= high:
            action = "Start between the bounds."
            raise checks.bad_value("initial", self.initial, f"lie in [low, high] = [{self.low:g}, {high:g}]", action)

    def check(self, n: int) -> None:
        """Refuse bounds that cross for this n, and rates above 1."""
        if self.high is not None and self.high > n / 2:
            action = f"The rate 2r/n is a probability; pass high <= {n / 2:g}, or nothing for n/4."
            raise checks.bad_value("high", self.high, f"be at most n/2={n / 2:g}", action)
        self._ordered(n / 4 if self.high is None else self.high)

    def lower(self, n: int) -> LoweredTwoRate:
        """The named tuple that kernels see."""
        return LoweredTwoRate(self.low, n / 4 if self.high is None else self.high, self.initial)


class LoweredTwoRate(NamedTuple):
    """`TwoRate` as kernels see it."""

    low: float
    high: float
    initial: float


@implements_lowered(LoweredTwoRate)
def start(policy, n):
    """The state is r."""
    return (policy.initial,)


@implements_lowered(LoweredTwoRate)
def draw(policy, state, view, n, stream):
    """Half of r for even indices, twice r for odd ones."""
    return 0.5 * state[0] / n if view.offspring % 2 == 0 else 2.0 * state[0] / n


@implements_lowered(LoweredTwoRate)
def update(policy, state, event, n):
    """As the best offspring did, or by chance."""
    halves = event.offspring % 2 == 0 if event.u < 0.5 else event.u < 0.75
    after = 0.5 * state[0] if halves else 2.0 * state[0]
    return (min(policy.high, max(policy.low, after)),)


@implements_lowered(LoweredTwoRate)
def tosses(policy):
    """It does."""
    return True
