"""One row per cell: what its runs say."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from evo.statistics import Interval, Summary, summary
from evo.studies._frames import blocks_of, labels_of
from evo.studies.store import Store

if TYPE_CHECKING:
    import polars as pl

__all__ = ["table_of"]

_NUMBERS = ("estimate", "lower", "upper")
_COLUMNS = (
    *("runs", "capped", *_NUMBERS, "kind", "median", "median_lower", "median_upper"),
    *("ert", "ert_lower", "ert_upper", "success", "success_lower", "success_upper"),
)


def table_of(store: Store, confidence: float) -> pl.DataFrame:
    """The summary of every cell that has finished runs, after its labels; the cells are read one after the other.

    Args:
        store: of a study.
        confidence: of each interval.
    """
    import polars as pl

    blocks = [block for of_cell in blocks_of(store.plan).values() for block in of_cell]
    cells: list[str] = []
    found: list[dict[str, Any]] = []
    for cell, group in itertools.groupby(store.rows(blocks, ("steps", "spent")), key=lambda item: item[0].cell):
        times = pl.concat([frame for _, frame in group])
        cells.append(cell)
        found.append(_row(summary(times["steps"].to_numpy(), times["spent"].to_numpy(), confidence)))
    kinds: dict[str, Any] = {"runs": pl.Int64, "capped": pl.Int64, "kind": pl.String}
    rows = pl.DataFrame(found, schema={name: kinds.get(name, pl.Float64) for name in _COLUMNS})
    return pl.concat([labels_of(store.plan, cells), rows], how="horizontal")


def _row(told: Summary) -> dict[str, Any]:
    """Numbers by column; a bound that the runs do not give is null."""
    row: dict[str, Any] = {"runs": told.count, "capped": told.capped}
    row |= _columns("", told.mean) | {"kind": told.kind}
    return row | _columns("median", told.median) | _columns("ert", told.ert) | _columns("success", told.success)


def _columns(name: str, interval: Interval) -> dict[str, float | None]:
    names = _NUMBERS if not name else (name, f"{name}_lower", f"{name}_upper")
    lower = None if interval.lower == -math.inf else interval.lower
    upper = None if interval.upper == math.inf and interval.lower == -math.inf else interval.upper
    return dict(zip(names, (interval.estimate, lower, upper), strict=True))
