"""Kaplan-Meier curves: which share of the runs is still on its way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evo.plots import curves
from evo.plots.chart import Chart
from evo.plots.run_times import Sample, survivors
from evo.plots.theory_lines import Lines


def survival(
    frame: Any,
    x: str = "steps",
    *,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    confidence: float = 0.95,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw Kaplan-Meier curves: the shares of runs that are still on their way, with pointwise bounds.

    Caps may differ between runs; each capped run is an open marker on the curve at its cap.

    Args:
        frame: one row per run (polars), as `study.frame()` gives.
        x: an expression, for example `steps` or `steps/(n ln n)`.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have, for example `{"n": 1000}`.
        confidence: of the bounds at one time, between 0 and 1.
        line: theory: a function of the time, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel.

    Raises:
        ValueError: for unknown columns, too many series, cells that would be pooled, or an x that is undefined.
        TypeError: for a frame of another library.

    Example:
        >>> import polars
        >>> frame = polars.DataFrame({"steps": [1.0, 2.0, float("inf"), 4.0], "spent": [1.0, 2.0, 3.0, 4.0]})
        >>> [(row.x, row.y) for row in survival(frame).rows if row.kind == "measured"]
        [(1.0, 0.75), (2.0, 0.5), (3.0, 0.5), (4.0, 0.0)]
    """
    return curves.of_frame(frame, x, by, where, Survival(), confidence, line, title)


class Survival:
    """The share of runs that take longer than t."""

    axis = "share of runs with $T$ > $t$"
    band = "Bounds of {:g} % at each time by itself (beta products)."
    start = 1.0

    def steps(self, of: Sample, confidence: float) -> curves.Steps:
        """The Kaplan-Meier curve, up to the last time at which a run was watched."""
        found = survivors(of, confidence)
        end = float(of.ends.max()) if of.capped else math.inf
        all_left = (((1 - confidence) / 2) ** (1 / len(of.values)), 1.0)  # all n beyond t: p^n is half of the error
        return curves.Steps(found.times, found.survival, found.lower, found.upper, all_left, end)

    def caps(self, of: Sample, drawn: curves.Steps) -> tuple[np.ndarray, np.ndarray]:
        """Each capped run at its cap."""
        ends = np.sort(of.ends[np.isinf(of.values)])
        return ends, drawn.at(ends, 1.0)
