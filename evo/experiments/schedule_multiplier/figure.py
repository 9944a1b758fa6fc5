"""The figure: run times against the multiplier per function, and the sharper statistic."""

from __future__ import annotations

import math
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.schedule_multiplier.cells import run_cells
from evo.experiments.schedule_multiplier.claims import best, statistic
from evo.experiments.schedule_multiplier.config import ScheduleMultiplierConfig, shown
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_C = "multiplier $c$ of the rate $c \\,\\ln(t) / t$"


def drawn(table: pl.DataFrame, config: ScheduleMultiplierConfig) -> Chart:
    """The chart of all rows."""
    names = [f"run time {function}" for function in config.functions]
    chart = Chart([*names, "statistic"], width=4.8 * (len(names) + 1), height=4.5)
    runs, looks = run_series(table, run_cells(config)), panels.looks(config.n)
    known = [one for one in _all_means(runs) if np.isfinite(one.upper - one.lower)]
    limit = _limit(config)[1]
    highest = max([float(limit.max()), *(1.06 * one.upper for one in known)])
    lowest = min([float(limit.min()), *(0.94 * one.lower for one in known)])
    for place, (panel, function) in enumerate(zip(chart.panels, config.functions, strict=False)):
        _time_panel(panel, "abc"[place], function, runs, config, looks)
        panel.axes.set_ylim(lowest, highest)
        _axis(panel, config)
    _statistic_panel(chart.panels[-1], "bcd"[len(names) - 1], runs, config, looks)
    return chart


def caption(config: ScheduleMultiplierConfig) -> str:
    """What the figure shows, and how far finite sizes tell of the limit."""
    sizes = ", ".join(f"{runs} at n = {n:,}" for n, runs in zip(config.n, config.runs, strict=True))
    shown_here = (
        "The (1+1)-EA with rate min(1/2, c ln(t) / t) in step t, whatever the number n of relevant bits. Left: mean "
        f"run times in units of n ln n on {' and '.join(map(shown, config.functions))}, with 95 % Student's intervals; "
        f"runs per point: {sizes}. Grey: where S_n(T), the sum over t ≤ T of p_t (1 - p_t)^(n - 1), reaches ln n - 1; "
        "dashed, the limit x(c) as n grows, from c E_1(c / x) = 1; it is smallest, "
        f"3.552, at c = 1.5447. Right: S_n(T) - ln n on {shown(config.functions[-1])}, each c with its own rates."
    )
    why = (
        "Why finite n tells of the limit only so far. The limit neglects the O(1) in S_n(T) = ln n + O(1), and terms "
        "of the order 1 / ln n in S_n itself, together some ten per cent at these n. They lower the curves at small c, "
        "raise them at large c, and move the best multiplier to the left of 1.5447. The solid curve, which knows "
        "nothing of the function but an O(1) of -1, is already close to the runs on BinVal: on the right that O(1) "
        "hardly depends on c or n. On OneMax high rates at first help besides."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown_here, why))


def _all_means(runs: dict[Any, RunSeries]) -> list[Any]:
    return [one for series in runs.values() for one in panels.mean_intervals(series, series.time)]


def _time_panel(
    panel: Panel,
    letter: str,
    function: str,
    runs: dict[Any, RunSeries],
    config: ScheduleMultiplierConfig,
    looks: dict[int, Look],
) -> None:
    panel.titled(f"({letter}) {shown(function)}", _C, r"mean run time $T\,/\,(n \ln n)$")
    for n in config.n:
        series = runs[function, n]
        _intervals(panel, n, series, series.time, looks[n])
    x, y = _limit(config)
    panel.line("limit x(c)", x, y, colour=_GREY, dash=panels.FLUID, width=1.0)
    largest = config.n[-1]
    panel.line(f"S_n(T) = ln n - 1, n = {largest}", *_predicted(config), colour=_GREY, width=1.0)
    entries = [(f"$n$ = {n:,}", looks[n]) for n in config.n]
    entries += [
        (f"$S_n(T) = \\ln n - 1$, $n$ = {largest:,}", Look(_GREY, "", "-")),
        ("limit $x(c)$", Look(_GREY, "", panels.FLUID)),
    ]
    panels.key(panel, entries, at=(0.33, 0.97), step=0.055)


def _statistic_panel(
    panel: Panel, letter: str, runs: dict[Any, RunSeries], config: ScheduleMultiplierConfig, looks: dict[int, Look]
) -> None:
    function = config.functions[-1]
    panel.titled(f"({letter}) {shown(function)}, in the time of the schedule", _C, r"$S_n(T) - \ln n$")
    for n in config.n:
        series = runs[function, n]
        _intervals(panel, n, series, statistic(series, n), looks[n])
    bottom, _ = panel.axes.get_ylim()
    panel.axes.set_ylim(min(bottom, -2.2), 0.2)
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    _axis(panel, config)
    panels.key(panel, [(f"$n$ = {n:,}", looks[n]) for n in config.n], at=(0.6, 0.2), step=0.055)


def _intervals(panel: Panel, n: int, series: RunSeries, values: Any, look: Look) -> None:
    found = panels.mean_intervals(series, values)
    middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in found]).reshape(-1, 3).T
    known = np.isfinite(middle)
    panel.points(f"n = {n}", series.x[known], middle[known], look, lower=lower[known], upper=upper[known], joined=True)


def _axis(panel: Panel, config: ScheduleMultiplierConfig) -> None:
    low, high = min(config.multipliers), max(config.multipliers)
    panel.axes.set_xlim(low - 0.15, high + 0.15)
    panel.reference("best in the limit", best(), dash=panels.LIMIT, colour=_GREY)
    words: dict[str, Any] = {"rotation": 90, "ha": "right", "va": "top", "color": _GREY}
    panel.text(best() - 0.03, panel.axes.get_ylim()[1], "best in the limit", **words)


@cache
def _limit(config: ScheduleMultiplierConfig) -> tuple[np.ndarray, np.ndarray]:
    from theory import hidden_subset

    x = np.linspace(min(config.multipliers), max(config.multipliers), 61)
    return x, np.array([float(hidden_subset.limit(float(c))) for c in x])


@cache
def _predicted(config: ScheduleMultiplierConfig) -> tuple[np.ndarray, np.ndarray]:
    from theory import hidden_subset

    n, x = config.n[-1], _limit(config)[0]
    steps = [float(hidden_subset.predicted_steps(n, shift=-1.0, multiplier=float(c))) for c in x]
    return x, np.array(steps) / (n * math.log(n))
