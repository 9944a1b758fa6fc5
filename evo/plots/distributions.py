"""Distribution functions of run times: measured ones with their bands, and against a law."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.results import Runs
from evo.plots import curves, labels, scales
from evo.plots.chart import Chart
from evo.plots.run_times import Sample
from evo.plots.style import FAINT, INK, LOOKS, styled
from evo.plots.theory_lines import Lines
from evo.statistics import Comparison


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
    panel.titled(f"{result.n} runs and the law {verdict}", "run time $T$ in steps", curves.Share.axis)
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
        measured: one to eight results of `repeat`.
        confidence: of each band.

    Returns:
        A chart of one panel; its `figure` is a matplotlib figure.
    """
    if not 1 <= len(measured) <= len(LOOKS):
        action = "Draw several figures for more."
        raise checks.bad_value("measured", len(measured), f"be 1 to {len(LOOKS)} results of `repeat`", action)
    for item in measured:
        checks.instance_of("measured", item, Runs, "Pass results of evo.repeat.")
    named = []
    for place, item in enumerate(measured):
        spent = np.where(np.isfinite(item.steps), item.steps, item.spent)
        named.append((item.label or f"series {place + 1}", Sample(item.steps, spent, 0.0)))
    chart = curves.draw(named, curves.Share(), "run time $T$ in steps", confidence)
    count = " and ".join(str(len(item)) for item in measured)
    alone = f"{measured[0].label}: " if len(measured) == 1 and measured[0].label else ""
    labels.titled(chart.panels[0], f"{alone}{count} runs", "run time $T$ in steps", curves.Share.axis)
    return chart


def distribution(
    frame: Any,
    x: str = "steps",
    *,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    confidence: float = 0.95,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw the distribution functions of run times with bands that hold for the whole function at once.

    Capped runs count in the shares and have no point: the curve then ends below 1, at the smallest cap, with an open
    marker. The bands are those of Dvoretzky, Kiefer, Wolfowitz and Massart.

    Args:
        frame: one row per run (polars), as `study.frame()` gives.
        x: an expression, for example `steps` or `steps/(n ln n)`.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have, for example `{"n": 1000}`.
        confidence: of each band, between 0 and 1.
        line: theory: a function of the time, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel.

    Raises:
        ValueError: for unknown columns, too many series, cells that would be pooled, or an x that is undefined.
        TypeError: for a frame of another library.

    Example:
        >>> import polars
        >>> frame = polars.DataFrame({"steps": [3.0, 1.0, 4.0, 1.0]})
        >>> [(row.x, row.y) for row in distribution(frame).rows]
        [(1.0, 0.5), (3.0, 0.75), (4.0, 1.0)]
    """
    return curves.of_frame(frame, x, by, where, curves.Share(), confidence, line, title)


def _finish(panel: Any, times: np.ndarray) -> None:
    scales.fit(panel, "x", times[times > 0])
    with styled():
        panel.axes.set_ylim(-0.02, 1.02)


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
