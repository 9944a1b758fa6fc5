"""The cells: runs of a fixed length and their course in time, at two points or at many."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from evo.core.keys import Key
from evo.core.records import Every
from evo.core.stops import Steps
from evo.experiments.grids import AbstractCell, RunSeries
from evo.experiments.lengler_benchmark_sheet.config import LenglerBenchmarkSheetConfig
from evo.studies import Columns

if TYPE_CHECKING:
    import polars as pl

_RUNS_PER_BLOCK = 25  # 0.6 s


@final
@dataclass(frozen=True, kw_only=True)
class TraceCell(AbstractCell):
    """Runs followed in time; its rows are runs, its columns `zeros` and `level` at every point in time.

    A run that has found the optimum stays there.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: to which series it belongs.
        x: where on the axis.
        axis: the name of x in texts.
        optimizer: what runs.
        problem: on what.
        every: steps between two points in time.
        points: points in time after the start.
        runs: how many.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "c"
    optimizer: Any
    problem: Any
    every: int
    points: int
    runs: int

    @property
    def total(self) -> int:
        """The number of runs."""
        return self.runs

    @property
    def width(self) -> int:
        """Runs per block."""
        return _RUNS_PER_BLOCK

    @property
    def times(self) -> np.ndarray:
        """The points in time, in steps, shape (points + 1,)."""
        return self.every * np.arange(self.points + 1)

    def described(self) -> str:
        """The parts, the points in time, and the engine that AUTO takes."""
        from evo.core.api import explain

        engine = explain(self.optimizer, self.problem, record=self._record()).chosen
        return f"{engine}: {self.optimizer!r} on {self.problem!r}, {self.points} times {self.every} steps"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        from evo.core.api import repeat

        stop = Steps(self.every * self.points)
        runs = repeat(
            self.optimizer,
            self.problem,
            runs=count,
            first=first,
            seed=key,
            stop=stop,
            record=self._record(),
            threads=1,  # blocks run side by side
        )
        records = runs.records
        starts = np.flatnonzero(records["step"] == 0)
        ends = np.append(starts[1:], len(records["step"]))
        found: Columns = {}
        for name in ("zeros", "level"):
            table = np.empty((count, self.points + 1), dtype=np.int64)
            for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
                values = records[name][start:end]
                # The last row of a run that ended early stands for all later points in time.
                table[row] = np.append(values, np.repeat(values[-1], self.points + 1 - len(values)))
            found |= {_column(name, int(time)): table[:, place] for place, time in enumerate(self.times)}
        return found

    def _record(self) -> Every:
        from evo import discrete as d

        return Every(self.every, d.zeros, d.level)


def run_cells(config: LenglerBenchmarkSheetConfig) -> list[TraceCell]:
    """Runs of the length of the sheet with their half time, by strength."""
    return [_cell(config, f"run c={c!r}", c, 2, config.runs) for c in sorted(config.strengths)]


def trace_cells(config: LenglerBenchmarkSheetConfig) -> list[TraceCell]:
    """Runs followed more closely, by strength."""
    points = config.trace_points
    return [_cell(config, f"trace c={c!r}", c, points, config.trace_runs) for c in sorted(config.trace_strengths)]


def _cell(config: LenglerBenchmarkSheetConfig, label: str, strength: float, points: int, runs: int) -> TraceCell:
    from evo import discrete as d

    return TraceCell(
        label=label,
        series=label.split()[0],
        x=strength,
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=problem_of(config),
        every=config.steps // points,
        points=points,
        runs=runs,
    )


def problem_of(config: LenglerBenchmarkSheetConfig) -> Any:
    """The function of the sheet; every run draws its own sets."""
    from evo import discrete as d

    sizes = {"alpha": config.alpha, "beta": config.beta, "eps": config.eps}
    return d.DeceptiveMonotone(config.n, levels=config.levels, **sizes)


def course(table: pl.DataFrame, cell: TraceCell, name: str) -> np.ndarray:
    """`zeros` or `level` of one cell, shape (runs, points + 1)."""
    import polars as pl

    rows = table.filter(pl.col("cell") == cell.label)
    return rows.select([_column(name, int(time)) for time in cell.times]).to_numpy().astype(np.float64)


def ends(table: pl.DataFrame, config: LenglerBenchmarkSheetConfig) -> RunSeries:
    """The zero-bits at the end, per strength, as the column `zeros`."""
    cells = run_cells(config)
    zeros = [course(table, cell, "zeros")[:, -1] for cell in cells]
    columns = tuple({"zeros": item} for item in zeros)
    times = tuple(np.full(len(item), np.nan) for item in zeros)
    x = np.array([cell.x for cell in cells])
    return RunSeries("runs", "c", x, columns, times, np.full(len(x), float(config.steps)))


def _column(name: str, time: int) -> str:
    return f"{name}_{time}"
