"""What the panels of these experiments share: points with intervals, and names beside the ends of curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evo.experiments.past_descent.measures import mean
from evo.plots import Look, Panel

GREY = "#777777"
_CONFIDENCE = 0.95


def intervals(
    panel: Panel, name: str, x: np.ndarray, values: Sequence[np.ndarray], look: Look, *, joined: bool = False
) -> None:
    """Means of runs with 95 % Student's intervals, at the points where there are two runs at least."""
    found = [mean(item, _CONFIDENCE) for item in values]
    middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in found]).reshape(-1, 3).T
    known = np.isfinite(middle)
    panel.points(name, x[known], middle[known], look, lower=lower[known], upper=upper[known], joined=joined)


def name_ends(panel: Panel, ends: Sequence[tuple[float, str, Look]], x: float, *, gap: float) -> None:
    """Names in the colours of their curves at the given heights, moved apart to at least `gap` in the panel's unit."""
    low, high = panel.axes.get_ylim()
    logarithmic = panel.axes.get_yscale() == "log"
    scale = np.log if logarithmic else np.asarray
    bottom, top = float(scale(low)), float(scale(high))
    wanted = sorted((max(bottom, float(scale(y))), words, look) for y, words, look in ends)
    places: list[float] = []
    step = gap * (top - bottom)
    for y, _, _ in wanted:
        places.append(y if not places else max(y, places[-1] + step))
    over = max(0.0, places[-1] - (top - 0.5 * step)) if places else 0.0
    for index in range(len(places) - 1, -1, -1):
        ceiling = places[index + 1] - step if index + 1 < len(places) else places[index] - over
        places[index] = min(places[index], ceiling)
    for place, (_, words, look) in zip(places, wanted, strict=True):
        y = float(np.exp(place)) if logarithmic else place
        panel.text(x, y, words, color=look.colour, va="center")
