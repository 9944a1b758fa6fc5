"""The figure: log-gain, flips and swaps of accepted steps."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.entropy_compression.cells import HOT, gain_series
from evo.experiments.entropy_compression.claims import EARLIER, EARLIER_GAINS, EARLIER_STRENGTHS
from evo.experiments.entropy_compression.config import EntropyCompressionConfig
from evo.experiments.grids import RunSeries, panels
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_STRENGTH = "mutation strength $c$"


def drawn(table: pl.DataFrame, config: EntropyCompressionConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["gain", "flips", "swaps"], width=13.0, height=4.3)
    series = gain_series(table, config)
    looks = panels.looks(tuple(series))
    _gain_panel(chart.panels[0], series, looks)
    _flips_panel(chart.panels[1], series, looks)
    _swaps_panel(chart.panels[2], series, looks)
    return chart


def caption(config: EntropyCompressionConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    shown = (
        f"The (1+1)-EA with strict acceptance and rate c/n, n = {config.n:,}, {config.runs} runs at each point. "
        f"HotTopic (L = {config.levels:,}, alpha = {config.alpha:g}, beta = {config.beta:g}, eps = {config.eps:g}) at "
        f"strengths where it stagnates, {config.moves} accepted steps per run, {config.spacing} apart, after "
        f"{config.burn_in} n steps; BinVal and linear functions with uniform weights, from uniform starts, while the "
        f"zero-bits fall from {config.density:g} n to {config.until:g} n. Faint dots are runs, points are means with "
        "95 % Student intervals. (a) ln(R / P) of an accepted step from x to y: P its probability, R = a(y) Q(y -> x) "
        "/ b(y) that of the reverse step; a(y) is the probability to improve on y, Q flips each zero-bit of y with "
        "probability 1/k and each one-bit with 1/(n - k), b(y) is the probability that Q leads to a worse string. "
        "Crosses: an earlier measurement, as a bar where it gives a range. (b) Flips of zero-bits (points) and of "
        "one-bits (open circles) per accepted step. (c) Single swaps of a zero-bit with a one-bit at y: the share that "
        "is worse, against the share that is neither better nor equal."
    )
    why = (
        "How far this may be trusted. The published encoding was not available; Q and R are a reconstruction. a(y) and "
        f"b(y) are shares among {config.samples:,} samples each, so that the mean of their logarithms is low by about "
        f"half the relative variance, at most {7 / config.samples:.1g} here. That the gain cannot be positive in "
        "stagnation is a theorem for the long run: a finite run may gain what its end state costs. The gain of "
        "progressing runs depends on the density through ln(k/n), and with it on where a run starts and ends. "
        "Runs on HotTopic that found the optimum before their last sample are left out, and strengths "
        "at which more than half did."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _gain_panel(panel: Panel, series: dict[str, RunSeries], looks: dict[str, Look]) -> None:
    panel.titled("(a) mean log-gain", _STRENGTH, "nats per accepted step")
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    for name, item in series.items():
        panels.values(panel, name, item, item["gain"], looks[name], centre=panels.mean_intervals)
    for c, known in EARLIER.items():
        panel.axes.plot([c], [known["gain"]], "x", color=_GREY, zorder=5)
        panel.mark(f"{HOT}, earlier", "reference", c, known["gain"])
    low, high = EARLIER_GAINS
    for c in EARLIER_STRENGTHS:
        panel.axes.plot([c, c], [low, high], color=_GREY, linewidth=5.0, alpha=0.25, zorder=1)
        panel.mark("BinVal and linear, earlier", "reference", c, 0.5 * (low + high))
    panel.axes.set_ylim(top=0.4)
    panels.key(panel, [(name, looks[name]) for name in series], at=(0.42, 0.28))


def _flips_panel(panel: Panel, series: dict[str, RunSeries], looks: dict[str, Look]) -> None:
    panel.titled("(b) flips of accepted steps", _STRENGTH, "bits per accepted step")
    for name, item in series.items():
        panels.values(panel, f"{name}, gained", item, item["ups"], looks[name], centre=panels.mean_intervals)
        lost = np.array([float(np.mean(values)) for values in item["downs"]])
        style: Any = {"markerfacecolor": "none", "markeredgecolor": looks[name].colour, "markersize": 8}
        panel.axes.plot(item.x, lost, "o", linestyle="none", zorder=5, **style)
        for c, value in zip(item.x, lost, strict=True):
            panel.mark(f"{name}, lost", "measured", float(c), float(value))
    panel.axes.set_ylim(bottom=0.0)
    panels.key(panel, [(name, looks[name]) for name in series], at=(0.5, 0.3))


def _swaps_panel(panel: Panel, series: dict[str, RunSeries], looks: dict[str, Look]) -> None:
    panel.titled("(c) single swaps", "$1 - a_1 -$ share of equal swaps", "$b_1$, share of worse swaps")
    ends = np.array([0.2, 0.85])
    panel.line("identity", ends, ends, colour=_GREY, dash=panels.FLUID)
    for name, item in series.items():
        rest = [float(np.mean(1.0 - a - e)) for a, e in zip(item["better"], item["equal"], strict=True)]
        worse = [float(np.mean(values)) for values in item["worse"]]
        panel.points(name, rest, worse, looks[name])
    panels.key(panel, [(name, looks[name]) for name in series], at=(0.05, 0.93))
