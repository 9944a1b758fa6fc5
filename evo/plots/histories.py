"""Recorded rows as histories: two quantities per run, in the order of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.problems import Sense
from evo.plots import scales, tables
from evo.plots.expressions import Expression
from evo.plots.run_times import TIMES

_POINTS = 60
_REMEDY = "Record it: record=evo.Improvements(evo.value), evo.LogGrid(10, d.rate), ...; then study.records()."


@dataclass(frozen=True)
class History:
    """One run.

    Args:
        x: a quantity per recorded row.
        y: another one; nan where it is not defined.
    """

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Histories:
    """The runs of one series, with what sets it apart."""

    series: tables.Series
    runs: tuple[History, ...]

    def column(self, name: str) -> np.ndarray:
        """All rows of `x` or `y` in one array."""
        return np.concatenate([getattr(run, name) for run in self.runs])


def read(
    records: Any, x: Expression, y: Expression, by: Sequence[str], where: Any
) -> tuple[tuple[Histories, ...], str]:
    """The histories of a table of recorded rows, one entry per series, and what all of them share in words.

    Raises:
        ValueError: for unknown columns, no rows, too many series, cells that would be pooled, or a column that is
            missing since nobody recorded it.
        TypeError: for a table of another library.
    """
    columns = tables.columns(records, "records")
    if "step" in columns and "steps" not in columns:
        records = records.rename({"step": "steps"})
        columns = records.columns
    if "run" not in columns or "spent" in columns:
        got = "one row per run" if "spent" in columns else "no column 'run'"
        action = "Pass study.records() or runs.records_frame(); the figures of run times are against and distribution."
        raise checks.bad_value("records", got, "hold the recorded rows of runs", action)
    for name, quantity in (("x", x), ("y", y)):
        try:
            quantity.columns(columns, name)
        except ValueError as error:
            raise ValueError(f"{error} {_REMEDY}") from None
    table = tables.read(records, argument="records", by=by, where=where, recorded=True)
    return tuple(_histories(series, x, y) for series in table.series), table.common


def _histories(series: tables.Series, x: Expression, y: Expression) -> Histories:
    rows = series.columns
    order = np.lexsort((rows["steps"], rows["run"]))
    run, steps = rows["run"][order], rows["steps"][order]
    first = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]]))
    cells = np.unique(rows["cell"]) if "cell" in rows else np.zeros(1)
    repeated = np.any((run[1:] == run[:-1]) & (steps[1:] == steps[:-1]))
    if len(cells) > 1 or repeated:
        got = f"{len(cells)} cells in {series.name!r}" if len(cells) > 1 else f"two rows of one step in {series.name!r}"
        action = "Name the columns that tell them apart in by=, or fix them with where=."
        raise checks.bad_value("records", got, "hold one cell per series", action)
    across, up = (np.broadcast_to(item(rows), run.shape)[order] for item in (x, y))
    parts = zip(np.split(across, first[1:]), np.split(up, first[1:]))
    return Histories(series, tuple(History(*part) for part in parts))


def is_time(quantity: Expression) -> bool:
    """Whether a quantity passes while a run goes on."""
    return any(name in TIMES for name in quantity.names)


def rising(values: Sequence[np.ndarray], sense: Sense | None) -> float:
    """1 if progress goes up and -1 if it goes down; seen from the first and last rows unless it is said."""
    if sense is not None:
        checks.instance_of("sense", sense, Sense, "Pass evo.Sense.MAXIMISE or evo.Sense.MINIMISE.")
        return 1.0 if sense is Sense.MAXIMISE else -1.0
    gains = [item[np.isfinite(item)] for item in values]
    return -1.0 if sum(float(np.sign(item[-1] - item[0])) for item in gains if len(item)) < 0 else 1.0


def best(values: np.ndarray, sign: float) -> np.ndarray:
    """The best value so far, with the sign with which progress goes up; -inf before the first one."""
    signed = np.where(np.isnan(values), -np.inf, sign * values)
    return np.maximum.accumulate(signed)


def first_place(progress: np.ndarray, goal: float) -> int | None:
    """The first row at which progress reached the goal; None if it never did."""
    place = int(np.searchsorted(progress, goal, side="left"))
    return place if place < len(progress) else None


def grid(low: float, high: float, values: np.ndarray, *, own: bool = False) -> np.ndarray:
    """Points from low to high in rising order: even ones, or of even ratios where the range is wide.

    They are whole where all values are; `own` takes the values themselves if they are few.
    """
    ends = np.array([low, high])
    seen = values[np.isfinite(values)]
    if own:
        inner = np.unique(seen[(seen >= low) & (seen <= high)])
        if 2 < len(inner) <= _POINTS:
            return inner
    whole = bool(np.all(np.rint(seen) == seen))
    if low == high:
        return ends[:1]
    points = np.geomspace(low, high, _POINTS) if scales.is_wide(ends) and low > 0 else np.linspace(low, high, _POINTS)
    points[0], points[-1] = low, high
    return np.unique(np.rint(points)) if whole else points


def given(argument: str, points: Any) -> np.ndarray:
    """The user's own points, in rising order."""
    array = np.unique(np.asarray(points, dtype=np.float64))
    if not array.size or not np.isfinite(array).all():
        raise checks.bad_value(argument, points, "hold finite numbers", "Leave it out for an even grid.")
    return array
