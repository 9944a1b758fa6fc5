"""The figure: generations against s per size, and what capped runs are left with."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.self_adjusting_lambda.cells import run_cells
from evo.experiments.self_adjusting_lambda.claims import TURNS
from evo.experiments.self_adjusting_lambda.config import N, SelfAdjustingLambdaConfig, shown
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_S = "failures per success $s$"
_DOTS = 10  # single runs drawn per point
_ROW = 1.27  # capped runs of one function above those of another, as a factor of the cap


def drawn(table: pl.DataFrame, config: SelfAdjustingLambdaConfig) -> Chart:
    """The chart of all rows."""
    names = [f"generations n={n}" for n in config.n]
    chart = Chart([*names, "zeros"], width=4.4 * (len(names) + 1), height=4.4)
    looks = panels.looks(config.functions)
    runs = run_series(table, run_cells(config))
    for place, (panel, n) in enumerate(zip(chart.panels, config.n, strict=False)):
        _time_panel(panel, "abcdefgh"[place % 8], n, runs, config, looks)
    _zeros_panel(chart.panels[-1], "bcdefghi"[(len(names) - 1) % 8], runs, config, looks)
    return chart


def caption(config: SelfAdjustingLambdaConfig) -> str:
    """What the figure shows, and how far finite sizes tell of the limit."""
    sizes = " and ".join(f"{runs} runs at n = {n:,}" for n, runs in zip(config.n, config.runs, strict=True))
    shown_here = (
        "The self-adjusting (1,lambda)-EA: standard bit mutation with rate 1/n, lambda starts at 1, is divided by "
        f"F = {config.factor:g} (never below 1) where the best offspring is strictly better than the parent, and "
        f"multiplied by F^(1/s) otherwise; the best offspring always replaces the parent. Left: generations per n "
        f"against s, {sizes} per point. Faint dots are the first {_DOTS} runs, points are medians with 95 % "
        f"order-statistics intervals. Runs cut off at the cap of {config.cap:g} n generations are open markers above "
        "it, one row per function, and are never averaged; where half of them are capped, there is no median. Right: "
        f"the fraction of zero-bits in the last generation of capped runs, n = {config.n[-1]:,}. Dotted lines at n = "
        f"{N}: where an earlier measurement of three runs per s saw the change."
    )
    why = (
        "Why finite n tells of the limit only so far. That every s < 1 is efficient on OneMax and every s >= 18 is not "
        "is proved as n grows; between them the point of change is known from runs alone, and it depends on the "
        "function: OneMax is not the hardest one. A run fails where lambda is stationary at so small a value that "
        "the zero-bits settle at a linear distance from the optimum. At small n it still gets across by chance, and "
        "the change is blurred: the smaller n, the further to the right the medians reach the cap."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown_here, why))


def _time_panel(
    panel: Panel,
    letter: str,
    n: int,
    runs: dict[Any, RunSeries],
    config: SelfAdjustingLambdaConfig,
    looks: dict[str, Look],
) -> None:
    panel.titled(f"({letter}) run time, $n$ = {n:,}", _S, "generations / $n$")
    panel.logarithmic()
    panel.axes.axhline(config.cap, color="#999999", linewidth=0.8, zorder=1)
    lowest = min([1.0, *(float(np.min(time)) for name in config.functions for time in runs[name, n].time)])
    for place, name in enumerate(config.functions):
        series = runs[name, n]
        panels.run_times(panel, shown(name), series, looks[name], lift=_ROW ** (place + 0.8), most=_DOTS)
    if n == N:
        for name, last, first in TURNS:
            if name in config.functions:
                turn = 0.5 * (last + first)
                panel.reference(f"{shown(name)} earlier", turn, dash=panels.LIMIT, colour=_GREY)
                words = " earlier runs"
                upright: dict[str, Any] = {"rotation": 90, "ha": "right", "va": "bottom", "color": _GREY}
                panel.text(turn - 0.02, 0.8 * lowest, words, **upright)
    panel.axes.set_xlim(min(config.s) - 0.1, max(config.s) + 0.1)
    panel.axes.set_ylim(0.8 * lowest, config.cap * _ROW ** (len(config.functions) + 0.8))
    panel.text(min(config.s), config.cap * 1.06, f"capped at {config.cap:g} $n$", va="bottom", color=_GREY)
    entries = [(shown(name), looks[name]) for name in config.functions]
    panels.key(panel, entries, at=(0.03, 0.80))


def _zeros_panel(
    panel: Panel,
    letter: str,
    runs: dict[Any, RunSeries],
    config: SelfAdjustingLambdaConfig,
    looks: dict[str, Look],
) -> None:
    n = config.n[-1]
    panel.titled(f"({letter}) capped runs, $n$ = {n:,}", _S, "fraction of zero-bits at the cap")
    most = 0.5
    for name in config.functions:
        series = runs[name, n]
        series = series.at(series.capped > 0)
        left = [zeros[np.isinf(time)] / n for zeros, time in zip(series["zeros"], series.time, strict=True)]
        most = max([most, *(float(np.max(item)) for item in left)])
        panels.values(panel, shown(name), series, left, looks[name])
    panel.axes.axhline(0.5, color="#999999", linewidth=0.8, zorder=1)
    panel.text(min(config.s), 0.505, "a random string", va="bottom", color=_GREY)
    panel.axes.set_xlim(min(config.s) - 0.1, max(config.s) + 0.1)
    panel.axes.set_ylim(0.0, 1.08 * most)
    panels.key(panel, [(shown(name), looks[name]) for name in config.functions], at=(0.05, 0.34))
