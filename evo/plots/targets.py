"""How long runs take to reach each value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from evo.core import checks
from evo.core.problems import Sense
from evo.plots import histories, labels, scales, theory_lines
from evo.plots.centres import Curve, Point, word
from evo.plots.chart import Chart, Panel
from evo.plots.expressions import Expression
from evo.plots.histories import Histories
from evo.plots.run_times import TIMES, Centre, Sample, confidence_level
from evo.plots.style import Look, styled
from evo.plots.theory_lines import Lines
from evo.plots.words import REACHING, axis_words, counted

_DOTS = (0, (1, 1.4))
_EQUAL = 1.001  # a ratio of the longest time and a cap up to which they are one


def fixed_target(
    records: Any,
    x: str = "value",
    y: str = "steps",
    *,
    targets: npt.ArrayLike | None = None,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    centre: Literal["mean", "median"] = "mean",
    confidence: float = 0.95,
    sense: Sense | None = None,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw the time that runs take to reach each value for the first time, with intervals of its centre.

    Times are exact for rows of `evo.Improvements`; other recorders see a value at their next row only. A run that
    ended before a value counts as capped there: from then on the mean is that of `min(T, cap)`, dotted (none where
    others were watched for longer), and open markers stand at the caps of the hardest value.

    Args:
        records: recorded rows (polars), as `study.records()` gives: `run`, `steps`, observables, parameters before
            `run`.
        x: an expression of observables, for example `value`, `zeros` or `zeros/n`.
        y: an expression of `steps` or `evaluations`, for example `steps/(n ln n)`.
        targets: values in place of an even grid from the median start to the best value.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have.
        centre: the mean, or the median between two order statistics.
        confidence: of each interval, between 0 and 1.
        sense: whether progress goes up or down; default as the rows go.
        line: theory: a function of the value, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel; `rows` hold the centres with their kind.

    Raises:
        ValueError: for unknown columns, too many series, or a y without a run time.
        TypeError: for a table of another library.

    Example:
        >>> import polars
        >>> table = {"run": [0, 0, 0, 1, 1], "steps": [0, 3, 8, 0, 5], "value": [1, 2, 3, 1, 3]}
        >>> [(row.x, row.y) for row in fixed_target(polars.DataFrame(table)).rows]
        [(1.0, 0.0), (2.0, 4.0), (3.0, 6.5)]
    """
    if centre not in ("mean", "median"):
        raise checks.bad_value("centre", centre, "be 'mean' or 'median'", "Capped runs are handled by either.")
    level = confidence_level(confidence)
    across, quantity = Expression(x), Expression(y)
    if not histories.is_time(quantity):
        raise checks.bad_value("y", y, "be a time: name steps or evaluations", "Exchange x and y?")
    found, common = histories.read(records, across, quantity, by, where)
    sign = histories.rising([run.x for item in found for run in item.runs], sense)
    goals = _goals(found, sign) if targets is None else histories.given("targets", targets)
    goals = goals if sign > 0 else goals[::-1]
    drawn = [_curve(item, goals, sign, quantity, centre, level) for item in found]
    words = [_words(item) for item in drawn]
    chart = labels.canvas("fixed target", words, theory_lines.names(line))
    panel = chart.panels[0]
    marks = [_draw(panel, item, text, 0.05 + 0.02 * place) for place, (item, text) in enumerate(zip(drawn, words))]
    marks += theory_lines.draw(panel, line, goals, down=sign < 0)
    scales.fit(panel, "x", goals)
    scales.fit(panel, "y", np.concatenate([item.heights for item in drawn]), times=True)
    per = f"{counted([len(item.runs) for item in found], 'run')}{' per series' if len(found) > 1 else ''}"
    up = axis_words(quantity, word(drawn, centre), times=REACHING)
    labels.titled(panel, ": ".join(filter(None, [common, per])) if title is None else title, axis_words(across), up)
    if sign < 0:
        with styled():
            panel.axes.xaxis.set_inverted(True)
    if len(marks) > 1:
        labels.column(panel, marks)
    labels.note(chart, _remarks(drawn, level, centre))
    return chart


def _goals(found: Sequence[Histories], sign: float) -> np.ndarray:
    progress = [histories.best(run.x, sign) for item in found for run in item.runs]
    starts = np.sort([values[np.isfinite(values)][0] for values in progress if np.isfinite(values).any()])
    if not len(starts):
        raise checks.bad_value("x", "nan in every row", "be defined", "Record an observable that is.")
    ends = sign * np.array([starts[(len(starts) - 1) // 2], max(values[-1] for values in progress)])
    everything = np.concatenate([item.column("x") for item in found])
    return histories.grid(float(ends.min()), float(ends.max()), everything, own=True)


def _curve(
    item: Histories, goals: np.ndarray, sign: float, quantity: Expression, centre: str, confidence: float
) -> Curve:
    """The centre of the times to each goal."""
    progress = [histories.best(run.x, sign) for run in item.runs]
    zero = dict.fromkeys(TIMES, np.zeros(len(item.series)))
    start = np.broadcast_to(quantity({**item.series.columns, **zero}), (len(item.series),))
    base = float(start.min()) if np.isfinite(start).all() else math.nan
    points = []
    for goal in goals:
        places = [histories.first_place(values, sign * goal) for values in progress]
        ends = np.array([run.y[-1 if at is None else at] for run, at in zip(item.runs, places, strict=True)])
        values = np.where([at is None for at in places], math.inf, ends)
        point = Point.of(float(goal), Sample(values, ends, base), centre, confidence)
        if len(point.caps) and point.top > _EQUAL * point.caps.min() and centre == "mean":
            unknown = Centre(math.nan, math.nan, math.nan, point.centre.kind)
            point = point._replace(centre=unknown)  # horizons that change from value to value make no curve
        points.append(point)
    return Curve(item.series.name, item.series.look, tuple(points))


def _words(curve: Curve) -> str:
    hardest = curve.points[-1]
    return f"{curve.name}, {len(hardest.caps)}/{hardest.size} capped" if len(hardest.caps) else curve.name


def _draw(panel: Panel, curve: Curve, words: str, marks: float) -> labels.Label:
    """The curve: full as long as all runs got there, dotted where its mean is restricted."""
    x = np.array([point.x for point in curve.points])
    y, lower, upper = np.array([point.centre[:3] for point in curve.points], dtype=np.float64).T
    kinds = [point.centre.kind for point in curve.points]
    y, lower, upper = (np.where(np.isfinite(values), values, np.nan) for values in (y, lower, upper))
    full = sum(not kind.startswith("restricted") for kind in kinds)
    known = np.flatnonzero(np.isfinite(y))
    seen, dotted = known[known < full], known[known >= full]
    if len(seen):
        kept = [kinds[place] for place in seen]
        panel.band(curve.name, x[seen], y[seen], lower[seen], upper[seen], curve.look, kind=kept, marks=marks)
    if len(dotted):
        part = np.concatenate([seen[-1:], dotted])  # joined to the full part
        kept, skipped = [kinds[place] for place in part], (len(part) - len(dotted), 0)
        look = Look(curve.look.colour, curve.look.marker, _DOTS)
        panel.band(
            curve.name, x[part], y[part], lower[part], upper[part], look, kind=kept, marks=marks, unwritten=skipped
        )
    hardest = curve.points[-1]
    panel.capped(curve.name, np.full(len(hardest.caps), hardest.x), hardest.caps, curve.look)
    end = (float(x[known[-1]]), float(y[known[-1]])) if len(known) else (math.nan, math.nan)
    return labels.Label(words, curve.look, *end)


def _remarks(drawn: Sequence[Curve], confidence: float, centre: str) -> str:
    method = "Student's t" if centre == "mean" else "order statistics"
    parts = [f"Intervals of {100 * confidence:g} % at each value by itself ({method})."]
    parts.append("A value counts from the first recorded row that shows it.")
    if any(len(curve.points[-1].caps) for curve in drawn):
        parts.append("Open: capped runs at the hardest value.")
        if word(drawn, centre) not in ("", centre):
            parts.append("Dotted: restricted mean, in which times beyond the smallest cap count as that cap.")
    return " ".join(parts)
