"""The figure: run times over n^2 against the strength, against s, and against n, with exact expectations."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.leadingones_rates import exact
from evo.experiments.leadingones_rates.cells import run_cells
from evo.experiments.leadingones_rates.config import LeadingOnesRatesConfig
from evo.plots import LOOKS, Chart, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
#: where exact expectations are drawn, besides the points: s with small denominators, whose chains are small
_BETWEEN = (0.75, 1.25, 1.5, *(float(s) for s in range(1, 65)))
_TIME = "run time $T$ / $n^2$"

Runs = dict[Any, RunSeries]


def drawn(table: pl.DataFrame, config: LeadingOnesRatesConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["static", "success", "methods"], width=13.0, height=4.3)
    runs = run_series(table, run_cells(config))
    _static_panel(chart.panels[0], runs, config)
    _success_panel(chart.panels[1], runs, config)
    _methods_panel(chart.panels[2], runs, config)
    return chart


def caption(config: LeadingOnesRatesConfig) -> str:
    """What the figure shows, and what the limits are."""
    shown = (
        "The (1+1)-EA on LeadingOnes. Points are means with 95 % Student intervals "
        f"({config.runs:,} runs, at least {config.success_runs:,} with a success rule), solid lines are exact "
        f"expectations at the same n. (a) Static rates c/n, n = {config.n:,}; dashed: the limit (e^c - 1) / (2 c^2), "
        "smallest at c = 1.594. (b) The success rule p <- F^s p "
        f"if f(y) >= f(x), p <- p / F else, n = {config.n:,}; dashed: (s + 1) / (4 ln(s + 1)), the limit for F = 1 + "
        "o(1), smallest at s = e - 1, where it is e/4; grey: the best static rate. (c) Four methods over n, with their "
        f"limits dashed; that of the success rule includes the factor 1 + s ln(F) / 4 of its F = "
        f"{config.method_factor:g}. Resampled: a mutation without flips is repeated and not counted; "
        "the best rate for a level with at least half the ones is the limit 0 (one flip), where "
        f"{exact.LEAST:g}/n is used."
    )
    why = (
        "Every point is judged against the exact law at the same n and F, not against a limit. A larger F lets the "
        "rate fluctuate: its logarithm has variance s ln(F) / (2 ln(s + 1)), which slows the search down by the factor "
        "1 + s ln(F) / 4 to first order. The exact chain runs over the level and the grid of all rates that occur, "
        "which is finite for rational s. A run is cut off at 30 times its expectation, which practically never "
        "happens; a capped run would be an open marker and is never averaged."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _static_panel(panel: Panel, runs: Runs, config: LeadingOnesRatesConfig) -> None:
    panel.titled(f"(a) static rates $c/n$, $n$ = {config.n:,}", "strength $c$", _TIME)
    strengths = np.linspace(config.strengths[0], config.strengths[-1], 81)
    look = LOOKS[1]
    times = [exact.static(config.n, float(c))[0] / config.n**2 for c in strengths]
    panel.line("exact", strengths, times, colour=look.colour)
    limits = [math.expm1(c) / (2.0 * c * c) for c in strengths]
    panel.line("limit", strengths, limits, dash=panels.FLUID, colour=_GREY)
    panels.run_times(panel, "runs", runs["static"], look, centre=panels.mean_intervals, joined=False, most=0)
    _floor(panel)


def _success_panel(panel: Panel, runs: Runs, config: LeadingOnesRatesConfig) -> None:
    panel.titled(f"(b) success rules, $n$ = {config.n:,}", "$s$", _TIME)
    looks = panels.looks(config.factors)
    fine = np.linspace(config.s[0], config.s[-1], 81)
    panel.line("limit", fine, [exact.limit(float(s)) for s in fine], dash=panels.FLUID, colour=_GREY)
    steps = sorted({*config.s, *(s for s in _BETWEEN if config.s[0] <= s <= config.s[-1])})
    for factor in config.factors:
        look, name = looks[factor], f"F = {factor:g}"
        times = [exact.success(config.n, s, factor)[0] / config.n**2 for s in steps]
        panel.line(f"exact, {name}", steps, times, colour=look.colour)
        series = runs["success", factor]
        panels.run_times(panel, name, series, look, centre=panels.mean_intervals, joined=False, most=0)
    best = min(exact.static(config.n, float(c))[0] for c in np.linspace(1.5, 1.7, 41)) / config.n**2
    panel.line("best static rate", [config.s[0], config.s[-1]], [best, best], dash=panels.LIMIT, colour=_GREY)
    panel.text(config.s[-1], best + 0.008, "best static rate", color=_GREY, va="bottom", ha="right")
    _floor(panel)
    panels.key(panel, [(f"$F$ = {factor:g}", looks[factor]) for factor in config.factors], at=(0.25, 0.95))


def _methods_panel(panel: Panel, runs: Runs, config: LeadingOnesRatesConfig) -> None:
    panel.titled("(c) methods", "number of bits $n$", _TIME)
    methods = exact.methods(config.method_s, config.method_factor)
    looks = panels.looks([method.name for method in methods])
    sizes = sorted({round(n) for n in np.geomspace(config.sizes[0], config.sizes[-1], 17)})
    for method in methods:
        look = looks[method.name]
        times = [method.moments(n)[0] / n**2 for n in sizes]
        panel.line(f"exact, {method.name}", sizes, times, colour=look.colour)
        ends = [sizes[0], sizes[-1]]
        panel.line(f"limit, {method.name}", ends, [method.limit] * 2, dash=panels.FLUID, colour=look.colour)
        series = runs["method", method.name]
        panels.run_times(panel, method.name, series, look, centre=panels.mean_intervals, joined=False, most=0)
    panel.axes.set_xscale("log")
    panel.axes.set_xticks(list(config.sizes), [f"{n:,}" for n in config.sizes])
    panel.axes.set_xticks([], minor=True)
    panel.axes.set_ylim(0.35, 1.22)
    panels.key(panel, [(method.name, looks[method.name]) for method in methods], at=(0.2, 0.96), step=0.065)


def _floor(panel: Panel) -> None:
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(min(low, 0.6), high)
