"""Stops: when a run ends. They compose with `|`; reaching any of them is a normal end."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from evo.core import checks

UNLIMITED = 2**62


class Reason(enum.Enum):
    """Why a run ended. The member's text is the explanation."""

    TARGET = "the target was reached"
    STEPS = "the budget of steps was spent"
    EVALUATIONS = "the budget of evaluations was spent"
    STAGNATION = "no strict improvement for the stated number of steps"
    WALL_CLOCK = "the time was up"
    NON_FINITE = "the problem returned a value that is not finite"

    @property
    def code(self) -> int:
        """The number by which kernels and tables know the reason (1, 2, ...; 0 means still running)."""
        return list(Reason).index(self) + 1

    def __repr__(self) -> str:
        return f"Reason.{self.name}"


class Limits(NamedTuple):
    """The limits that a stop amounts to, as the engines see them."""

    steps: int
    evaluations: int
    stagnation: int
    seconds: float
    target: float


class Stop:
    """A condition under which a run ends; `a | b` ends at whichever comes first.

    Every run also ends when the problem says that its optimum was found.
    """

    def limits(self) -> Limits:
        """The limits this stop sets, `UNLIMITED`, infinite or nan where it sets none."""
        parts = self.parts()
        targets = [part.value for part in parts if isinstance(part, Target) and part.value is not None]
        if len(set(targets)) > 1:
            raise checks.bad_value("stop", self, "name at most one target value", "Keep the one that you need.")
        return Limits(
            steps=min((part.count for part in parts if isinstance(part, Steps)), default=UNLIMITED),
            evaluations=min((part.count for part in parts if isinstance(part, Evaluations)), default=UNLIMITED),
            stagnation=min((part.steps for part in parts if isinstance(part, Stagnation)), default=UNLIMITED),
            seconds=min((part.seconds for part in parts if isinstance(part, WallClock)), default=math.inf),
            target=targets[0] if targets else math.nan,
        )

    def parts(self) -> tuple[Stop, ...]:
        """The elementary stops that this one is made of."""
        return (self,)

    def __or__(self, other: Stop) -> Stop:
        if not isinstance(other, Stop):
            raise checks.bad_type(
                "stop", other, "be a stop", "Compose stops as in evo.Steps(1000) | evo.WallClock(60)."
            )
        return AnyOf((*self.parts(), *other.parts()))


@dataclass(frozen=True)
class AnyOf(Stop):
    """Ends at whichever of several stops comes first; written `a | b`."""

    stops: tuple[Stop, ...]

    def parts(self) -> tuple[Stop, ...]:
        """The elementary stops that this one is made of."""
        return self.stops


@dataclass(frozen=True)
class Target(Stop):
    """Ends when the problem is solved, or as soon as a candidate of at least this quality was evaluated.

    Args:
        value: an objective value, in the problem's own sense; None means the problem's optimum and nothing else,
            that is, no budget at all.
    """

    value: float | None = None

    def __post_init__(self) -> None:
        if self.value is not None:
            action = "Pass an objective value, or Target() for the optimum."
            object.__setattr__(self, "value", checks.real("value", self.value, -math.inf, math.inf, action))


@dataclass(frozen=True)
class Steps(Stop):
    """Ends after `count` steps (generations after the start; T of the runtime papers)."""

    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", _count("count", self.count, 0, "Pass for example evo.Steps(10_000)."))


@dataclass(frozen=True)
class Evaluations(Stop):
    """Ends before the step that would bring the number of requested values above `count`."""

    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", _count("count", self.count, 1, "Pass for example evo.Evaluations(10_000)."))


@dataclass(frozen=True)
class Stagnation(Stop):
    """Ends when no strict improvement happened for `steps` steps in a row."""

    steps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _count("steps", self.steps, 1, "Pass for example evo.Stagnation(10_000)."))


@dataclass(frozen=True)
class WallClock(Stop):
    """Ends when `seconds` of real time have passed; outside every promise of equal rows."""

    seconds: float

    def __post_init__(self) -> None:
        action = "Pass a positive number of seconds."
        object.__setattr__(self, "seconds", checks.real("seconds", self.seconds, 0, math.inf, action, open_low=True))


def _count(argument: str, value: Any, low: int, action: str) -> int:
    return checks.integer(argument, value, low, action, high=UNLIMITED)


def resolve(stop: Stop | None, default: Stop | None, name: str) -> Stop:
    """The stop of a run: the given one, else the problem's own budget; refused when there is neither."""
    if stop is None:
        if default is None:
            raise ValueError(
                f"`stop` is needed: {name} states no default budget of its own. Pass a stop, for example "
                "stop=evo.Steps(10_000) or stop=evo.Evaluations(10_000) | evo.WallClock(60)."
            )
        return default
    if not isinstance(stop, Stop):
        action = "Pass for example stop=evo.Steps(10_000), or compose stops with |."
        raise checks.bad_type("stop", stop, "be a stop", action)
    return stop
