"""The figure: run times over the strength, over n slightly above strength 1, and the slowest function at each n."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, means, panels, run_series
from evo.experiments.monotone_zoo.cells import CAP, LINEAR, functions, run_cells
from evo.experiments.monotone_zoo.config import MonotoneZooConfig
from evo.experiments.po_ea import exact as po_ea
from evo.experiments.witt_scaling import exact
from evo.plots import LOOKS, Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_TOPIC = "HotTopic"
_TOP = 3000.0  # in units of n ln n: lines of the partially ordered EA end here

Runs = dict[Any, RunSeries]


def drawn(table: pl.DataFrame, config: MonotoneZooConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["strengths", "sizes", "slowest"], width=13.0, height=4.3)
    runs = run_series(table, run_cells(config))
    looks: dict[str, Look] = dict(zip((*LINEAR, _TOPIC), LOOKS))
    _strengths_panel(chart.panels[0], runs, config, looks)
    _sizes_panel(chart.panels[1], runs, config, looks)
    _slowest_panel(chart.panels[2], runs, config)
    return chart


def caption(config: MonotoneZooConfig) -> str:
    """What the figure shows, and what it cannot show."""
    settings = ", ".join(f"({alpha:g}, {beta:g}, {eps:g})" for alpha, beta, eps in config.topics)
    shown = (
        "The (1+1)-EA at strength c on monotone functions: OneMax, a linear function with U(0, 1) weights, BinVal, and "
        f"HotTopic with {config.levels} levels and (alpha, beta, eps) = {settings}, one marker for all of them, drawn "
        "side by side; weights and sets are drawn anew for each run. Points are means with 95 % Student intervals "
        f"({config.runs:,} runs). (a) Over the strength at n = {config.n[-1]:,}, in units of n ln n; dashed: e^c / c, "
        f"the limit for linear functions. (b) Over n at c = {config.above:g}; grey: exact expectations of the "
        "partially ordered EA (PO-EA) at c = 1 (solid) and above (dashed), which accepts whatever a monotone "
        "function may. (c) The slowest function of each point, in units of n ln^2 n, the order of the bound. "
        f"A run is cut off at {CAP:g} (e^c / c) n ln n; a capped run would be an open marker and is never averaged."
    )
    why = (
        "The theorem holds for every monotone function and every c up to a constant above 1 that is not stated; "
        "functions chosen by us cannot confirm it, and only a run time that leaves n ln^2 n could speak against it. "
        "The PO-EA shows what acceptance without a fixed function costs: n^(3/2) at c = 1, and exponential times above."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _strengths_panel(panel: Panel, runs: Runs, config: MonotoneZooConfig, looks: dict[str, Look]) -> None:
    panel.titled(f"(a) strengths, $n$ = {config.n[-1]:,}", "strength $c$", "run time $T$ / ($n$ ln $n$)")
    strengths = np.linspace(config.strengths[0], config.strengths[-1], 61)
    panel.line("limit", strengths, [exact.slope(float(c)) for c in strengths], dash=panels.FLUID, colour=_GREY)
    gap = 0.008 * (config.strengths[-1] - config.strengths[0])
    for place, name in enumerate(functions(config)):
        for c in config.strengths:
            series = runs[name, c].at([n == config.n[-1] for n in runs[name, c].x])
            beside = c + (place - 0.5 * (len(functions(config)) - 1)) * gap
            shown = dataclasses.replace(series, x=np.full(len(series.x), beside))
            _points(panel, name, shown, looks)
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.3 * (high - low))
    panels.key(panel, list(looks.items()), at=(0.55, 0.95))


def _sizes_panel(panel: Panel, runs: Runs, config: MonotoneZooConfig, looks: dict[str, Look]) -> None:
    panel.titled(f"(b) sizes, $c$ = {config.above:g}", "number of bits $n$", "run time $T$ / ($n$ ln $n$)")
    for c in (1.0, *(c for c in (1.1, config.above) if c > 1.0)):
        sizes, times = _pessimistic(config, c)
        panel.line(f"exact, PO-EA, c = {c:g}", sizes, times, dash="-" if c == 1.0 else panels.FLUID, colour=_GREY)
        words = f"PO-EA, $c$ = {c:g}" if c == 1.0 else f"{c:g}"
        panel.text(sizes[-1], times[-1] * 1.15, words, color=_GREY, va="bottom", ha="right" if c == 1.0 else "center")
    for place, name in enumerate(functions(config)):
        series = runs[name, config.above]
        beside = 1.0 + 0.025 * (place - 0.5 * (len(functions(config)) - 1))
        _points(panel, name, dataclasses.replace(series, x=series.x * beside), looks)
    top = max(
        float(np.mean(series.time[-1])) for name in functions(config) if len((series := runs[name, config.above]).x)
    )
    if math.isfinite(top):
        words = f"the functions of (a), $c$ = {config.above:g}"
        panel.text(config.n[-1], 1.35 * top, words, va="bottom", ha="right")
    panel.axes.set_xscale("log")
    panel.axes.set_yscale("log")
    panel.axes.set_ylim(1.5, 3.0 * _TOP)


def _slowest_panel(panel: Panel, runs: Runs, config: MonotoneZooConfig) -> None:
    panel.titled("(c) the slowest function", "strength $c$", "run time $T$ / ($n$ ln$^2$ $n$)")
    looks = panels.looks(config.n)
    for n in config.n:
        x, y, low, high = [], [], [], []
        for c in config.strengths:
            found = []
            for name in functions(config):
                series = runs[name, c].at([size == n for size in runs[name, c].x])
                found += means(series, series.time, 0.95)
            if not found or not all(math.isfinite(one.upper) for one in found):
                continue
            worst = max(found, key=lambda one: one.estimate)
            x.append(c)
            for values, value in zip((y, low, high), (worst.estimate, worst.lower, worst.upper), strict=True):
                values.append(value / math.log(n))
        panel.points(f"slowest, n = {n}", x, y, looks[n], lower=low, upper=high, joined=True)
    bottom, top = panel.axes.get_ylim()
    panel.axes.set_ylim(min(0.0, bottom), top + 0.35 * (top - bottom))
    panels.key(panel, [(f"$n$ = {n:,}", looks[n]) for n in config.n], at=(0.6, 0.95))


def _points(panel: Panel, name: str, series: RunSeries, looks: dict[str, Look]) -> None:
    look = looks.get(name, looks[_TOPIC])
    panels.run_times(panel, name, series, look, centre=panels.mean_intervals, joined=False, most=0)


def _pessimistic(config: MonotoneZooConfig, strength: float) -> tuple[list[int], list[float]]:
    sizes, times = [], []
    for n in sorted({round(n) for n in np.geomspace(50, config.n[-1], 41)}):
        time = po_ea.mean(po_ea.PROCESSES[0], n, strength) / (n * math.log(n))
        if time > _TOP:
            break
        sizes.append(n)
        times.append(time)
    return sizes, times
