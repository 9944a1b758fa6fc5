"""The figure: run times in Witt's unit over the strength and over n, and what is added to the logarithm."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.witt_scaling import exact
from evo.experiments.witt_scaling.cells import CAP, run_cells
from evo.experiments.witt_scaling.config import WittScalingConfig
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"

Runs = dict[Any, RunSeries]


def drawn(table: pl.DataFrame, config: WittScalingConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["strengths", "sizes", "linear term"], width=13.0, height=4.3)
    runs = run_series(table, run_cells(config))
    looks = panels.looks(exact.FUNCTIONS)
    _strengths_panel(chart.panels[0], runs, config, looks)
    _sizes_panel(chart.panels[1], runs, config, looks)
    _linear_panel(chart.panels[2], runs, config, looks)
    return chart


def caption(config: WittScalingConfig) -> str:
    """What the figure shows, and why it is not at the limit."""
    shown = (
        "The (1+1)-EA at strength c on OneMax, on a linear function whose weights are drawn from U(0, 1) anew for each "
        "run, and on BinVal. Points are means with 95 % Student intervals "
        f"({config.least_runs:,} to {config.most_runs:,} runs), the solid line is the exact expectation on OneMax at "
        f"the same n. (a) Over the strength, n = {config.n:,}, in units of (e^c / c) n ln n; dashed: the limit 1. (b) "
        "The same over n at c = 1. (c) E[T] / (e n) - ln n at c = 1; dashed: the limit on OneMax, "
        f"{exact.onemax_linear():.4f}. A run is cut off at {CAP:g} units; a capped run would be an open marker and is "
        "never averaged."
    )
    why = (
        "Why the points lie below 1. The expectation is e n ln n + O(n) at c = 1, so that the quotient in (b) tends to "
        "1 as slowly as 1 / ln n; (c) shows that what is added to ln n stays bounded, and that the weights change this "
        "term only. OneMax is judged against its exact law, the other functions against OneMax, against the bound that "
        "holds for all linear functions, and by the growth with ln n."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _strengths_panel(panel: Panel, runs: Runs, config: WittScalingConfig, looks: dict[str, Look]) -> None:
    panel.titled(f"(a) strengths, $n$ = {config.n:,}", "strength $c$", "run time $T$ / (($e^c/c$) $n$ ln $n$)")
    strengths = np.linspace(config.strengths[0], config.strengths[-1], 61)
    times = [exact.onemax(config.n, float(c))[0] / exact.base(config.n, float(c)) for c in strengths]
    panel.line("exact, OneMax", strengths, times, colour=looks[exact.ONEMAX].colour)
    _points(panel, "c", runs, looks)
    _limit(panel, config.strengths[0], config.strengths[-1])
    panel.axes.set_ylim(0.6, 1.25)
    panels.key(panel, [(name, looks[name]) for name in exact.FUNCTIONS], at=(0.55, 0.95))


def _sizes_panel(panel: Panel, runs: Runs, config: WittScalingConfig, looks: dict[str, Look]) -> None:
    panel.titled("(b) sizes, $c$ = 1", "number of bits $n$", "run time $T$ / (e $n$ ln $n$)")
    sizes = _sizes(config)
    times = [exact.onemax(n, 1.0)[0] / exact.base(n, 1.0) for n in sizes]
    panel.line("exact, OneMax", sizes, times, colour=looks[exact.ONEMAX].colour)
    _points(panel, "n", runs, looks)
    _limit(panel, sizes[0], sizes[-1])
    _logarithmic(panel, config)
    panel.axes.set_ylim(0.8, 1.05)


def _linear_panel(panel: Panel, runs: Runs, config: WittScalingConfig, looks: dict[str, Look]) -> None:
    panel.titled("(c) the linear term, $c$ = 1", "number of bits $n$", "$T$ / (e $n$) $-$ ln $n$")
    sizes = _sizes(config)
    terms = [exact.onemax(n, 1.0)[0] / (math.e * n) - math.log(n) for n in sizes]
    panel.line("exact, OneMax", sizes, terms, colour=looks[exact.ONEMAX].colour)
    limit = exact.onemax_linear()
    panel.line("limit, OneMax", [sizes[0], sizes[-1]], [limit] * 2, dash=panels.FLUID, colour=_GREY)
    for name in exact.FUNCTIONS:
        series = runs["n", name]
        shifted = tuple(item / (math.e * n) - math.log(n) for item, n in zip(series["steps"], series.x, strict=True))
        whole = [bool(np.all(np.isfinite(item))) for item in shifted]
        shown = dataclasses.replace(series, time=shifted).at(whole)
        panels.run_times(panel, name, shown, looks[name], centre=panels.mean_intervals, joined=False, most=0)
    _logarithmic(panel, config)
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.3 * (high - low))
    panels.key(panel, [(name, looks[name]) for name in exact.FUNCTIONS], at=(0.55, 0.95))


def _points(panel: Panel, axis: str, runs: Runs, looks: dict[str, Look]) -> None:
    for name in exact.FUNCTIONS:
        panels.run_times(panel, name, runs[axis, name], looks[name], centre=panels.mean_intervals, joined=False, most=0)


def _limit(panel: Panel, left: float, right: float) -> None:
    panel.line("limit", [left, right], [1.0, 1.0], dash=panels.FLUID, colour=_GREY)


def _logarithmic(panel: Panel, config: WittScalingConfig) -> None:
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(config.sizes[0] * 0.75, config.sizes[-1] * 1.35)


def _sizes(config: WittScalingConfig) -> list[int]:
    return sorted({round(n) for n in np.geomspace(config.sizes[0], config.sizes[-1], 31)})
