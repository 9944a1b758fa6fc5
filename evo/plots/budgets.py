"""Which value runs reach within each budget."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from evo.core import checks
from evo.core.problems import Sense
from evo.plots import histories, labels, scales, theory_lines
from evo.plots.chart import Chart
from evo.plots.expressions import Expression
from evo.plots.histories import Histories
from evo.plots.spread import Spread, spread
from evo.plots.theory_lines import Lines
from evo.plots.words import BUDGET, axis_words, counted


def fixed_budget(
    records: Any,
    x: str = "steps",
    y: str = "value",
    *,
    budgets: npt.ArrayLike | None = None,
    share: float = 0.8,
    by: Sequence[str] = ("algorithm",),
    where: Mapping[str, Any] | None = None,
    sense: Sense | None = None,
    line: Lines = None,
    title: str | None = None,
) -> Chart:
    """Draw the best value that runs reached within each budget: the median, and the middle share of the runs.

    A run that ended with the best final value of its series keeps it for larger budgets. Of any other run nobody
    knows how it would have gone on: the curve stops at the first budget at which such a run had ended.

    Args:
        records: recorded rows (polars), as `study.records()` gives.
        x: an expression of `steps` or `evaluations`.
        y: an expression of observables, for example `value` or `zeros/n`.
        budgets: budgets in place of a grid up to the longest run.
        share: of the runs within the band, half of the others below and half above; between 0 and 1.
        by: columns that tell series apart; further parameters that vary do so too. At most eight series.
        where: values, or lists of values, that columns must have.
        sense: whether progress goes up or down; default as the rows go.
        line: theory: a function of the budget, a pair of arrays, or a mapping of names to these.
        title: in place of the words above the panel.

    Returns:
        A chart of one panel.

    Raises:
        ValueError: for unknown columns, too many series, or an x without a time.
        TypeError: for a table of another library.

    Example:
        >>> import polars
        >>> table = {"run": [0, 0, 0, 1, 1], "steps": [0, 3, 8, 0, 5], "value": [1, 2, 3, 1, 3]}
        >>> rows = fixed_budget(polars.DataFrame(table), budgets=[0, 4, 9]).rows
        >>> [(row.x, row.lower, row.upper) for row in rows]
        [(0.0, 1.0, 1.0), (4.0, 1.0, 2.0), (9.0, 3.0, 3.0)]
    """
    part = checks.real("share", share, 0, 1, "Pass for example share=0.8.", open_low=True, open_high=True)
    budget, quantity = Expression(x), Expression(y)
    if not histories.is_time(budget):
        raise checks.bad_value("x", x, "be a time: name steps or evaluations", "Exchange x and y?")
    found, common = histories.read(records, budget, quantity, by, where)
    sign = histories.rising([run.y for item in found for run in item.runs], sense)
    points = _budgets(found) if budgets is None else histories.given("budgets", budgets)
    drawn = [_spread(item, points, sign, part) for item in found]
    names = [item.series.name for item in found]
    chart = labels.canvas("fixed budget", names, theory_lines.names(line))
    panel = chart.panels[0]
    marks = []
    for place, (item, curve) in enumerate(zip(found, drawn, strict=True)):
        marks.append(curve.draw(panel, item.series.name, item.series.look, 0.05 + 0.02 * place))
    marks += theory_lines.draw(panel, line, points)
    scales.fit(panel, "x", points)
    scales.fit(panel, "y", np.concatenate([[*item.middle, *item.lower, *item.upper] for item in drawn]))
    per = f"{counted([len(item.runs) for item in found], 'run')}{' per series' if len(found) > 1 else ''}"
    words = ": ".join(filter(None, [common, per])) if title is None else title
    labels.titled(panel, words, axis_words(budget, times=BUDGET), axis_words(quantity, "best so far"))
    if len(marks) > 1:
        labels.column(panel, marks)
    labels.note(chart, f"Median and middle {100 * part:g} % of the runs.{_remark(found, sign)}")
    return chart


def _budgets(found: Sequence[Histories]) -> np.ndarray:
    everything = np.concatenate([item.column("x") for item in found])
    positive = everything[everything > 0]
    if not len(positive):
        return np.unique(everything)
    return histories.grid(float(positive.min()), float(positive.max()), everything)


def _remark(found: Sequence[Histories], sign: float) -> str:
    """How many runs ended, capped or not, before they had the best value, and how they count."""
    short, total = sum(len(_short(item, sign)) for item in found), sum(len(item.runs) for item in found)
    if not short:
        return ""
    best = "the best value of their series" if len(found) > 1 else "the best value"
    which = "each curve stops where its first such run" if len(found) > 1 else "the curve stops where the first of them"
    return f" {short} of {counted([total], 'run')} ended without {best}; {which} ended."


def _short(item: Histories, sign: float) -> list[float]:
    """Where the runs ended that never had the best value of all."""
    last = [histories.best(run.y, sign)[-1] for run in item.runs]
    goal = max(last)
    return [float(run.x[-1]) for run, value in zip(item.runs, last, strict=True) if value < goal]


def _spread(item: Histories, budgets: np.ndarray, sign: float, share: float) -> Spread:
    progress = [histories.best(run.y, sign) for run in item.runs]
    points = budgets[budgets <= min(_short(item, sign), default=math.inf)]
    rows = []
    for budget in points:
        places = [int(np.searchsorted(run.x, budget, side="right")) - 1 for run in item.runs]
        rows.append(np.array([values[at] if at >= 0 else np.nan for values, at in zip(progress, places, strict=True)]))
    return spread(points, [sign * np.where(np.isinf(values), np.nan, values) for values in rows], share, len(item.runs))
