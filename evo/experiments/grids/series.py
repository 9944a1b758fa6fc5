"""The rows, put together per series: samples over runs at each x, capped runs kept apart."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from evo.experiments.grids.cells import AbstractCell, DriftCell, RunCell

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DriftSeries", "RunSeries", "drift_series", "run_series"]


@final
@dataclass(frozen=True, eq=False)
class RunSeries:
    """Whole runs, one entry per x.

    Args:
        name: of the series, as the cells have it.
        axis: the name of x in texts.
        x: shape (points,), rising.
        columns: per point, the columns of the rows, shape (runs,) each.
        time: per point, steps divided by the unit, inf where capped, shape (runs,).
        caps: of the time, in the same unit, shape (points,).
    """

    name: Hashable
    axis: str
    x: np.ndarray
    columns: tuple[dict[str, np.ndarray], ...]
    time: tuple[np.ndarray, ...]
    caps: np.ndarray

    def __getitem__(self, column: str) -> list[np.ndarray]:
        """One column, per point."""
        return [rows[column] for rows in self.columns]

    @property
    def capped(self) -> np.ndarray:
        """The number of capped runs, shape (points,)."""
        return np.array([np.count_nonzero(np.isinf(item)) for item in self.time], dtype=np.int64)

    @property
    def runs(self) -> np.ndarray:
        """The number of runs, shape (points,)."""
        return np.array([len(item) for item in self.time], dtype=np.int64)

    def where(self, low: float = -math.inf, high: float = math.inf) -> RunSeries:
        """The points with low <= x <= high."""
        return self.at([low <= x <= high for x in self.x])

    def at(self, chosen: Iterable[bool]) -> RunSeries:
        """The points for which `chosen` is true."""
        places = [place for place, yes in enumerate(chosen) if yes]
        columns = tuple(self.columns[place] for place in places)
        times = tuple(self.time[place] for place in places)
        return RunSeries(self.name, self.axis, self.x[places], columns, times, self.caps[places])


@final
@dataclass(frozen=True, eq=False)
class DriftSeries:
    """Measured one-step drifts, one entry per x.

    Args:
        name: of the series, as the cells have it.
        axis: the name of x in texts.
        x: shape (points,), rising.
        mean: decrease of the number of zero-bits per step, shape (points,).
        standard_error: of the mean, shape (points,).
    """

    name: Hashable
    axis: str
    x: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray


def run_series(table: pl.DataFrame, cells: Iterable[AbstractCell]) -> dict[Hashable, RunSeries]:
    """The series of whole runs, in the order of the cells; points without rows are left out, series are not."""
    parts = _parts(table)
    found: dict[Hashable, RunSeries] = {}
    for name, group in _groups(cells, RunCell).items():
        here = [cell for cell in group if cell.label in parts]
        rows = tuple(parts[cell.label] for cell in here)
        times = tuple(_time(row) / cell.unit for cell, row in zip(here, rows, strict=True))
        x, caps = np.array([cell.x for cell in here]), np.array([cell.cap for cell in here])
        found[name] = RunSeries(name, group[0].axis, x, rows, times, caps)
    return found


def drift_series(table: pl.DataFrame, cells: Iterable[AbstractCell]) -> dict[Hashable, DriftSeries]:
    """The series of drifts, in the order of the cells; points without rows are left out."""
    parts = _parts(table)
    found: dict[Hashable, DriftSeries] = {}
    for name, group in _groups(cells, DriftCell).items():
        here = [cell for cell in group if cell.label in parts]
        rows = [parts[cell.label] for cell in here]
        # Batches have equal sizes: their means average plainly, and the variances of the means add.
        means = np.array([row["mean"].mean() for row in rows])
        errors = np.array([math.sqrt(np.sum(row["standard_error"] ** 2)) / len(row["mean"]) for row in rows])
        found[name] = DriftSeries(name, group[0].axis, np.array([cell.x for cell in here]), means, errors)
    return found


def _time(row: dict[str, np.ndarray]) -> np.ndarray:
    return row["steps"] if "steps" in row else np.full(len(next(iter(row.values()))), np.nan)


def _groups(cells: Iterable[AbstractCell], kind: type) -> dict[Hashable, list[Any]]:
    found: dict[Hashable, list[Any]] = {}
    for cell in cells:
        if isinstance(cell, kind):
            found.setdefault(cell.series, []).append(cell)
    return {name: sorted(group, key=lambda cell: cell.x) for name, group in found.items()}


def _parts(table: pl.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """The columns of each cell, those that it lacks left out."""
    parts = table.partition_by("cell", as_dict=True, maintain_order=True)
    return {
        str(name): {column.name: column.to_numpy() for column in part if column.null_count() == 0}
        for (name,), part in parts.items()
    }
