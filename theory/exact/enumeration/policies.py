"""What a rate policy of the enumeration is, and the policies that ignore the outcome of a step.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, final

from theory import _check

__all__ = ["AbstractPolicy", "RatePolicy", "Schedule", "Static"]


class RatePolicy(Protocol):
    """What the enumeration asks of a rate policy. Any object with these three methods will do."""

    def start(self, n: int) -> Hashable:
        """The state before the first step."""
        ...

    def rate(self, state: Any, t: int) -> float:
        """The flip probability per bit in step t = 1, 2, 3, ..."""
        ...

    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """The state after step t; sign is 1, 0, -1 for a better, equal, worse offspring, idle for an empty mutation."""
        ...


class AbstractPolicy(ABC):
    """A rate policy of this package; `homogeneous` says that rate and update ignore the step number."""

    @property
    @abstractmethod
    def homogeneous(self) -> bool:
        """Whether rate and update ignore the step number, so that they are asked once per state."""

    @abstractmethod
    def start(self, n: int) -> Hashable:
        """The state before the first step."""

    @abstractmethod
    def rate(self, state: Any, t: int) -> float:
        """The flip probability per bit in step t = 1, 2, 3, ..."""

    @abstractmethod
    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """The state after step t."""


@final
@dataclass(frozen=True, kw_only=True)
class Static(AbstractPolicy):
    """The same rate in every step: p_t = rate, or p_t = strength / n.

    Args:
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Raises:
        ValueError: unless exactly one is given, or out of range.

    Example:
        >>> Static(strength=2.0).start(8)
        0.25
    """

    strength: float | None = None
    rate_per_bit: float | None = None

    def __init__(self, *, strength: float | None = None, rate: float | None = None) -> None:
        if (strength is None) == (rate is None):
            _check.rate_of(1, strength, rate)
        if rate is not None:
            _check.rate_of(1, None, rate)
        else:
            _check.strength_of(strength)
        object.__setattr__(self, "strength", strength)
        object.__setattr__(self, "rate_per_bit", rate)

    @property
    def homogeneous(self) -> bool:
        """True."""
        return True

    def start(self, n: int) -> Hashable:
        """The state is the rate itself."""
        return _check.rate_of(n, self.strength, self.rate_per_bit)

    def rate(self, state: Any, t: int) -> float:
        """The rate, whatever the step."""
        return state

    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """Nothing changes."""
        return state


@final
@dataclass(frozen=True)
class Schedule(AbstractPolicy):
    """A rate that depends on the step number alone: p_t = function(t), t = 1, 2, 3, ...

    Args:
        function: gives a probability per bit.

    Example:
        >>> Schedule(lambda t: 1 / (t + 1)).rate(None, 3)
        0.25
    """

    function: Callable[[int], float]

    @property
    def homogeneous(self) -> bool:
        """False."""
        return False

    def start(self, n: int) -> Hashable:
        """There is no state."""
        return None

    def rate(self, state: Any, t: int) -> float:
        """The rate of step t."""
        return self.function(t)

    def update(self, state: Any, sign: int, idle: bool, t: int) -> Hashable:
        """There is no state."""
        return None
