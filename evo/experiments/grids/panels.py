"""What the panels of grid experiments share: series with single runs, capped runs, centres and labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from evo.experiments.grids.measures import means, quantiles
from evo.experiments.grids.series import RunSeries
from evo.plots import LOOKS, Look, Panel
from evo.statistics import Interval

__all__ = ["FLUID", "LIMIT", "key", "looks", "mean_intervals", "median_intervals", "run_times", "values"]

#: dashes of vertical lines and curves that hold in a limit only
FLUID = (0, (5, 2))
LIMIT = (0, (1, 1.5))

_CONFIDENCE = 0.95

#: intervals of a centre per point, at 95 %
Centre = Callable[[RunSeries, Sequence[np.ndarray]], Sequence[Interval]]


def median_intervals(series: RunSeries, samples: Sequence[np.ndarray]) -> list[Interval]:
    """Medians with order statistics; an infinite median is drawn as capped runs only."""
    return quantiles(series, samples, _CONFIDENCE)


def mean_intervals(series: RunSeries, samples: Sequence[np.ndarray]) -> list[Interval]:
    """Means with Student's intervals, at points without capped runs."""
    return means(series, samples, _CONFIDENCE)


def looks(names: Sequence[Any]) -> dict[Any, Look]:
    """One look per series, the same in all panels."""
    return {name: LOOKS[place % len(LOOKS)] for place, name in enumerate(dict.fromkeys(names))}


def run_times(
    panel: Panel,
    name: str,
    series: RunSeries,
    look: Look,
    *,
    centre: Centre = median_intervals,
    joined: bool = True,
    lift: float = 1.0,
    most: int | None = None,
) -> None:
    """Run times against x: faint single runs, open markers at the cap for capped ones, centres with 95 % intervals.

    Where several series share x and cap, `lift` (a factor of the cap) keeps their open markers apart, and
    `most` draws only so many runs of a point, the first ones, as dots.
    """
    panel.singles(name, *_spread(series.x, [item[:most][np.isfinite(item[:most])] for item in series.time]), look)
    capped = np.repeat(series.x, series.capped)
    panel.capped(name, capped, lift * np.repeat(series.caps, series.capped), look)
    _centres(panel, name, series, series.time, look, centre, joined)


def values(
    panel: Panel,
    name: str,
    series: RunSeries,
    samples: Sequence[np.ndarray],
    look: Look,
    *,
    centre: Centre = median_intervals,
    joined: bool = True,
) -> None:
    """Any finite quantity of runs against x: faint single runs and centres with 95 % intervals."""
    panel.singles(name, *_spread(series.x, samples), look)
    _centres(panel, name, series, samples, look, centre, joined)


def key(panel: Panel, entries: Sequence[tuple[str, Look]], *, at: tuple[float, float], step: float = 0.07) -> None:
    """Short words beside each look, in fractions of the panel from `at` downwards; for where curves leave no room."""
    left, top = at
    where = panel.axes.transAxes
    for place, (words, look) in enumerate(entries):
        y = top - place * step
        panel.axes.plot([left, left + 0.06], [y, y], color=look.colour, linestyle=look.dash, lw=1.2, transform=where)
        mark: Any = {"color": look.colour, "marker": look.marker, "markeredgecolor": "white", "transform": where}
        panel.axes.plot([left + 0.03], [y], **mark)
        panel.text(left + 0.075, y, words, color=look.colour, va="center", transform=where)


def _centres(
    panel: Panel,
    name: str,
    series: RunSeries,
    samples: Sequence[np.ndarray],
    look: Look,
    centre: Centre,
    joined: bool,
) -> None:
    found = centre(series, samples)
    columns = [(item.estimate, item.lower, item.upper) for item in found]
    middle, lower, upper = np.array(columns, dtype=np.float64).reshape(-1, 3).T
    known = np.isfinite(middle)
    panel.points(name, series.x[known], middle[known], look, lower=lower[known], upper=upper[known], joined=joined)


def _spread(x: np.ndarray, samples: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """All single values with their x."""
    places = np.concatenate([np.full(len(item), at) for at, item in zip(x, samples, strict=True)] or [np.zeros(0)])
    return places, np.concatenate([*samples, np.zeros(0)])
