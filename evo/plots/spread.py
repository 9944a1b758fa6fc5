"""The median of many runs and the band of those in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evo.plots.chart import Panel
from evo.plots.labels import Label
from evo.plots.style import Look
from evo.statistics import quantile_interval


@dataclass(frozen=True)
class Spread:
    """A median between two quantiles along x."""

    x: np.ndarray
    middle: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def draw(self, panel: Panel, name: str, look: Look, marks: float) -> Label:
        """Draw the band; the label stands where it ends."""
        panel.band(name, self.x, self.middle, self.lower, self.upper, look, kind="median", marks=marks)
        end = (float(self.x[-1]), float(self.middle[-1])) if len(self.x) else (np.nan, np.nan)
        return Label(name, look, *end)


def spread(x: np.ndarray, samples: Sequence[np.ndarray], share: float, runs: int) -> Spread:
    """The median and the middle share of samples, wherever at least half of the runs have a value.

    Args:
        x: where the samples stand.
        samples: values of runs, nan for runs without one.
        share: of the runs between the quantiles.
        runs: how many there are in all.
    """
    tail = (1.0 - share) / 2
    kept, rows = [], []
    for place, sample in zip(x, samples, strict=True):
        values = sample[np.isfinite(sample)]
        if 2 * len(values) >= runs and len(values):
            kept.append(place)
            rows.append([quantile_interval(values, q).estimate for q in (0.5, tail, 1.0 - tail)])
    middle, lower, upper = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Spread(np.array(kept, dtype=np.float64), middle, lower, upper)
