"""A quantity of runs, such as a normalised run time, against a parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from evo.core import checks
from evo.plots import centres, labels, run_times, scales, tables, theory_lines
from evo.plots.centres import Curve, Point
from evo.plots.chart import Chart
from evo.plots.expressions import Expression
from evo.plots.run_times import confidence_level
from evo.plots.theory_lines import Lines
from evo.plots.words import axis_words, counted

_RESULTS = {"run", "steps", "spent", "evaluations", "hit", "reached", "value"}


def against(
    frame: Any,
    x: str = "n",
    y: str = "steps",
    *,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    centre: Literal["mean", "median"] = "mean",
    confidence: float = 0.95,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw a quantity of runs against a parameter, per series with intervals of its centre.

    Where no run of a cell was capped the centre is the mean of y with Student's interval. Otherwise it is the mean
    of `min(y, cap)`, a half-filled marker named restricted mean, and each capped run is an open marker at its cap.
    Axes are logarithmic where the ratio of the values exceeds 30.

    Args:
        frame: one row per run (polars), as `study.frame()` gives.
        x: an expression of parameters, for example `n`, `c` or `ln n`.
        y: an expression, for example `steps/(n ln n)`; `steps`, `evaluations` and `hit` are unknown where a run was
            capped.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have, for example `{"c": 1.0}`.
        centre: the mean, or the median between two order statistics.
        confidence: of each interval, between 0 and 1.
        line: theory: a function of x, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel; `rows` hold the centres with their kind.

    Raises:
        ValueError: for unknown columns, too many series, cells that would be pooled, or a quantity that is undefined.
        TypeError: for a frame of another library.

    Example:
        >>> import polars
        >>> frame = polars.DataFrame({"n": [10, 10, 20, 20], "steps": [40.0, 60.0, 90.0, 130.0]})
        >>> [(row.x, row.y, row.kind) for row in against(frame).rows]
        [(10.0, 50.0, 'mean'), (20.0, 110.0, 'mean')]
    """
    if centre not in ("mean", "median"):
        raise checks.bad_value("centre", centre, "be 'mean' or 'median'", "Capped runs are handled by either.")
    level = confidence_level(confidence)
    across, quantity = Expression(x), Expression(y)
    known = tables.columns(frame, "frame")
    results = [name for name in across.columns(known, "x") if name in _RESULTS]
    if results:
        allowed = f"be made of parameters; {results[0]} is a result of the runs"
        raise checks.bad_value("x", x, allowed, "Exchange x and y? For recorded rows there is trajectory.")
    quantity.columns(known, "y")
    table = tables.read(frame, argument="frame", by=by, where=where, along=across.names)
    drawn = [_points(series, across, quantity, centre, level) for series in table.series]
    names = [item.words for item in drawn]
    chart = labels.canvas("against", names, theory_lines.names(line))
    panel = chart.panels[0]
    xs = np.unique([point.x for item in drawn for point in item.points if not math.isnan(point.x)])
    marks = centres.draw(panel, drawn, xs)
    marks += theory_lines.draw(panel, line, xs)
    scales.fit(panel, "x", xs, at_values=True)
    scales.fit(panel, "y", np.concatenate([*(item.heights for item in drawn), [mark.y for mark in marks]]), times=True)
    per = f"{counted([point.size for item in drawn for point in item.points], 'run')} per point"
    words = title if title is not None else ": ".join(filter(None, [table.common, per]))
    labels.titled(panel, words, axis_words(across), axis_words(quantity, centres.word(drawn, centre)))
    if len(marks) > 1:
        labels.column(panel, marks)
    labels.note(chart, centres.remarks(drawn, level))
    return chart


def _points(series: tables.Series, across: Expression, quantity: Expression, centre: str, confidence: float) -> Curve:
    """The centre per value of x; a series that does not know x is one point at nan."""
    places = np.broadcast_to(across(series.columns), (len(series),))
    unknown = np.isnan(places)
    if unknown.any() and not unknown.all():
        row = int(np.flatnonzero(unknown)[0])
        got = ", ".join(f"{name} = {series.columns[name][row]:g}" for name in across.columns(series.columns))
        raise checks.bad_value("x", across.text, f"be defined in every row; it is not for {got}", "Use where=.")
    points = []
    for value in [math.nan] if unknown.all() else np.unique(places):
        part = series.rows(unknown if math.isnan(value) else places == value)
        tables.one_cell("frame", part, f"{across.text} = {value:g}")
        points.append(Point.of(float(value), run_times.sample(quantity, part, "y"), centre, confidence))
    return Curve(series.name, series.look, tuple(points))
