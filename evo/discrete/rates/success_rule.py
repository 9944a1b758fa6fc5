"""Success-based rate control: raise the rate after a success, lower it after a failure."""

from __future__ import annotations

import enum
import math
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part


class Success(enum.Enum):
    """What a success rule counts as a success; peers differ here."""

    NOT_WORSE = "f(y) >= f(x), idle steps included"
    BETTER = "f(y) > f(x)"

    def __repr__(self) -> str:
        return f"Success.{self.name}"


@part
class SuccessRule(AbstractRate):
    """The success rule: p <- min(high, factor^s p) after a success and max(low, p / factor) after a failure.

    The rate is stationary where successes have probability 1 / (s + 1); s = 4 is the one-fifth rule.

    Args:
        factor: F > 1, by which a failure divides the rate.
        s: how many failures one success makes up for, positive.
        low: smallest rate in (0, high]; 1/n^2 if None.
        high: largest rate in (0, 1]; 1/2 if None.
        initial: the first rate, in [low, high]; 1/n if None.
        success: what counts as a success.

    Reference: Doerr, Doerr and Lengler, Self-adjusting mutation rates with provably optimal success rules,
    GECCO 2019, the rule as recalled; the default bounds are ours.

    Example:
        >>> from evo import discrete as d
        >>> d.SuccessRule(factor=1.5, s=4.0).success
        Success.NOT_WORSE
    """

    factor: float
    s: float
    low: float | None = None
    high: float | None = None
    initial: float | None = None
    success: Success = Success.NOT_WORSE

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        action = "Pass for example SuccessRule(factor=1.5, s=4.0)."
        object.__setattr__(self, "factor", checks.real("factor", self.factor, 1, math.inf, action, open_low=True))
        object.__setattr__(self, "s", checks.real("s", self.s, 0, math.inf, action, open_low=True))
        if self.s * math.log(self.factor) > 700.0:
            action = "One success would raise any rate to its bound; pass for example factor=1.5, s=4.0."
            raise checks.bad_value("s", self.s, f"keep factor^s below e^700 (factor={self.factor:g})", action)
        for name in ("low", "high", "initial"):
            given = getattr(self, name)
            if given is not None:
                action = "Rates are probabilities per bit; pass for example 1 / n."
                object.__setattr__(self, name, checks.real(name, given, 0, 1, action, open_low=True))
        checks.instance_of("success", self.success, Success, "Pass d.Success.NOT_WORSE or d.Success.BETTER.")
        self._ordered(self.low or 0.0, self.initial, self.high or 1.0)

    @property
    def waiting(self) -> Waiting:
        """After a failure the rate falls; without strict improvement there are only failures, unless ties succeed."""
        return Waiting.FAILURES if self.success is Success.BETTER else Waiting.SIGNS

    @staticmethod
    def _ordered(low: float, initial: float | None, high: float) -> None:
        if low > high:
            raise checks.bad_value("low", low, f"be at most high={high:g}", "Swap or widen the bounds.")
        if initial is not None and not low <= initial <= high:
            action = "Start between the bounds."
            raise checks.bad_value("initial", initial, f"lie in [low, high] = [{low:g}, {high:g}]", action)

    def check(self, n: int) -> None:
        """Refuse bounds that cross for this n."""
        low, high, initial = self.lower(n)[2:5]
        self._ordered(low, initial, high)

    def lower(self, n: int) -> LoweredSuccessRule:
        """The named tuple that kernels see."""
        high = 0.5 if self.high is None else self.high
        low = min(high, 1.0 / (n * n)) if self.low is None else self.low
        initial = min(high, max(low, 1.0 / n)) if self.initial is None else self.initial
        raise_by = math.exp(self.s * math.log(self.factor))
        return LoweredSuccessRule(
            1.0 / self.factor, raise_by, low, high, initial, 0 if self.success is Success.NOT_WORSE else 1
        )


class LoweredSuccessRule(NamedTuple):
    """`SuccessRule` as kernels see it."""

    #: 1 / F and F^s
    lower_by: float
    raise_by: float
    low: float
    high: float
    initial: float
    least_sign: int


@implements_lowered(LoweredSuccessRule)
def start(policy, n):
    """The current rate is the state."""
    return (policy.initial,)


@implements_lowered(LoweredSuccessRule)
def draw(policy, state, view, n, stream):
    """The current rate."""
    return state[0]


@implements_lowered(LoweredSuccessRule)
def update(policy, state, event, n):
    """Up by factor^s after a success, down by factor after a failure, within the bounds."""
    if event.sign >= policy.least_sign:
        return (min(policy.high, state[0] * policy.raise_by),)
    return (max(policy.low, state[0] * policy.lower_by),)
