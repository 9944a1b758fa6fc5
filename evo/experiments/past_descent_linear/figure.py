"""The figure: squared cosines over the generations, one panel per number of pairs, with exact means."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.past_descent import MovingAverage, Past, RunningMean, predicted, rows_of
from evo.experiments.past_descent.panels import GREY, intervals, name_ends
from evo.experiments.past_descent_linear.cells import ARMS, walk_cells
from evo.experiments.past_descent_linear.config import PastDescentLinearConfig
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

_SHORT = {
    "past directions": "past directions",
    "Gaussian ES, mean of all": "mean of all",
    "Gaussian ES, moving average": "moving average",
    "guided ES, past as subspace": "guided ES",
    "orthogonal ES": "orthogonal",
    "Gaussian ES": "Gaussian",
}


def drawn(table: pl.DataFrame, config: PastDescentLinearConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart([f"{pairs} pairs" for pairs in config.pairs], width=5.0 * len(config.pairs), height=4.4)
    rows = rows_of(table)
    for place, (panel, pairs) in enumerate(zip(chart.panels, config.pairs, strict=True)):
        _panel(panel, "abcd"[place], pairs, rows, config)
    return chart


def caption(config: PastDescentLinearConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    runs = " / ".join(str(item) for item in config.runs)
    shown = (
        f"Squared cosine between estimate and gradient of a linear function, n = {config.n:,}, every arm with the same "
        f"evaluations per generation. Points: means of {runs} runs with 95 % Student's intervals. Black: the exact "
        "mean with past directions, 1 - (1 - P/n)(1 - (P - 1)/(n - 1))^(t - 1); its band holds 90 % of single runs by "
        "the exact law. Grey: t P / (n + t P - 1), the exact mean for the mean of all Gaussian estimates, and the same "
        "with the effective window of the moving average, which saturates at (1 + b)/(1 - b) = 19 generations; dotted: "
        "P/n and P/(n + P - 1), the exact means of estimates without memory."
    )
    why = (
        "Our own derivation and simulation: the full text of the paper was not available. Up to n/20 pairs the "
        "estimator does not make its random directions orthonormal among themselves, so that none need be stored; it "
        "then finds a share r - r^2 instead of r = (P - 1)/(n - 1) of what is missing (black, dashed), and points "
        "may lie below the exact mean. Guided ES gives half of the variance to the past estimate; it moves towards the "
        "gradient more slowly, since new information is scaled down by about its share alpha / n."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _panel(
    panel: Panel, letter: str, pairs: int, rows: dict[str, dict[str, np.ndarray]], config: PastDescentLinearConfig
) -> None:
    from theory import past_descent

    n, last = config.n, config.generations[-1]
    panel.titled(f"({letter}) {pairs} pairs, $n$ = {n:,}", "generation $t$", r"$\cos^2$(estimate, gradient)")
    times = np.unique(np.rint(np.geomspace(1, last, 40)).astype(int))
    exact = [predicted.past(n, pairs, 1.0, int(t)) for t in times]
    panel.line("past directions, exact", times, exact)
    places = times[:: max(1, len(times) // 16)]
    low, high = np.array([predicted.band(n, pairs, int(t)) for t in places]).T
    panel.shade(places, low, high, LOOKS[0], steps=False)
    streamed = [predicted.streamed(n, pairs, 1.0, int(t)) for t in times]
    if streamed != exact:
        panel.line("past directions, streamed", times, streamed, dash=(0, (5, 2)), width=1.0)
    means = [past_descent.running_mean(n, pairs, int(t)).mean for t in times]
    panel.line("mean of all, exact", times, means, colour=GREY, width=1.0)
    decay = MovingAverage.memory
    moving = [float(past_descent.moving_average(n, pairs, decay=decay, generations=int(t))) for t in times]
    panel.line("moving average, predicted", times, moving, colour=GREY, width=1.0)
    for name, law in (("orthogonal", past_descent.orthonormal), ("Gaussian", past_descent.gaussian)):
        mean = law(n, pairs).mean
        panel.line(f"{name}, exact", [1, last], [mean, mean], colour=GREY, dash=(0, (1, 1.5)), width=1.0)
    ends = []
    for place, arm in enumerate(ARMS):
        cell = next(item for item in walk_cells(config) if item.series == (arm, pairs))
        if cell.label not in rows:
            continue
        values = [rows[cell.label][f"t={t}"] for t in config.generations]
        look = LOOKS[place]
        intervals(panel, arm.name, np.array(config.generations), values, look, joined=arm not in (Past, RunningMean))
        ends.append((float(np.mean(values[-1])), _SHORT[arm.name], look))
    panel.axes.set_xscale("log")
    panel.axes.set_ylim(-0.03, 1.06)
    panel.axes.set_xlim(0.85, 4.2 * last)
    panel.axes.set_xticks(list(config.generations), [str(t) for t in config.generations])
    panel.axes.set_xticks([], minor=True)
    name_ends(panel, ends, 1.12 * last, gap=0.055)
