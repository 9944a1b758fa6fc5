"""The figure: run time and visited levels against mu."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.population_slowdown.cells import EA, GA, run_cells
from evo.experiments.population_slowdown.config import PopulationSlowdownConfig
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_MU = "population size $µ$"
_ROW = 1.12  # capped runs of one series above those of the other, as a factor of the cap


def drawn(table: pl.DataFrame, config: PopulationSlowdownConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["time", "visited"], width=9.2, height=4.3)
    looks = panels.looks((EA, GA))
    runs = run_series(table, run_cells(config))
    _time_panel(chart.panels[0], runs, config, looks)
    _visited_panel(chart.panels[1], runs, config, looks)
    return chart


def base(config: PopulationSlowdownConfig) -> float:
    """Thousand steps that the (1+1)-EA takes on linear functions, the leading term (e^c / c) n ln n."""
    c = config.strength
    return math.exp(c) / c * config.n * math.log(config.n) / 1000.0


def caption(config: PopulationSlowdownConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    thousand = config.cap * config.n * math.log(config.n) / 1000.0
    shown = (
        f"The (µ+1)-EA with strength c = {config.strength:g} on HotTopic (n = {config.n:,}, L = {config.levels}, alpha "
        f"= {config.alpha:g}, beta = {config.beta:g}, eps = {config.eps:g}), {config.runs} runs at each µ, and the "
        f"(µ+1)-GA, which makes an offspring by uniform crossover with probability {config.crossover:g}, "
        f"{config.crossover_runs} runs at each µ. Faint dots are runs, points are medians with 95 % order-statistics "
        f"intervals. (a) Run time in thousand steps, one offspring each. Runs cut off at {config.cap:g} n ln n = "
        f"{thousand:,.0f} thousand steps are open markers above that line and are never averaged. The dashed line is "
        "(e^c / c) n ln n, the leading term for the (1+1)-EA on linear functions. (b) Different levels that the first "
        "of the best strings of the population had in the run; of a capped run, those up to the cap."
    )
    why = (
        "How far this may be trusted. The source gives these settings; its numbers are not known to us, so only orders "
        "are judged. That large µ are superpolynomial is a statement as n grows, with a number of levels to match: a "
        f"run that visits all {config.levels + 1} levels here still ends, and then larger µ cost no more levels."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _time_panel(
    panel: Panel, runs: dict[Any, RunSeries], config: PopulationSlowdownConfig, looks: dict[str, Look]
) -> None:
    panel.titled("(a) run time", _MU, "thousand steps")
    panel.logarithmic()
    cap = config.cap * config.n * math.log(config.n) / 1000.0
    low, high = _limits(config)
    panel.line(
        "leading term, (1+1)-EA on linear functions", [low, high], [base(config)] * 2, dash=panels.FLUID, colour=_GREY
    )
    panel.axes.axhline(cap, color="#999999", linewidth=0.8, zorder=1)
    lowest = base(config)
    for place, (name, series) in enumerate(runs.items()):
        lowest = min([lowest, *(float(np.min(time)) for time in series.time)])
        panels.run_times(panel, name, series, looks[name], lift=_ROW ** (place + 0.8))
    panel.axes.set_xlim(low, high)
    panel.axes.set_ylim(0.6 * lowest, cap * _ROW**2.8)
    panel.text(low, cap * 0.97, f" capped at {config.cap:g} $n$ ln $n$", va="top", color=_GREY)
    panel.text(high, 0.95 * base(config), "$(e^c/c)\\, n$ ln $n$", ha="right", va="top", color=_GREY)
    panels.key(panel, [(f"{name}", looks[name]) for name in runs], at=(0.05, 0.84))


def _visited_panel(
    panel: Panel, runs: dict[Any, RunSeries], config: PopulationSlowdownConfig, looks: dict[str, Look]
) -> None:
    panel.titled("(b) levels visited", _MU, "different levels of the best string")
    low, high = _limits(config)
    top = config.levels + 1
    panel.axes.axhline(top, color="#999999", linewidth=0.8, zorder=1)
    for name, series in runs.items():
        panels.values(panel, name, series, [item.astype(float) for item in series["visited"]], looks[name])
    panel.axes.set_xlim(low, high)
    panel.axes.set_ylim(0.0, 1.08 * top)
    panel.text(low, 1.01 * top, f" all {top} levels", va="bottom", color=_GREY)
    panels.key(panel, [(f"{name}", looks[name]) for name in runs], at=(0.05, 0.84))


def _limits(config: PopulationSlowdownConfig) -> tuple[float, float]:
    high = max(*config.population, *config.crossover_population)
    return -0.03 * high, 1.03 * high
