"""The figure: the loss above its minimum against iterations and against evaluations."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.past_descent import rows_of
from evo.experiments.past_descent.panels import intervals, name_ends
from evo.experiments.past_descent_least_squares.arms import ARMS, RADIUS
from evo.experiments.past_descent_least_squares.config import PastDescentLeastSquaresConfig
from evo.experiments.past_descent_least_squares.problem import problem
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

Rows = dict[str, dict[str, np.ndarray]]


def drawn(table: pl.DataFrame, config: PastDescentLeastSquaresConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["iterations", "evaluations"], width=12.6, height=4.8)
    rows = rows_of(table)
    _panel(chart.panels[0], "(a) over iterations", "iteration", rows, config, by_evaluations=False)
    _panel(chart.panels[1], "(b) over evaluations of the loss", "evaluations", rows, config, by_evaluations=True)
    return chart


def caption(config: PastDescentLeastSquaresConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    rates = ", ".join(f"{arm.name} {arm.rate:g}" for arm in ARMS if arm.name in config.arms)
    shown = (
        f"Least squares with a biased gradient: |A x - b|^2 / (2 m), m = {config.m:,}, n = {config.n:,}, normal "
        "entries; the biased gradient is g + |g| v with a fixed unit vector v. The setting is that of the published "
        f"demonstration of guided ES. Loss above its minimum, means of {config.runs} runs on one problem with 95 % "
        f"Student's intervals; plain gradient descent with the learning rates {rates}. Perturbations have length "
        f"{RADIUS:g}. (b) counts evaluations of the loss alone; the biased gradient is free."
    )
    why = (
        "Learning rates are those of an earlier measurement and not tuned for each arm: a larger one suits the "
        "orthogonal directions, whose estimates are short, and lets them pass the past directions at 0.2. Following "
        "the biased gradient stops where its error does. The coordinates are those in which the Hessian is diagonal, "
        "which isotropic directions do not notice. Numbers are ours; the full text of the paper on past directions "
        "was not available."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _panel(
    panel: Panel, title: str, x: str, rows: Rows, config: PastDescentLeastSquaresConfig, *, by_evaluations: bool
) -> None:
    panel.titled(title, x, "loss above its minimum")
    panel.logarithmic()
    panel.axes.set_xscale("log")
    times = np.array(config.iterations, dtype=np.float64)
    shown = [arm for arm in ARMS if arm.pairs or not by_evaluations]
    last = 0.0
    ends = []
    for arm in shown:
        if arm.name not in rows:
            continue
        look = LOOKS[ARMS.index(arm) % len(LOOKS)]
        values = [rows[arm.name][f"t={t}"] for t in config.iterations]
        at = times * 2.0 * arm.pairs if by_evaluations else times
        intervals(panel, arm.name, at, values, look, joined=True)
        ends.append((float(np.mean(values[-1])), arm.name, look))
        last = max(last, float(at[-1]))
    gap = problem(config.n, config.m).gap
    panel.axes.axhline(gap, color="#999999", linewidth=0.8, zorder=1)
    panel.text(float(times[0]) * (2.0 if by_evaluations else 1.0), 1.03 * gap, "start", color="#777777", va="bottom")
    panel.axes.set_xlim((1.6 if by_evaluations else 0.8) * times[0], 22.0 * max(last, 1.0))
    panel.axes.set_ylim(top=1.6 * gap)
    name_ends(panel, ends, 1.2 * max(last, 1.0), gap=0.055)
