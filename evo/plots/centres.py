"""Series of centres of run times: means where nothing is capped, otherwise restricted means and open markers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evo.plots import run_times
from evo.plots.chart import Panel
from evo.plots.labels import Label
from evo.plots.run_times import Centre, Sample
from evo.plots.style import Look

_METHODS = {"mean": "Student's t", "restricted": "Student's t", "median": "order statistics"}
_ASIDE = 6.0  # points between the open markers of neighbouring series


class Point(NamedTuple):
    """The runs of one cell.

    Args:
        x: where they stand; nan if the series does not depend on x.
        centre: of their run times.
        size: how many there are.
        caps: where capped runs were capped.
        top: the largest time seen.
    """

    x: float
    centre: Centre
    size: int
    caps: np.ndarray
    top: float

    @classmethod
    def of(cls, x: float, sample: Sample, centre: str, confidence: float) -> Point:
        """The centre of a sample: its mean or its median."""
        found = run_times.mean(sample, confidence) if centre == "mean" else run_times.median(sample, confidence)
        caps = sample.ends[np.isinf(sample.values)]
        return cls(x, found, len(sample.values), caps, float(sample.ends.max()))


@dataclass(frozen=True)
class Curve:
    """One series."""

    name: str
    look: Look
    points: tuple[Point, ...]

    @property
    def capped(self) -> int:
        """How many runs were capped."""
        return sum(len(point.caps) for point in self.points)

    @property
    def words(self) -> str:
        """The label: the name, and how many runs were capped."""
        runs = sum(point.size for point in self.points)
        return f"{self.name}, {self.capped}/{runs} capped" if self.capped else self.name

    @property
    def heights(self) -> np.ndarray:
        """All centres and caps."""
        return np.concatenate([[point.centre.estimate for point in self.points], *(item.caps for item in self.points)])


def draw(panel: Panel, curves: Sequence[Curve], xs: np.ndarray) -> list[Label]:
    """Draw the series and return their labels; one that does not depend on x is a level across all of `xs`."""
    return [
        _draw_curve(panel, curve, xs, _ASIDE * (place - (len(curves) - 1) / 2)) for place, curve in enumerate(curves)
    ]


def word(curves: Sequence[Curve], centre: str) -> str:
    """The centre's name for an axis, which says where it is restricted."""
    drawn = [point.centre for curve in curves for point in curve.points if math.isfinite(point.centre.estimate)]
    restricted = sorted({found.kind.startswith("restricted") for found in drawn})
    words = {"": "", "0": centre, "1": "restricted mean", "01": "(restricted) mean"}
    return words["".join(str(int(item)) for item in restricted)]


def remarks(curves: Sequence[Curve], confidence: float) -> str:
    """What intervals, open and half-filled markers mean."""
    centres = [point.centre for curve in curves for point in curve.points]
    methods = sorted({_METHODS[item.kind.split(" ")[0]] for item in centres if math.isfinite(item.lower)})
    parts = [f"Intervals of {100 * confidence:g} % ({', '.join(methods)})."] if methods else []
    capped = sum(curve.capped for curve in curves)
    if capped:
        runs = sum(point.size for curve in curves for point in curve.points)
        parts.append(f"Open: {capped} of {runs} runs, capped, at their caps.")
    if any(centre.kind.startswith("restricted") and math.isfinite(centre.estimate) for centre in centres):
        parts.append("Half-filled: restricted mean, in which times beyond the smallest cap count as that cap.")
    if any(math.isfinite(centre.lower) and centre.upper == math.inf for centre in centres):
        parts.append("Arrow: no upper bound.")
    return " ".join(parts)


def _draw_curve(panel: Panel, curve: Curve, xs: np.ndarray, aside: float) -> Label:
    points = list(curve.points)
    if math.isnan(points[0].x):
        ends = (float(xs.min()), float(xs.max())) if len(xs) else (0.0, 1.0)
        points = [points[0]._replace(x=ends[0], caps=points[0].caps[:0]), points[0]._replace(x=ends[1])]
    x, top = np.array([point.x for point in points]), np.array([point.top for point in points])
    estimate, lower, upper = np.array([point.centre[:3] for point in points], dtype=np.float64).T
    kinds = np.array([point.centre.kind for point in points])
    known, bounded = np.isfinite(estimate), np.isfinite(lower) & np.isfinite(upper)
    if np.count_nonzero(known & bounded) > 1:
        panel.shade(x, np.where(bounded, lower, np.nan), np.where(bounded, upper, np.nan), curve.look, steps=False)
    panel.points(
        curve.name,
        x[known],
        estimate[known],
        curve.look,
        lower=lower[known],
        upper=upper[known],
        joined=True,
        kind=kinds[known].tolist(),
        half=np.char.startswith(kinds[known], "restricted"),
    )
    rising = np.isfinite(lower) & (upper == math.inf)
    panel.endless(curve.name, x[rising], lower[rising], top[rising], curve.look)
    caps = [np.full(len(point.caps), point.x) for point in points], [point.caps for point in points]
    panel.capped(curve.name, np.concatenate(caps[0]), np.concatenate(caps[1]), curve.look, aside=aside)
    last = int(np.flatnonzero(known)[-1]) if known.any() else None
    end = (math.nan, math.nan) if last is None else (float(x[last]), float(estimate[last]))
    return Label(curve.words, curve.look, *end)
