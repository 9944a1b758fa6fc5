"""The rows, put together per kind of solver and exponent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from evo.experiments.randomized_arms.cells import SolverCell

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Solved", "outcomes"]


@final
@dataclass(frozen=True, eq=False)
class Solved:
    """All trainings of a kind of solver at an exponent; success is 1 - error."""

    kind: str
    q: float
    #: columns of the cell, of shape (runs, inputs)
    columns: dict[str, np.ndarray]

    @property
    def runs(self) -> int:
        """How many."""
        return len(self.columns["error"])

    @property
    def success(self) -> np.ndarray:
        """Of single answers, of shape (runs, inputs)."""
        return 1.0 - self.columns["error"]

    @property
    def worst(self) -> np.ndarray:
        """The success on the worst input, of listed and of searched ones, under fresh seeds; of shape (runs,)."""
        return 1.0 - np.fmax(self.columns["confirmed"][:, 0], self.columns["found"][:, 0])

    @property
    def spread(self) -> np.ndarray:
        """The mean over inputs of the standard deviation of the error over seeds, of shape (runs,)."""
        return self.columns["spread"].mean(axis=1)

    def percentile(self, percent: float = 5.0) -> np.ndarray:
        """The success that all but this share of inputs exceed, of shape (runs,)."""
        return np.percentile(self.success, percent, axis=1)

    def repeated(self, repetitions: Sequence[int]) -> np.ndarray:
        """The success of S answers together on the worst listed input, of shape (runs, len(repetitions))."""
        return 1.0 - np.stack([self.columns[f"worst {S}"][:, 0] for S in repetitions], axis=1)


def outcomes(table: pl.DataFrame, cells: Iterable[SolverCell]) -> dict[tuple[str, float], Solved]:
    """The outcomes by (kind, q), in the order of the cells, of the cells that have rows."""
    parts = {str(name): part for (name,), part in table.partition_by("cell", as_dict=True, maintain_order=True).items()}
    found: dict[tuple[str, float], Solved] = {}
    for cell in cells:
        if cell.label not in parts:
            continue
        part = parts[cell.label]
        runs = len(part) // cell.inputs
        if not runs:
            continue
        part = part.head(runs * cell.inputs)
        names = [name for name in part.columns if name not in ("cell", "run") and part[name].null_count() == 0]
        columns = {name: part[name].to_numpy().reshape(runs, cell.inputs) for name in names}
        found[cell.series, cell.x] = Solved(cell.series, cell.x, columns)
    return found
