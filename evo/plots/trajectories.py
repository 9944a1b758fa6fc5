"""How a quantity of runs, such as the mutation rate, goes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evo.core import checks
from evo.plots import histories, labels, scales, theory_lines
from evo.plots.chart import Chart
from evo.plots.expressions import Expression
from evo.plots.histories import Histories
from evo.plots.spread import Spread, spread
from evo.plots.style import styled
from evo.plots.theory_lines import Lines
from evo.plots.words import ALONG, axis_words, counted


def trajectory(
    records: Any,
    y: str = "rate",
    x: str = "steps",
    *,
    share: float = 0.8,
    singles: int = 3,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw how a quantity goes along: the median, the middle share of the runs, and a few single runs, faint.

    Against `steps` or `evaluations` a run counts with its last row so far as long as it goes on; against another
    quantity, such as `zeros`, with the row at which it got there first. The median is drawn where at least half of
    the runs count. Between two rows a run keeps what the first one says: record often enough.

    Args:
        records: recorded rows (polars), as `study.records()` gives.
        y: an expression of observables, for example `rate`, `n rate` or `offspring`; rows where it is nan do not
            count.
        x: an expression of `steps` or `evaluations`, or of an observable such as `zeros/n`.
        share: of the runs within the band, half of the others below and half above; between 0 and 1.
        singles: how many single runs are drawn per series, the first ones.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have.
        line: theory: a function of x, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel.

    Raises:
        ValueError: for unknown columns, too many series, or no row where y is defined.
        TypeError: for a table of another library.

    Example:
        >>> import polars
        >>> table = {"run": [0, 0, 0], "steps": [0, 1, 2], "rate": [float("nan"), 0.1, 0.2]}
        >>> [(row.x, row.y) for row in trajectory(polars.DataFrame(table), singles=0).rows]
        [(1.0, 0.1), (2.0, 0.2)]
    """
    part = checks.real("share", share, 0, 1, "Pass for example share=0.8.", open_low=True, open_high=True)
    few = checks.integer("singles", singles, 0, "Pass 0 for none.")
    across, quantity = Expression(x), Expression(y)
    found, common = histories.read(records, across, quantity, by, where)
    timed = histories.is_time(across)
    sign = 1.0 if timed else histories.rising([run.x for item in found for run in item.runs], None)
    drawn = [_spread(item, timed, sign, part) for item in found]
    names = [item.series.name for item in found]
    chart = labels.canvas("trajectory", names, theory_lines.names(line))
    panel = chart.panels[0]
    for item in found:
        for run in item.runs[:few]:
            known = np.isfinite(run.y) & np.isfinite(run.x)
            panel.trace(item.series.name, run.x[known], run.y[known], item.series.look, steps=timed)
    marks = []
    for place, (item, curve) in enumerate(zip(found, drawn, strict=True)):
        marks.append(curve.draw(panel, item.series.name, item.series.look, 0.05 + 0.02 * place))
    xs = np.concatenate([item.x for item in drawn])
    marks += theory_lines.draw(panel, line, xs, down=sign < 0)
    scales.fit(panel, "x", xs)
    scales.fit(panel, "y", np.concatenate([[*item.middle, *item.lower, *item.upper] for item in drawn]))
    per = f"{counted([len(item.runs) for item in found], 'run')}{' per series' if len(found) > 1 else ''}"
    words = ": ".join(filter(None, [common, per])) if title is None else title
    labels.titled(panel, words, axis_words(across, times=ALONG), axis_words(quantity, times=ALONG))
    if sign < 0:
        with styled():
            panel.axes.xaxis.set_inverted(True)
    if len(marks) > 1:
        labels.column(panel, marks)
    faint = " Faint: single runs." if few else ""
    rule = "on their way" if timed else "that get there"
    labels.note(chart, f"Median and middle {100 * part:g} % of the runs {rule}, while these are half or more.{faint}")
    return chart


def _spread(item: Histories, timed: bool, sign: float, share: float) -> Spread:
    known = [(run.x[seen], run.y[seen], run.x[-1]) for run in item.runs if (seen := _seen(run)).any()]
    if not known:
        action = "Record the observable more often, for example evo.LogGrid(20, d.rate)."
        raise checks.bad_value("y", f"nan in every row of {item.series.name!r}", "be defined in some row", action)
    everything = np.concatenate([x for x, _, _ in known])
    positive = everything[everything > 0] if timed and (everything > 0).any() else everything
    points = histories.grid(float(positive.min()), float(everything.max()), everything, own=not timed)
    samples = [np.full(len(known), np.nan) for _ in points]
    for column, (x, y, end) in enumerate(known):
        if timed:
            places = np.searchsorted(x, points, side="right") - 1
            allowed = (places >= 0) & (points <= end)
        else:
            places = np.searchsorted(histories.best(x, sign), sign * points, side="left")
            allowed = places < len(x)
        for row, (place, good) in enumerate(zip(places, allowed, strict=True)):
            samples[row][column] = y[place] if good else np.nan
    order = slice(None) if sign > 0 else slice(None, None, -1)
    return spread(points[order], samples[order], share, len(item.runs))


def _seen(run: histories.History) -> np.ndarray:
    return np.isfinite(run.x) & np.isfinite(run.y)
