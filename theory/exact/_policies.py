"""Rate policies, mutations and acceptance rules of the enumeration: small parts of its own.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, final

import numpy as np
from numpy.typing import NDArray

from theory import _check


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


class AbstractMutation(ABC):
    """A law on the sets of positions that flip; a set is an integer, bit i for position i."""

    @abstractmethod
    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """float64[2^n], the probability of every set of flipped positions."""


@final
@dataclass(frozen=True)
class StandardBits(AbstractMutation):
    """Standard bit mutation: every position flips independently, P(S) = p^|S| (1 - p)^(n - |S|).

    Example:
        >>> StandardBits().masks(2, 0.25).tolist()
        [0.5625, 0.1875, 0.1875, 0.0625]
    """

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        by_size = np.array([rate**size * (1.0 - rate) ** (n - size) for size in range(n + 1)])
        return by_size[sizes(n)]


@final
@dataclass(frozen=True)
class OneBit(AbstractMutation):
    """Exactly one uniformly random position flips, whatever the rate: randomised local search.

    Example:
        >>> OneBit().masks(2, 0.25).tolist()
        [0.0, 0.5, 0.5, 0.0]
    """

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        return np.where(sizes(n) == 1, 1.0 / n, 0.0)


class AbstractAcceptance(ABC):
    """Which offspring replace the parent; a better offspring always does."""

    @property
    @abstractmethod
    def keeps_equal(self) -> bool:
        """Whether an equal offspring replaces the parent."""

    @abstractmethod
    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The probability that an offspring replaces its parent, given how much worse it is; None for never."""


@final
@dataclass(frozen=True)
class Elitist(AbstractAcceptance):
    """Accepts iff f(y) >= f(x)."""

    @property
    def keeps_equal(self) -> bool:
        """True."""
        return True

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Never."""
        return None


@final
@dataclass(frozen=True)
class Strict(AbstractAcceptance):
    """Accepts iff f(y) > f(x)."""

    @property
    def keeps_equal(self) -> bool:
        """False."""
        return False

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Never."""
        return None


@final
@dataclass(frozen=True)
class Metropolis(AbstractAcceptance):
    """Accepts iff f(y) >= f(x), and otherwise with probability exp((f(y) - f(x)) / temperature).

    Args:
        temperature: positive, in units of the fitness.

    Raises:
        ValueError: unless it is positive and finite.

    Example:
        >>> Metropolis(2.0).keeps_worse(np.array([2.0])).round(6).tolist()
        [0.367879]
    """

    temperature: float

    def __post_init__(self) -> None:
        unit = "units of fitness"
        _check.real("temperature", self.temperature, "(0, inf)", unit=unit, advice="Pass Elitist() for zero.")

    @property
    def keeps_equal(self) -> bool:
        """True."""
        return True

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """exp(-loss / temperature)."""
        return np.exp(-loss / self.temperature)


def sizes(n: int) -> NDArray[np.int64]:
    """int64[2^n], the number of positions in every set.

    Example:
        >>> sizes(2).tolist()
        [0, 1, 1, 2]
    """
    counts = np.zeros(1, np.int64)
    for _ in range(n):
        counts = np.concatenate([counts, counts + 1])
    return counts
