"""Results: one run, and many runs of one configuration."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.core.engines import EngineUsed
from evo.core.records import Recorder, Trace
from evo.core.stops import Reason
from evo.statistics import (
    Comparison,
    Interval,
    Summary,
    compare_with_law,
    expected_running_time,
    mean_interval,
    restricted_mean,
    smallest_cap,
    summary,
)


class RunState(NamedTuple):
    """Everything a run needs to go on: pass it as `resume=` with a larger stop."""

    engine: EngineUsed
    optimizer: Any
    problem: Any
    key: Any
    #: the optimizer's own state: candidate, counters, parameters
    state: Any
    steps: int
    evaluations: int
    #: index of the first optimal evaluation, 0 if there was none
    hit: int
    last_improvement: int
    seconds: float
    recorder: Recorder | None
    #: one memory per observable
    memories: tuple[Any, ...]
    #: the rows recorded so far, without the last row that every stop writes
    rows: tuple[tuple[float, ...], ...]
    #: the step of the last of these rows, -1 if there was none
    last_row: int
    #: what the algorithm reported of the last step, for observables that show it
    detail: Any = None
    #: what only the engine knows: its random stream, a pending wait
    own: Any = None


@dataclass(frozen=True, eq=False)
class Result:
    """One run.

    `steps` counts the generations after the start (T of the runtime papers), `evaluations` the values requested,
    the start's included. `hit` is the index of the first optimal evaluation, counted from 1, or None.
    """

    candidate: Any
    value: float
    steps: int
    evaluations: int
    hit: int | None
    reason: Reason
    trace: Trace
    state: RunState
    engine: EngineUsed

    @property
    def reached(self) -> bool:
        """Whether an optimal candidate (or the target of the stop) was ever evaluated."""
        return self.hit is not None

    def __repr__(self) -> str:
        return (
            f"Result(value={self.value:g}, steps={self.steps}, evaluations={self.evaluations}, "
            f"reason={self.reason.name.lower()}, engine={self.engine})"
        )


@dataclass(frozen=True, eq=False)
class Runs:
    """Many runs of one configuration, as arrays over the runs.

    `steps` is the run time T, infinite where the run was capped (ended without reaching the optimum); `spent` is the
    number of steps really made, finite always.
    """

    first: int
    steps: np.ndarray
    spent: np.ndarray
    evaluations: np.ndarray
    #: index of the first optimal evaluation, 0 where there was none
    hit: np.ndarray
    reached: np.ndarray
    value: np.ndarray
    #: codes of `Reason`
    reason: np.ndarray
    #: recorded rows by column: run, step, evaluations and the observables
    records: dict[str, np.ndarray]
    engine: EngineUsed
    label: str = ""
    rerun: Callable[[int, Recorder | None], Result] | None = None

    def __len__(self) -> int:
        return len(self.spent)

    @property
    def capped(self) -> int:
        """How many runs ended without reaching the optimum."""
        return int(len(self) - np.count_nonzero(self.reached))

    def _uncapped(self, what: str) -> np.ndarray:
        if len(self) == 0:
            raise ValueError(f"`{what}` needs at least one run; there are none. Repeat with runs=1 or more.")
        if self.capped:
            raise ValueError(
                f"`{what}` must not average capped runs: {self.capped} of {len(self)} runs ended without reaching the "
                "optimum. Use restricted_mean() for the mean of min(T, budget), ert() for the expected running time "
                "with restarts, or raise the budget."
            )
        return self.steps

    def mean(self) -> float:
        """The mean of T; refused if a run was capped."""
        return float(np.mean(self._uncapped("mean")))

    def interval(self, confidence: float = 0.95) -> Interval:
        """The mean of T with Student's t interval; refused if a run was capped or if there is only one."""
        return mean_interval(self._uncapped("interval"), confidence)

    def restricted_mean(self, horizon: float | None = None, confidence: float = 0.95) -> Interval:
        """The mean of min(T, horizon); the horizon is the smallest cap unless it is given."""
        return restricted_mean(self.steps, self.spent, horizon=horizon, confidence=confidence)

    def ert(self, confidence: float = 0.95) -> Interval:
        """The expected running time with restarts: all evaluations spent, divided by the number of successes."""
        return expected_running_time(self.evaluations, self.reached, confidence=confidence)

    def summary(self, confidence: float = 0.95) -> Summary:
        """Mean, median, ERT (in steps) and success rate with their intervals, and how capped runs were counted."""
        return summary(self.steps, self.spent, confidence)

    def quantile(self, q: float) -> float:
        """The empirical quantile of T (an order statistic), infinite where capped runs decide it."""
        q = checks.real("q", q, 0, 1, "Pass a probability such as 0.5.")
        ordered = np.sort(self.steps)
        if len(ordered) == 0:
            raise ValueError("`quantile` needs at least one run; there are none. Repeat with runs=1 or more.")
        return float(ordered[max(0, math.ceil(q * len(ordered)) - 1)])

    def compare(self, law: Any, false_alarm: float = 1e-3) -> Comparison:
        """Test of these run times against an exact law with `mean`, `variance` and, if it has one, `cdf`.

        Args:
            law: any object with these attributes, for example `theory.onemax.law(n=..., strength=...)`.
            false_alarm: the probability with which a true law is rejected.
        """
        horizon = smallest_cap(self.steps, self.spent)
        return compare_with_law(self.steps, law, false_alarm, horizon=horizon)

    def replay(self, i: int, record: Recorder | None = None) -> Result:
        """Run `i` (counted from 0 within these runs) once more on the same engine, with another recorder if wanted."""
        place = checks.integer("i", i, 0, "Count the runs from 0.", high=len(self) - 1)
        if self.rerun is None:
            raise ValueError("`replay` needs the optimizer and problem; these runs came from a table. Repeat the runs.")
        result = self.rerun(self.first + place, record)
        if result.steps != self.spent[place]:
            raise ValueError(
                f"`replay` must repeat {int(self.spent[place])} steps; got {result.steps}. The optimizer, the problem "
                "or the time changed since; runs stopped by WallClock cannot be replayed."
            )
        return result

    def to_frame(self) -> Any:
        """One row per run, as a polars data frame."""
        import polars

        names = [item.name.lower() for item in Reason]
        return polars.DataFrame(
            {
                "run": np.arange(self.first, self.first + len(self)),
                "steps": self.steps,
                "spent": self.spent,
                "evaluations": self.evaluations,
                "hit": self.hit,
                "reached": self.reached,
                "value": self.value,
                "reason": [names[code - 1] for code in self.reason],
            }
        )

    def records_frame(self) -> Any:
        """One row per recorded row, as a polars data frame."""
        import polars

        return polars.DataFrame(self.records)

    def relabel(self, label: str) -> Runs:
        """The same runs under another name for tables and figures."""
        return dataclasses.replace(self, label=label)

    def __repr__(self) -> str:
        name = f"{self.label}: " if self.label else ""
        return f"Runs({name}{len(self)} runs, {self.capped} capped, engine={self.engine})"


def joined_records(recorder: Recorder | None, tables: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, np.ndarray]:
    """The records of several blocks as one table, by column, ordered by run.

    Args:
        recorder: the recorder whose observables name the columns.
        tables: pairs of run numbers `int64[rows]` and rows `float64[rows, 2 + observables]`.
    """
    if recorder is None:
        return {}
    names = [item.name for item in recorder.observables]
    width = 2 + len(names)
    runs = np.concatenate([run for run, _ in tables]) if tables else np.empty(0, np.int64)
    rows = np.concatenate([row.reshape(-1, width) for _, row in tables]) if tables else np.empty((0, width))
    order = np.argsort(runs, kind="stable")
    columns = {"run": runs[order], "step": rows[order, 0].astype(np.int64)}
    columns["evaluations"] = rows[order, 1].astype(np.int64)
    return columns | {name: rows[order, 2 + place] for place, name in enumerate(names)}
