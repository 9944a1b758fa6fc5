"""Step functions of run times in bands: what distribution functions and survival curves share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from evo.plots import labels, run_times, scales, tables, theory_lines
from evo.plots.chart import Chart, Panel
from evo.plots.expressions import Expression
from evo.plots.run_times import Sample, shares
from evo.plots.style import LOOKS, Look, styled
from evo.plots.theory_lines import Lines
from evo.plots.words import axis_words, counted


class Steps(NamedTuple):
    """A right-continuous step function in its band.

    Args:
        x: where it steps, in rising order.
        y: its values from there on.
        lower: lower edge of the band.
        upper: upper edge of the band.
        edge: the band before the first step.
        end: up to where it is known; infinite if everywhere.
    """

    x: np.ndarray
    y: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    edge: tuple[float, float]
    end: float

    def at(self, x: np.ndarray, start: float) -> np.ndarray:
        """The values at x; `start` before the first step."""
        return np.concatenate([[start], self.y])[np.searchsorted(self.x, x, side="right")]


class Kind(Protocol):
    """What is drawn of a sample: its distribution function, or its tail."""

    axis: str
    band: str
    start: float

    def steps(self, of: Sample, confidence: float) -> Steps:
        """The step function."""
        ...

    def caps(self, of: Sample, drawn: Steps) -> tuple[np.ndarray, np.ndarray]:
        """Where open markers stand for capped runs."""
        ...


class Share:
    """The share of runs that take at most t."""

    axis = "share of runs with $T$ ≤ $t$"
    band = "Bands of {:g} % for the whole function (Dvoretzky, Kiefer, Wolfowitz)."
    start = 0.0

    def steps(self, of: Sample, confidence: float) -> Steps:
        """The empirical distribution function, up to the smallest cap."""
        found = shares(of, confidence)
        edge = (0.0, min(found.radius, 1.0))
        return Steps(found.points, found.ecdf, found.lower, found.upper, edge, of.horizon)

    def caps(self, of: Sample, drawn: Steps) -> tuple[np.ndarray, np.ndarray]:
        """One marker where the curve ends: at the smallest cap."""
        ends = np.array([of.horizon] if of.capped else [])
        return ends, drawn.at(ends, 0.0)


def of_frame(
    frame: Any,
    x: str,
    by: Sequence[str],
    where: Mapping[str, Any] | None,
    kind: Kind,
    confidence: float,
    line: Lines,
    title: str | None,
) -> Chart:
    """The curves of a frame with one row per run, one per series."""
    quantity = Expression(x)
    quantity.columns(tables.columns(frame, "frame"), "x")
    table = tables.read(frame, argument="frame", by=by, where=where)
    named = []
    for series in table.series:
        tables.one_cell("frame", series.columns, series.name)
        named.append((series.name, run_times.sample(quantity, series.columns, "x")))
    across = axis_words(quantity)
    chart = draw(named, kind, across, confidence, line)
    sizes = [len(of.values) for _, of in named]
    words = f"{counted(sizes, 'run')}{' per curve' if len(sizes) > 1 else ''}"
    words = ": ".join(filter(None, [table.common, words])) if title is None else title
    labels.titled(chart.panels[0], words, across, kind.axis)
    return chart


def draw(named: Sequence[tuple[str, Sample]], kind: Kind, across: str, confidence: float, line: Lines = None) -> Chart:
    """The curves of named samples."""
    level = run_times.confidence_level(confidence)
    words = [f"{name}{_caps(of)}" for name, of in named]
    chart = labels.canvas("distribution", words, theory_lines.names(line))
    panel = chart.panels[0]
    drawn = [kind.steps(of, level) for _, of in named]
    ends = np.concatenate([of.ends for _, of in named])
    left = min((of.base if math.isfinite(of.base) else float(of.ends.min())) for _, of in named)
    right = float(ends.max())
    marks: list[labels.Label] = []
    wide = scales.is_wide(ends)
    grid = np.geomspace(ends[ends > 0].min(), right, 99) if wide else np.linspace(left, right, 99)
    for place, ((name, of), steps, look, text) in enumerate(zip(named, drawn, LOOKS, words)):
        _curve(panel, name, steps, kind.start, left, right, look, 0.05 + 0.02 * place)
        panel.capped(name, *kind.caps(of, steps), look)
        marks.append(labels.Label(text, look, math.nan, float(steps.at(grid, kind.start).mean())))
    for label in theory_lines.draw(panel, line, ends, steps=True):
        drawn_line = sorted(row[3:5] for row in chart.rows if row.kind == "theory" and row.series == label.words)
        xs, ys = np.array(drawn_line).T
        marks.append(label._replace(x=math.nan, y=float(np.interp(grid, xs, ys).mean())))
    scales.fit(panel, "x", ends, times=True)
    with styled():
        panel.axes.set_ylim(-0.02, 1.02)
    if len(marks) > 1:
        labels.column(panel, marks)
    capped, count = sum(of.capped for _, of in named), sum(len(of.values) for _, of in named)
    remark = f" Open: {capped} of {count} runs capped." if capped else ""
    labels.note(chart, kind.band.format(100 * level) + remark)
    return chart


def _curve(
    panel: Panel, name: str, steps: Steps, start: float, left: float, right: float, look: Look, marks: float
) -> None:
    """Draw from the first step on (from the left if caps come first) to the last one, or to where runs were capped."""
    first, final = (steps.edge, (steps.lower[-1], steps.upper[-1])) if len(steps.x) else (steps.edge, steps.edge)
    begin = float(steps.x[0]) if len(steps.x) and steps.y[0] != start else left
    last = [min(steps.end, right)] if math.isfinite(steps.end) else []
    known = steps.at(np.array(last), start)
    panel.band(
        name,
        np.concatenate([[begin], steps.x, last]),
        np.concatenate([[start], steps.y, known]),
        np.concatenate([[first[0]], steps.lower, [final[0]] * len(last)]),
        np.concatenate([[first[1]], steps.upper, [final[1]] * len(last)]),
        look,
        steps=True,
        marks=marks if len(steps.x) else None,
        unwritten=(1, len(last)),
    )


def _caps(of: Sample) -> str:
    return f", {of.capped}/{len(of.values)} capped" if of.capped else ""
