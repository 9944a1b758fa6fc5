"""How many offspring a generation has: a fixed number, or a self-adjusting one."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any

from evo.core import checks
from evo.discrete.engines.generations.brood import LoweredBrood

#: no generation has more offspring than this
MOST = 2.0**31
#: where a rule stops raising lambda of its own accord; a generation of this size takes a fraction of a second
FAR = 2.0**20


class Rounding(enum.Enum):
    """How a real number of offspring becomes a whole one."""

    NEAREST = "the nearest integer, floor(lambda + 1/2)"
    STOCHASTIC = "up with the probability of the fraction, else down"

    def __repr__(self) -> str:
        return f"Rounding.{self.name}"


@dataclass(frozen=True)
class OffspringRule:
    """The (1 : s + 1) rule for the number of offspring.

    lambda <- max(low, lambda / F) if the best offspring is strictly better than its parent, and
    lambda <- min(high, lambda F^(1/s)) otherwise: stationary where one generation in s + 1 is a success.

    Args:
        factor: F > 1.
        s: how many failures make up for one success, positive.
        initial: lambda before the first step, in [low, high].
        low: smallest lambda, at least 1.
        high: largest lambda; if None, 2^20, and n in the (1+(lambda,lambda))-GA.
        rounding: how lambda becomes a whole number of offspring.

    Reference: Kaufmann, Larcher, Lengler and Zou, Self-adjusting population sizes for the (1,lambda)-EA on monotone
    functions, 2022, as in its authors' code; the rule goes back to Kern et al., 2004.

    Example:
        >>> from evo import discrete as d
        >>> d.OffspringRule(factor=1.5, s=1.0).initial
        1.0
    """

    factor: float
    s: float
    initial: float = 1.0
    low: float = 1.0
    high: float | None = None
    rounding: Rounding = Rounding.NEAREST

    def __post_init__(self) -> None:
        action = "Pass for example OffspringRule(factor=1.5, s=1.0)."
        object.__setattr__(self, "factor", checks.real("factor", self.factor, 1, math.inf, action, open_low=True))
        object.__setattr__(self, "s", checks.real("s", self.s, 0, math.inf, action, open_low=True))
        if math.log(self.factor) / self.s > 700.0:
            action = "One failure would raise any lambda to its bound; pass for example factor=1.5, s=1.0."
            raise checks.bad_value("s", self.s, f"keep factor^(1/s) below e^700 (factor={self.factor:g})", action)
        action = "Lambda is a number of offspring, at least 1."
        object.__setattr__(self, "low", checks.real("low", self.low, 1, MOST, action))
        if self.high is not None:
            object.__setattr__(self, "high", checks.real("high", self.high, self.low, MOST, action))
        action = "Start between the bounds."
        high = max(FAR, self.low) if self.high is None else self.high
        object.__setattr__(self, "initial", checks.real("initial", self.initial, self.low, high, action))
        checks.instance_of("rounding", self.rounding, Rounding, "Pass d.Rounding.NEAREST or d.Rounding.STOCHASTIC.")


def checked_offspring(offspring: Any) -> int | OffspringRule:
    """A number of offspring or a rule for it, checked."""
    if isinstance(offspring, OffspringRule):
        return offspring
    action = "Pass the number of offspring, for example 10, or d.OffspringRule(factor=1.5, s=1.0)."
    return checks.integer("offspring", offspring, 1, action, high=int(MOST))


def least(offspring: int | OffspringRule) -> int:
    """The smallest number of offspring of a generation."""
    return math.floor(offspring.low + 0.5) if isinstance(offspring, OffspringRule) else offspring


def lowered_brood(offspring: int | OffspringRule, comma: bool, most: float = FAR) -> LoweredBrood:
    """The named tuple that kernels see; `most` bounds a rule that states no bound."""
    if isinstance(offspring, OffspringRule):
        high = max(offspring.low, offspring.initial, most) if offspring.high is None else offspring.high
        raise_by = math.exp(math.log(offspring.factor) / offspring.s)
        stochastic = offspring.rounding is Rounding.STOCHASTIC
        first, low = offspring.initial, offspring.low
        return LoweredBrood(comma, first, offspring.factor, raise_by, low, high, stochastic)
    fixed = float(offspring)
    return LoweredBrood(comma, fixed, 1.0, 1.0, fixed, fixed, False)
