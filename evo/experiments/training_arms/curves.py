"""The rows, put together per arm: curves over runs at each learning rate, and the rate that is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from evo.experiments.training_arms.cells import TrainingCell

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FLOOR", "Curves", "curves"]

#: losses below are as good as this one
FLOOR = 1e-3


@final
@dataclass(frozen=True, eq=False)
class Curves:
    """All runs of one arm in one setting.

    Args:
        setting: for example "full batch".
        arm: its name.
        rates: learning rates, shape (rates,), rising.
        columns: per rate, arrays of shape (runs, looks); the same runs at all rates.
    """

    setting: str
    arm: str
    rates: np.ndarray
    columns: tuple[dict[str, np.ndarray], ...]

    @property
    def runs(self) -> int:
        """How many."""
        return len(self.columns[0]["loss"])

    @property
    def heights(self) -> np.ndarray:
        """The mean over looks of ln max(loss, FLOOR), shape (rates, runs); inf where a loss is not finite."""
        means = np.array([np.log(np.maximum(columns["loss"], FLOOR)).mean(axis=1) for columns in self.columns])
        return np.where(np.isfinite(means), means, np.inf)

    @property
    def best(self) -> int:
        """The place of the rate with the smallest median over runs of `heights`."""
        return int(np.argmin(np.median(self.heights, axis=1)))

    def __getitem__(self, column: str) -> np.ndarray:
        """A column at the best rate, shape (runs, looks)."""
        return self.columns[self.best][column]

    def at(self, rate: float) -> dict[str, np.ndarray]:
        """All columns at the learning rate that is nearest."""
        return self.columns[int(np.argmin(np.abs(self.rates - rate)))]

    def held(self, column: str) -> np.ndarray:
        """A column of each run at the rate that is best for the other runs, shape (runs, looks).

        So that no run is judged at a rate that was chosen by it.
        """
        return np.array([self.columns[place][column][run] for run, place in enumerate(self.others)])

    @property
    def others(self) -> list[int]:
        """For each run the place of the rate that is best by the other runs."""
        if self.runs == 1:
            return [self.best]
        heights = self.heights
        return [int(np.argmin(np.median(np.delete(heights, run, axis=1), axis=1))) for run in range(self.runs)]


def curves(table: pl.DataFrame, cells: Iterable[TrainingCell]) -> dict[tuple[str, str], Curves]:
    """The curves of each (setting, arm), in the order of the cells, of the runs that are there at all rates."""
    parts = {str(name): part for (name,), part in table.partition_by("cell", as_dict=True, maintain_order=True).items()}
    groups: dict[tuple[str, str], list[TrainingCell]] = {}
    for cell in cells:
        groups.setdefault(cell.series, []).append(cell)
    found: dict[tuple[str, str], Curves] = {}
    for (setting, arm), group in groups.items():
        here = sorted((cell for cell in group if cell.label in parts), key=lambda cell: cell.x)
        runs = min((len(parts[cell.label]) // cell.width for cell in here), default=0)
        if not runs:
            continue
        columns = []
        for cell in here:
            part = parts[cell.label].head(runs * cell.width)
            kept = [name for name in part.columns if name not in ("cell", "run") and part[name].null_count() == 0]
            columns.append({name: part[name].to_numpy().reshape(runs, cell.width) for name in kept})
        found[setting, arm] = Curves(setting, arm, np.array([cell.x for cell in here]), tuple(columns))
    return found
