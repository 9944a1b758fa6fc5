"""What can be read from a run on bit strings: zero-bits, levels, density, rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.records import AbstractObservable, BestValue, Value, View
from evo.discrete.engines.functions import level_count
from evo.discrete.engines.generic import implements_lowered


class AbstractBitObservable(AbstractObservable):
    """An observable of the current string; it also exists in the compiled engines."""

    def refusal(self, problem: Any) -> str | None:
        """Only problems on bit strings have it."""
        return None if isinstance(getattr(problem, "n", None), int) else f"{problem!r} has no bit strings"

    def lower(self) -> Any:
        """The named tuple that kernels see."""
        raise TypeError(f"{type(self).__name__} must define `lower`.")


def _zeros(view: View) -> int:
    return view.problem.n - int(np.count_nonzero(view.candidate))


@dataclass(frozen=True)
class Zeros(AbstractBitObservable):
    """The number of zero-bits of the current string."""

    @property
    def name(self) -> str:
        """The column name."""
        return "zeros"

    def lower(self) -> LoweredZeros:
        """The named tuple that kernels see."""
        return LoweredZeros(0)

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return float(_zeros(view))


class AbstractLevelObservable(AbstractBitObservable):
    """An observable of the level of the current string."""

    def refusal(self, problem: Any) -> str | None:
        """Only problems with levels have it."""
        count = problem.level_count() if hasattr(problem, "level_count") else 1
        return None if count > 1 else f"{problem!r} has no levels; HotTopic and LeadingOnes have"


def _level(view: View) -> int:
    return view.problem.level_of(view.candidate, view.key)


@dataclass(frozen=True)
class Level(AbstractLevelObservable):
    """The level of the current string."""

    @property
    def name(self) -> str:
        """The column name."""
        return "level"

    def lower(self) -> LoweredLevel:
        """The named tuple that kernels see."""
        return LoweredLevel(0)

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return float(_level(view))


@dataclass(frozen=True)
class LevelsVisited(AbstractLevelObservable):
    """How many different levels the current string had so far, the start's included; at most `level_count`."""

    @property
    def name(self) -> str:
        """The column name."""
        return "levels_visited"

    def lower(self) -> LoweredLevelsVisited:
        """The named tuple that kernels see."""
        return LoweredLevelsVisited(0)

    def begin(self, view: View) -> Any:
        """The set of visited levels."""
        return frozenset([_level(view)])

    def after(self, memory: Any, view: View) -> Any:
        """The set of visited levels."""
        return memory | {_level(view)}

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return float(len(memory))


@dataclass(frozen=True)
class MeanDensity(AbstractBitObservable):
    """The mean over all steps t > `after` of the fraction of zero-bits; nan if there was none.

    Args:
        after: number of steps that do not count.
    """

    after_steps: int

    def __post_init__(self) -> None:
        action = "Pass the number of steps to leave out, for example d.mean_density(after=1000)."
        object.__setattr__(self, "after_steps", checks.integer("after", self.after_steps, 0, action))

    @property
    def name(self) -> str:
        """The column name."""
        return "mean_density"

    def lower(self) -> LoweredMeanDensity:
        """The named tuple that kernels see."""
        return LoweredMeanDensity(self.after_steps)

    def begin(self, view: View) -> Any:
        """(sum of zero-bits, number of steps)."""
        return (0, 0)

    def after(self, memory: Any, view: View) -> Any:
        """(sum of zero-bits, number of steps)."""
        return (memory[0] + _zeros(view), memory[1] + 1) if view.step > self.after_steps else memory

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return memory[0] / (memory[1] * view.problem.n) if memory[1] else math.nan


def mean_density(after: int = 0) -> MeanDensity:
    """The mean over all steps t > `after` of the fraction of zero-bits."""
    return MeanDensity(after)


@dataclass(frozen=True)
class Rate(AbstractBitObservable):
    """The mutation rate of the step that was just made; nan at the start."""

    @property
    def name(self) -> str:
        """The column name."""
        return "rate"

    def lower(self) -> LoweredRate:
        """The named tuple that kernels see."""
        return LoweredRate(0)

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return math.nan if view.detail is None else float(view.detail.rate)


@dataclass(frozen=True)
class Offspring(AbstractBitObservable):
    """How many offspring the step had (of the (1+(lambda,lambda))-GA: how many mutants); 0 at the start."""

    @property
    def name(self) -> str:
        """The column name."""
        return "offspring"

    def lower(self) -> LoweredOffspring:
        """The named tuple that kernels see."""
        return LoweredOffspring(0)

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        return 0.0 if view.detail is None else float(view.detail.offspring)


zeros = Zeros()
level = Level()
levels_visited = LevelsVisited()
rate = Rate()
offspring = Offspring()


class LoweredZeros(NamedTuple):
    """`Zeros` as kernels see it."""

    unused: int


class LoweredLevel(NamedTuple):
    """`Level` as kernels see it."""

    unused: int


class LoweredLevelsVisited(NamedTuple):
    """`LevelsVisited` as kernels see it; its memory holds the last level, the count, and a flag per level."""

    unused: int


class LoweredMeanDensity(NamedTuple):
    """`MeanDensity` as kernels see it; its memory holds the sum of zero-bits and the number of steps."""

    after: int


class LoweredRate(NamedTuple):
    """`Rate` as kernels see it."""

    unused: int


class LoweredOffspring(NamedTuple):
    """`Offspring` as kernels see it."""

    unused: int


class LoweredValue(NamedTuple):
    """The current value as kernels see it."""

    unused: int


class LoweredBestValue(NamedTuple):
    """The best value so far as kernels see it."""

    unused: int


def lowered_observable(item: AbstractObservable) -> Any:
    """The named tuple of an observable that the compiled engines know; None for others."""
    if isinstance(item, AbstractBitObservable):
        return item.lower()
    if isinstance(item, BestValue):
        return LoweredBestValue(0)
    return LoweredValue(0) if isinstance(item, Value) else None


def _register(kind: type, name: str, function: Any) -> None:
    function.__name__ = name
    implements_lowered(kind)(function)


def _read_zeros(observable, memory, sight):
    return float(sight.zeros)


def _read_level(observable, memory, sight):
    return float(sight.level)


def _read_rate(observable, memory, sight):
    return sight.rate


def _read_offspring(observable, memory, sight):
    return float(sight.offspring)


def _read_value(observable, memory, sight):
    return sight.value


def _read_best_value(observable, memory, sight):
    return sight.best


def _value_needed(observable):
    return True


def _visited_size(observable, problem):
    return 2 + level_count(problem)


def _visited_begin(observable, memory, sight):
    memory[:] = 0.0
    memory[0], memory[1] = sight.level, 1.0
    memory[2 + sight.level] = 1.0


def _visited_after(observable, memory, sight, repeat):
    if sight.level != memory[0]:
        memory[0] = sight.level
        if memory[2 + sight.level] == 0.0:
            memory[2 + sight.level] = 1.0
            memory[1] += 1.0


def _read_visited(observable, memory, sight):
    return memory[1]


def _density_size(observable, problem):
    return 2


def _density_begin(observable, memory, sight):
    memory[0] = memory[1] = 0.0


def _density_after(observable, memory, sight, repeat):
    # The last `repeat` steps up to sight.step were in this state; those beyond `after` count.
    counted = min(repeat, sight.step - observable.after)
    if counted > 0:
        memory[0] += float(sight.zeros) * counted
        memory[1] += counted


def _read_density(observable, memory, sight):
    return memory[0] / (memory[1] * sight.n) if memory[1] > 0.0 else math.nan


for _kind, _name, _function in (
    (LoweredZeros, "observe_read", _read_zeros),
    (LoweredLevel, "observe_read", _read_level),
    (LoweredRate, "observe_read", _read_rate),
    (LoweredOffspring, "observe_read", _read_offspring),
    (LoweredValue, "observe_read", _read_value),
    (LoweredValue, "needs_value", _value_needed),
    (LoweredBestValue, "observe_read", _read_best_value),
    (LoweredBestValue, "needs_value", _value_needed),
    (LoweredLevelsVisited, "memory_size", _visited_size),
    (LoweredLevelsVisited, "observe_begin", _visited_begin),
    (LoweredLevelsVisited, "observe_after", _visited_after),
    (LoweredLevelsVisited, "observe_read", _read_visited),
    (LoweredMeanDensity, "memory_size", _density_size),
    (LoweredMeanDensity, "observe_begin", _density_begin),
    (LoweredMeanDensity, "observe_after", _density_after),
    (LoweredMeanDensity, "observe_read", _read_density),
):
    _register(_kind, _name, _function)
