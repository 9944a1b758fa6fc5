"""Distribution functions of run times: measured ones with their bands, and against a law."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.results import Runs
from evo.plots.chart import Chart
from evo.plots.style import FAINT, INK, LOOKS, styled
from evo.statistics import Comparison, ecdf_band, smallest_cap

_WIDE = 30.0  # a ratio of times from which on the axis is logarithmic
_LONGEST = 60


def comparison(result: Comparison) -> Chart:
    """The distribution function of a sample in its band, against that of the law.

    The band has the radius at which the law is refused: the law's line leaves it exactly when the test of the
    distance refuses.

    Args:
        result: what `Runs.compare(law)` gave.

    Returns:
        A chart of one panel; its `figure` is a matplotlib figure.

    Raises:
        ValueError: if the law had no distribution function.
    """
    checks.instance_of("result", result, Comparison, "Pass what runs.compare(law) returned.")
    if result.radius is None or not len(result.grid):
        action = "Print the comparison instead, or compare with a law that has a cdf."
        raise checks.bad_value("result", result, "hold distribution functions; the law offered no cdf", action)
    chart = Chart(["distribution"], width=5.2, height=3.6)
    panel, look = chart.panels[0], LOOKS[1]
    sample, radius = result.sample_cdf, result.radius
    lower, upper = np.maximum(sample - radius, 0.0), np.minimum(sample + radius, 1.0)
    panel.band(f"{result.n} runs", result.grid, sample, lower, upper, look, steps=True)
    panel.line("law", result.grid, result.law_cdf, dash=(0, (4, 2)), steps=True)
    verdict = "DISAGREE" if not result.ok else "do not contradict (cap only)" if result.only_cap else "agree"
    panel.titled(f"{result.n} runs and the law {verdict}", "run time T in steps", "share of runs with T ≤ t")
    _finish(panel, result.grid)
    words = f"{result.n} runs; band ±{radius:.3g},\nfalse alarm {result.false_alarm:.2g}"
    _label(panel, result.grid, lower, 0.35, words, look.colour)
    _label(panel, result.grid, lower, 0.7, "dashed: law", INK)
    _note_cap(panel, result.capped, result.n, result.horizon)
    return chart


def runs(*measured: Runs, confidence: float = 0.95) -> Chart:
    """The distribution function of run times with its band, which holds for the whole function at once.

    Capped runs count in the shares and have no point: the curve then ends below 1, at the smallest cap.

    Args:
        measured: one to four results of `repeat`.
        confidence: of each band.

    Returns:
        A chart of one panel; its `figure` is a matplotlib figure.
    """
    if not 1 <= len(measured) <= len(LOOKS):
        action = "Draw several figures for more."
        raise checks.bad_value("measured", len(measured), f"be 1 to {len(LOOKS)} results of `repeat`", action)
    for item in measured:
        checks.instance_of("measured", item, Runs, "Pass results of evo.repeat.")
    chart = Chart(["distribution"], width=5.2, height=3.6)
    panel = chart.panels[0]
    spans: list[np.ndarray] = []
    for place, (item, look) in enumerate(zip(measured, LOOKS, strict=False)):
        horizon = smallest_cap(item.steps, item.spent)
        band = ecdf_band(item.steps, confidence, horizon=horizon if math.isfinite(horizon) else None)
        name = item.label or f"series {place + 1}"
        if len(band.points):
            panel.band(name, band.points, band.ecdf, band.lower, band.upper, look, steps=True)
            _label(panel, band.points, band.lower, 0.15 * (place + 1), _short(name), look.colour)
            spans.append(band.points)
        _note_cap(panel, item.capped, len(item), horizon, row=place)
    count = " and ".join(str(len(item)) for item in measured)
    title = f"{count} runs, bands of {100 * confidence:g} %"
    panel.titled(title, "run time T in steps", "share of runs with T ≤ t")
    _finish(panel, np.concatenate(spans) if spans else np.array([1.0]))
    return chart


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _finish(panel: Any, times: np.ndarray) -> None:
    with styled():
        panel.axes.set_ylim(-0.02, 1.02)
        positive = times[times > 0]
        if len(positive) and positive.max() > _WIDE * positive.min():
            panel.axes.set_xscale("log")


def _label(panel: Any, x: np.ndarray, edge: np.ndarray, share: float, words: str, colour: str) -> None:
    """Put words to the right of a band, where its lower edge passes `share`."""
    place = min(int(np.searchsorted(edge, share)), len(x) - 1)
    panel.axes.annotate(
        words,
        (float(x[place]), float(edge[place])),
        xytext=(7, -3),
        textcoords="offset points",
        fontsize=8.0,
        color=colour,
        va="top",
        zorder=6,
    )


def _note_cap(panel: Any, capped: int, count: int, horizon: float, row: int = 0) -> None:
    if capped:
        words = f"{capped} of {count} runs capped" + (f", the first at {horizon:g}" if math.isfinite(horizon) else "")
        panel.axes.annotate(
            words,
            (1.0, 0.0),
            xycoords="axes fraction",
            xytext=(-2, 4 + 11 * row),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=8.0,
            color=FAINT,
        )
