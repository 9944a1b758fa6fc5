"""Rate policies of the enumeration that learn from the outcome of each step.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any, final

from theory import _check
from theory.exact.enumeration.policies import AbstractPolicy

__all__ = ["EqualFitnessRule", "Success", "SuccessRule"]


class Success(Enum):
    """What counts as a success of a step."""

    NOT_WORSE = "f(y) >= f(x); empty mutations and equal offspring are successes"
    BETTER = "f(y) > f(x)"


@final
@dataclass(frozen=True, kw_only=True)
class SuccessRule(AbstractPolicy):
    """The (1 : s + 1) rule: p <- min(F^s p, high) after a success, p <- max(p / F, low) after a failure.

    Args:
        factor: F > 1.
        s: successes are answered s times as strongly as failures, s > 0.
        low: smallest rate per bit, in (0, high].
        high: largest rate per bit, at most 1.
        initial: rate of the first step; None for 1/n, moved into [low, high].
        success: what counts as a success.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for numbers out of range.

    Source: Doerr, Doerr and Lengler (2019) for LeadingOnes; the limits low and high are ours.

    Example:
        >>> rule = SuccessRule(factor=2.0, s=1.0, low=0.01, high=0.5)
        >>> rule.update(0.25, 1, False, 1), rule.update(0.5, 0, True, 1), rule.update(0.5, -1, False, 1)
        (0.5, 0.5, 0.25)
    """

    factor: float
    s: float
    low: float
    high: float
    initial: float | None = None
    success: Success = Success.NOT_WORSE

    def __post_init__(self) -> None:
        _check.real("factor", self.factor, "(1, inf)", unit="quotient of rates", advice="Pass 1.5, say.")
        _check.real("s", self.s, "(0, inf)", unit="exponent of a success", advice="Pass 4 for the one-fifth rule.")
        unit = "probability per bit"
        _check.real("high", self.high, "(0, 1]", unit=unit, advice="Pass 0.5, say.")
        _check.real("low", self.low, f"(0, {self.high}]", unit=unit, advice="Pass 1/n**2, say.")
        if self.initial is not None:
            span = f"[{self.low}, {self.high}]"
            _check.real("initial", self.initial, span, unit=unit, advice="Pass None for 1/n.")

    @property
    def homogeneous(self) -> bool:
        """True."""
        return True

    def start(self, n: int) -> Hashable:
        """The state is the rate itself."""
        return min(self.high, max(self.low, 1.0 / n if self.initial is None else float(self.initial)))

    def rate(self, state: Any, t: int) -> float:
        """The rate in the state."""
        return state

    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """Up by F^s after a success, down by F after a failure."""
        if sign > 0 or (sign == 0 and self.success is Success.NOT_WORSE):
            return min(self.factor**self.s * state, self.high)
        return max(state / self.factor, self.low)


@final
@dataclass(frozen=True, kw_only=True)
class EqualFitnessRule(AbstractPolicy):
    """The 1/e rule: p <- min(cap, F^(e-1) p) if f(y) = f(x), and p <- p / F otherwise.

    Its equilibrium is where the fitness stays with probability 1/e, that is at strength 1. A factor that falls
    towards 1 makes every history its own state, and is only feasible for short horizons.

    Args:
        factor: F > 1, or a function t -> F_t.
        cap: largest rate per bit.
        initial: rate of the first step; None for the cap.

    Raises:
        ValueError: for numbers out of range.

    Source: an own reconstruction in the setting of Einarsson et al. (2018); not the rule of that paper.

    Example:
        >>> rule = EqualFitnessRule(factor=1.5)
        >>> rule.update(0.5, 0, True, 1), round(rule.update(0.3, -1, False, 1), 12)
        (0.5, 0.2)
    """

    factor: float | Callable[[int], float]
    cap: float = 0.5
    initial: float | None = None

    def __post_init__(self) -> None:
        if not callable(self.factor):
            _check.real("factor", self.factor, "(1, inf)", unit="quotient of rates", advice="Pass 1.5, say.")
        _check.real("cap", self.cap, "(0, 1]", unit="probability per bit", advice="Pass 0.5, say.")
        if self.initial is not None:
            unit = "probability per bit"
            _check.real("initial", self.initial, f"(0, {self.cap}]", unit=unit, advice="Pass None for the cap.")

    @property
    def homogeneous(self) -> bool:
        """Whether the factor is constant."""
        return not callable(self.factor)

    def start(self, n: int) -> Hashable:
        """The state is the rate itself."""
        return self.cap if self.initial is None else float(self.initial)

    def rate(self, state: Any, t: int) -> float:
        """The rate in the state."""
        return state

    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """Up if the fitness stayed, down otherwise."""
        factor = self.factor(t) if callable(self.factor) else self.factor
        return min(self.cap, state * factor ** (math.e - 1.0)) if sign == 0 else state / factor
