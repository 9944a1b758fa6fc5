"""The figure: squared cosines over the generations, and the gain over orthogonal directions against the angle."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.grids import panels
from evo.experiments.past_descent import LATE, Orthogonal, Past, predicted, quotients, rows_of
from evo.experiments.past_descent.panels import GREY, intervals, name_ends
from evo.experiments.past_descent_drift.cells import cosine_of, walk_cells
from evo.experiments.past_descent_drift.config import PastDescentDriftConfig
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

Rows = dict[str, dict[str, np.ndarray]]


def drawn(table: pl.DataFrame, config: PastDescentDriftConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["generations", "gain"], width=10.4, height=4.5)
    rows = rows_of(table)
    _generations_panel(chart.panels[0], rows, config)
    _gain_panel(chart.panels[1], rows, config)
    return chart


def caption(config: PastDescentDriftConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    shown = (
        f"Past directions while the gradient turns, n = {config.n:,}: between generations its direction changes by a "
        "fixed angle, into a random direction each time; a is the cosine of the angle. (a) Squared cosine between "
        f"estimate and gradient with {config.pairs[-1]} pairs: means of {config.runs} runs with 95 % Student's "
        "intervals, lines are the exact means of this model. (b) Mean squared cosine over the second half of "
        f"{config.generations} generations, divided by that of orthogonal directions with as many evaluations; lines: "
        "the exact gain; dashed: 1 / (1 - a^2), which no number of pairs exceeds."
    )
    why = (
        "The gain is about 1 / (r + 1 - a^2), r = (P - 1)/(n - 1): with few pairs it can be large, but the gradient "
        "must then stay for long. A gradient perpendicular to the last one leaves no gain, and costs nothing. Up to "
        "n/20 pairs the estimator streams its random directions, so that points may lie a little below the lines. "
        "Model and formulas are our derivation; the full text of the paper was not available."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _generations_panel(panel: Panel, rows: Rows, config: PastDescentDriftConfig) -> None:
    pairs = config.pairs[-1]
    panel.titled(f"(a) {pairs} pairs, $n$ = {config.n:,}", "generation $t$", r"$\cos^2$(estimate, gradient)")
    times = np.unique(np.rint(np.geomspace(1, config.generations, 50)).astype(int))
    ends = []
    chosen = config.turns[:: max(1, -(-len(config.turns) // 5))]
    for place, turn in enumerate(chosen):
        look = LOOKS[place % len(LOOKS)]
        exact = [predicted.past(config.n, pairs, cosine_of(turn), int(t)) for t in times]
        panel.line(f"exact, 1 - a^2 = {turn:g}", times, exact, colour=look.colour)
        cell = next(item for item in walk_cells(config) if item.series == (Past, pairs) and item.x == turn)
        if cell.label in rows:
            values = [rows[cell.label][f"t={t}"] for t in cell.kept]
            intervals(panel, f"1 - a^2 = {turn:g}", np.array(cell.kept), values, look)
        ends.append((exact[-1], f"$1 - a^2 = {turn:g}$", look))
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(0.85, 6.0 * config.generations)
    panel.axes.set_ylim(-0.03, 1.06)
    ticks = [t for t in (1, 10, 100, 1000) if t <= config.generations]
    panel.axes.set_xticks(ticks, [str(t) for t in ticks])
    panel.axes.set_xticks([], minor=True)
    name_ends(panel, ends, 1.2 * config.generations, gap=0.055)


def _gain_panel(panel: Panel, rows: Rows, config: PastDescentDriftConfig) -> None:
    from theory import past_descent

    panel.titled("(b) gain over orthogonal directions", r"squared sine of the angle, $1 - a^2$", "gain in $\\cos^2$")
    panel.logarithmic()
    panel.axes.set_xscale("log")
    turns = np.geomspace(config.turns[0], config.turns[-1], 60)
    cells = walk_cells(config)
    entries = []
    for place, pairs in enumerate(config.pairs):
        look = LOOKS[place]
        exact = [float(past_descent.gain(config.n, pairs, cosine=cosine_of(min(1.0, float(x))))) for x in turns]
        panel.line(f"exact, {pairs} pairs", turns, exact, colour=look.colour)
        plain = next(item for item in cells if item.series == (Orthogonal, pairs))
        points = [item for item in cells if item.series == (Past, pairs) and item.label in rows]
        if plain.label in rows and points:
            found = [quotients(rows[item.label][LATE], rows[plain.label][LATE], 0.95) for item in points]
            middle, low, high = np.array([(one.estimate, one.lower, one.upper) for one in found]).T
            x, known = np.array([item.x for item in points]), np.isfinite(middle)
            panel.points(f"{pairs} pairs", x[known], middle[known], look, lower=low[known], upper=high[known])
        entries.append((f"{pairs} pairs", look))
    panel.line("1 / (1 - a^2)", turns, 1.0 / turns, colour=GREY, dash=panels.FLUID, width=1.0)
    panel.axes.set_ylim(0.7, 1.6 * max(config.n / config.pairs[0], 2.0))
    at = float(turns[28])
    panel.text(1.15 * at, 1.0 / at, r"$1/(1 - a^2)$", color=GREY, va="bottom")
    panel.axes.axhline(1.0, color="#999999", linewidth=0.8, zorder=1)
    panels.key(panel, entries, at=(0.05, 0.18))
