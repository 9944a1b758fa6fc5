"""The rows, put together per series: drift against strength, levels and run times against strength."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig
from evo.experiments.hottopic_transition.rows import drift_cells, run_cells

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class DriftSeries:
    """The measured drift at one size.

    Args:
        n: number of bits.
        strength: c, shape (points,).
        mean: decrease of the number of zero-bits per step, shape (points,).
        standard_error: of the mean, shape (points,).
    """

    n: int
    strength: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray


@dataclass(frozen=True, eq=False)
class RunSeries:
    """Whole runs at one size, one entry per strength.

    Args:
        n: number of bits.
        levels: L.
        strength: c, shape (points,).
        share: visited levels divided by L + 1, one array over runs per strength.
        time: steps divided by n ln n, inf where capped, one array over runs per strength.
        cap: of the time, in the same unit.
    """

    n: int
    levels: int
    strength: np.ndarray
    share: list[np.ndarray]
    time: list[np.ndarray]
    cap: float


def drift_series(table: pl.DataFrame, config: HotTopicTransitionConfig) -> list[DriftSeries]:
    """The drift, by size; strengths without rows are left out."""
    cells = _cells(table)
    found: list[DriftSeries] = []
    for n in config.drift_n:
        here = [cell for cell in drift_cells(config) if cell.n == n and cell.label in cells]
        rows = [cells[cell.label] for cell in here]
        # Batches have equal sizes: their means average plainly, and the variances of the means add.
        means = np.array([row["mean"].mean() for row in rows])
        errors = np.array([math.sqrt(np.sum(row["standard_error"] ** 2)) / len(row["mean"]) for row in rows])
        found.append(DriftSeries(n, np.array([cell.strength for cell in here]), means, errors))
    return found


def run_series(table: pl.DataFrame, config: HotTopicTransitionConfig) -> list[RunSeries]:
    """Whole runs, by size; strengths without rows are left out."""
    cells = _cells(table)
    found: list[RunSeries] = []
    for n, levels in zip(config.n, config.levels, strict=True):
        here = [cell for cell in run_cells(config) if cell[:2] == (n, levels) and cell.label in cells]
        rows = [cells[cell.label] for cell in here]
        unit = n * math.log(n)
        found.append(
            RunSeries(
                n,
                levels,
                np.array([cell.strength for cell in here]),
                [row["visited"] / (levels + 1) for row in rows],
                [row["steps"] / unit for row in rows],
                math.ceil(config.cap * unit) / unit,
            )
        )
    return found


def _cells(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The columns of each cell, those that it lacks left out."""
    parts = table.partition_by("cell", as_dict=True, maintain_order=True)
    return {
        str(name): {column.name: column.to_numpy() for column in part if column.null_count() == 0}
        for (name,), part in parts.items()
    }
