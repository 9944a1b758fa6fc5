"""The schedule alpha ln(t) / t, which needs no knowledge of n."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part

ALPHA = 1.544682216970429


@part
class LogSchedule(AbstractRate):
    """The rate p_t = min(1/2, alpha ln(t) / t), and 1/2 for t < 3, in step t = 1, 2, ...

    Args:
        alpha: multiplier, positive; the default e^v with E_1(v) = e^(-v) is the asymptotically optimal one for linear
            functions on an unknown number of relevant bits.

    Reference: Einarsson, Gauy, Lengler, Meier, Mujika, Steger and Weissenberger, The linear hidden subset problem for
    the (1+1) EA with scheduled and adaptive mutation rates, GECCO 2018. Departs from the paper: the cap at 1/2 and
    the first two steps are ours; they do not matter asymptotically.

    Example:
        >>> from evo import discrete as d
        >>> d.LogSchedule()
        LogSchedule(alpha=1.544682216970429)
    """

    alpha: float = ALPHA

    @property
    def waiting(self) -> Waiting:
        """The rate is a function of the step."""
        return Waiting.SCHEDULE

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        action = "Pass a positive multiplier, or nothing for the optimal one."
        alpha = checks.real("alpha", self.alpha, 0, math.inf, action, open_low=True)
        object.__setattr__(self, "alpha", alpha)

    def lower(self, n: int) -> LoweredLogSchedule:
        """The named tuple that kernels see."""
        return LoweredLogSchedule(self.alpha)


class LoweredLogSchedule(NamedTuple):
    """`LogSchedule` as kernels see it."""

    alpha: float


@implements_lowered(LoweredLogSchedule)
def start(policy, n):
    """No state to speak of."""
    return (0.0,)


@implements_lowered(LoweredLogSchedule)
def draw(policy, state, view, n, stream):
    """The formula, capped."""
    t = float(view.step)
    return 0.5 if view.step < 3 else min(0.5, policy.alpha * math.log(t) / t)
