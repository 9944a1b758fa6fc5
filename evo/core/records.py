"""Recorders say when a run writes a row, observables say what the row holds. They are orthogonal."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks


class View(NamedTuple):
    """What an observable sees of a run after a step."""

    problem: Any
    key: Any
    step: int
    evaluations: int
    candidate: Any
    #: value of the current candidate, and the best value so far, as results report them
    value: float
    best_value: float
    #: what the algorithm itself reported of the step; None at the start
    detail: Any


class AbstractObservable(ABC):
    """A number that can be read from a run; it may accumulate over steps."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The column name."""

    def refusal(self, problem: Any) -> str | None:
        """Why the problem does not have this observable; None if it has."""
        del problem
        return None

    def begin(self, view: View) -> Any:
        """The memory at the start; None if the observable needs none."""
        del view

    def after(self, memory: Any, view: View) -> Any:
        """The memory after one more step."""
        del view
        return memory

    @abstractmethod
    def read(self, memory: Any, view: View) -> float:
        """The number."""


@dataclass(frozen=True)
class Value(AbstractObservable):
    """The value of the current candidate."""

    @property
    def name(self) -> str:
        """The column name."""
        return "value"

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        return view.value


@dataclass(frozen=True)
class BestValue(AbstractObservable):
    """The best value so far; on dynamic problems the current one."""

    @property
    def name(self) -> str:
        """The column name."""
        return "best_value"

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        return view.best_value


value = Value()
best_value = BestValue()


class Recorder:
    """When a run writes a row. Every recorder also writes the last row of a run."""

    observables: tuple[AbstractObservable, ...]

    def due(self, step: int, improved: bool) -> bool:
        """Whether a row is written after this step (0: the start)."""
        raise TypeError(f"{type(self).__name__} must define `due`.")

    def _take(self, observables: Sequence[Any]) -> None:
        chosen = tuple(observables) or (value,)
        for item in chosen:
            action = "Pass observables such as evo.value or d.zeros."
            checks.instance_of("observables", item, AbstractObservable, action)
        names = [item.name for item in chosen]
        if len(set(names)) < len(names):
            raise checks.bad_value("observables", names, "have different names", "Name each observable once.")
        object.__setattr__(self, "observables", chosen)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(item) for item in vars(self).values())})"


class Final(Recorder):
    """Only the last row of a run."""

    def __init__(self, *observables: AbstractObservable) -> None:
        self._take(observables)

    def due(self, step: int, improved: bool) -> bool:
        """Never: the last row is written anyway."""
        del step, improved
        return False


class Improvements(Recorder):
    """The start, and every strict improvement."""

    def __init__(self, *observables: AbstractObservable) -> None:
        self._take(observables)

    def due(self, step: int, improved: bool) -> bool:
        """After an improvement."""
        return improved or step == 0


class Every(Recorder):
    """Every `steps`-th step, from the start on."""

    def __init__(self, steps: int, *observables: AbstractObservable) -> None:
        self.steps = checks.integer("steps", steps, 1, "Pass for example evo.Every(100, evo.value).")
        self._take(observables)

    def due(self, step: int, improved: bool) -> bool:
        """At multiples of `steps`."""
        del improved
        return step % self.steps == 0


class LogGrid(Recorder):
    """The start, and a geometric grid of steps with `points` points per factor of ten, rounded up."""

    def __init__(self, points: int, *observables: AbstractObservable) -> None:
        self.points = checks.integer("points", points, 1, "Pass the number of rows per decade, for example 10.")
        self._take(observables)

    def grid(self) -> np.ndarray:
        """The steps 0, 1, ..., up to 10^18, as `int64`."""
        return _grid(self.points)

    def due(self, step: int, improved: bool) -> bool:
        """On the grid."""
        del improved
        grid = self.grid()
        place = int(np.searchsorted(grid, step))
        return place < len(grid) and int(grid[place]) == step


@functools.lru_cache(maxsize=16)
def _grid(points: int) -> np.ndarray:
    powers = 10.0 ** (np.arange(18 * points + 1) / points)
    whole = np.abs(powers - np.rint(powers)) <= 1e-14 * powers  # 10^(k / points) is rounded: 1000.0000000001 is 1000
    grid = np.unique(np.concatenate([[0.0], np.where(whole, np.rint(powers), np.ceil(powers))])).astype(np.int64)
    grid.flags.writeable = False
    return grid


@dataclass(frozen=True, eq=False)
class Trace:
    """The recorded rows of one run, by column: step, evaluations and the observables."""

    columns: dict[str, np.ndarray]

    @classmethod
    def of(cls, recorder: Recorder | None, rows: Sequence[tuple[float, ...]]) -> Trace:
        """The trace of rows (step, evaluations, observables...)."""
        names = [] if recorder is None else [item.name for item in recorder.observables]
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 2 + len(names))
        columns = {"step": table[:, 0].astype(np.int64), "evaluations": table[:, 1].astype(np.int64)}
        return cls(columns | {name: table[:, 2 + place].copy() for place, name in enumerate(names)})

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise KeyError(f"The trace has no column {name!r}. {checks.nearest(name, self.columns)}")
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["step"])

    def rows(self) -> Iterator[dict[str, float]]:
        """The rows as dictionaries of plain numbers."""
        for index in range(len(self)):
            yield {name: column[index].item() for name, column in self.columns.items()}

    def __repr__(self) -> str:
        return f"Trace({len(self)} rows of {', '.join(self.columns)})"
