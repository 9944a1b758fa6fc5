"""The figure: squared cosines against the noise, and what remains of the gain."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.past_descent import LATE, Orthogonal, Past, ShrunkPast, quotients, rows_of
from evo.experiments.past_descent.panels import intervals, name_ends
from evo.experiments.past_descent_noise.cells import ARMS, cosine_of, walk_cells
from evo.experiments.past_descent_noise.claims import predicted
from evo.experiments.past_descent_noise.config import PastDescentNoiseConfig
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

Rows = dict[str, dict[str, np.ndarray]]
_NAMES = {ShrunkPast: "past, shrunk", Past: "past, plain", Orthogonal: "orthogonal"}


def drawn(table: pl.DataFrame, config: PastDescentNoiseConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["cosines", "gain"], width=10.4, height=4.5)
    rows = rows_of(table)
    _cosine_panel(chart.panels[0], rows, config)
    _gain_panel(chart.panels[1], rows, config)
    return chart


def caption(config: PastDescentNoiseConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    shown = (
        f"Past directions with noisy evaluations, n = {config.n:,}, {config.pairs} pairs, 1 - a^2 = {config.turn:g}; "
        "the noise v is the standard deviation of a directional derivative, in lengths of the gradient. (a) Mean "
        f"squared cosine over the second half of {config.generations} generations, means of {config.runs} runs with "
        "95 % Student's intervals. Lines: the exact mean for orthogonal directions, and with a past the fixed point "
        "of the recursion of the mean. (b) The same over that of orthogonal directions at the same cost."
    )
    why = (
        "The surrogate carries the noise of its own past. Without weights (plain) it loses its gain as soon as P v^2 "
        "exceeds the squared cosine itself; weights c^2 / (c^2 + v^2) keep it longer. The lines with a past neglect "
        "the spread about the mean; it matters where the mean depends steeply on the noise. Shrinking is by squares "
        "that are measured themselves: where noise exceeds them the surrogate is dropped by chance. This model is "
        "ours; it is not known to be in the paper."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _grid(config: PastDescentNoiseConfig) -> np.ndarray:
    return np.linspace(0.0, config.noise[-1], 61)


def _limit(arm: type, config: PastDescentNoiseConfig, noise: float) -> float:
    return predicted(arm, config.n, config.pairs, 0.0 if arm is Orthogonal else cosine_of(config), noise, None)


def _cosine_panel(panel: Panel, rows: Rows, config: PastDescentNoiseConfig) -> None:
    panel.titled(f"(a) $n$ = {config.n:,}, {config.pairs} pairs", "noise $v$", r"$\cos^2$(estimate, gradient)")
    grid, ends = _grid(config), []
    for place, arm in enumerate(ARMS):
        look = LOOKS[place]
        kind = "exact" if arm is Orthogonal else "predicted"
        line = [_limit(arm, config, float(v)) for v in grid]
        panel.line(f"{arm.name}, {kind}", grid, line, colour=look.colour, dash=look.dash)
        points = [cell for cell in walk_cells(config) if cell.series is arm and cell.label in rows]
        intervals(
            panel, arm.name, np.array([cell.x for cell in points]), [rows[cell.label][LATE] for cell in points], look
        )
        height = {ShrunkPast: 0.55, Past: 0.27}.get(arm, 0.005)
        at = 0 if arm is Orthogonal else int(np.argmin(np.abs(np.array(line) - height)))
        ends.append((_NAMES[arm], float(grid[at]), height, look))
    panel.axes.set_ylim(-0.03, 1.03)
    for words, x, y, look in ends:
        panel.text(x + 0.02 * grid[-1], y, words, color=look.colour, va="bottom")


def _gain_panel(panel: Panel, rows: Rows, config: PastDescentNoiseConfig) -> None:
    panel.titled("(b) gain over orthogonal directions", "noise $v$", r"gain in $\cos^2$")
    panel.logarithmic()
    grid, ends = _grid(config), []
    cells = {(cell.series, cell.x): cell for cell in walk_cells(config)}
    for place, arm in enumerate(ARMS[:2]):
        look = LOOKS[place]
        line = [_limit(arm, config, float(v)) / _limit(Orthogonal, config, float(v)) for v in grid]
        panel.line(f"{arm.name}, predicted", grid, line, colour=look.colour, dash=look.dash)
        both = [
            (v, cells[arm, v].label, cells[Orthogonal, v].label)
            for v in config.noise
            if (arm, v) in cells and {cells[arm, v].label, cells[Orthogonal, v].label} <= {*rows}
        ]
        found = [quotients(rows[top][LATE], rows[bottom][LATE], 0.95) for _, top, bottom in both]
        middle, low, high = np.array([(one.estimate, one.lower, one.upper) for one in found]).reshape(-1, 3).T
        x, known = np.array([v for v, _, _ in both]), np.isfinite(middle)
        panel.points(arm.name, x[known], middle[known], look, lower=low[known], upper=high[known])
        ends.append((line[-1], _NAMES[arm], look))
    panel.axes.axhline(1.0, color="#999999", linewidth=0.8, zorder=1)
    panel.axes.set_xlim(-0.02 * grid[-1], 1.4 * grid[-1])
    name_ends(panel, ends, 1.03 * grid[-1], gap=0.06)
