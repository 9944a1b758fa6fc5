"""The figure: run times of all policies, of the functions beside each other, and the sharper statistic."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.hidden_subset import exact
from evo.experiments.hidden_subset.cells import run_cells
from evo.experiments.hidden_subset.claims import statistic
from evo.experiments.hidden_subset.config import POLICIES, HiddenSubsetConfig, shown
from evo.plots import LOOKS, Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_N = "relevant bits $n$"
_DOTS = 10  # single runs drawn per point
_ROOM = 2.6  # the axis goes so far beyond the largest n, as a factor
_NAMES = 14.0  # and so far where names of policies stand there
_MARKS = (("o", "-"), ("s", (0, (5, 2))), ("^", (0, (1, 1.2))))


def drawn(table: pl.DataFrame, config: HiddenSubsetConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["policies", "functions", "statistic"], width=14.4, height=4.6)
    runs = run_series(table, run_cells(config))
    first, second, third = chart.panels
    _policies_panel(first, runs, config)
    _functions_panel(second, runs, config)
    _statistic_panel(third, runs, config)
    return chart


def caption(config: HiddenSubsetConfig) -> str:
    """What the figure shows, and how far finite sizes tell of the limit."""
    shown_here = (
        "The (1+1)-EA on linear functions of n relevant bits. Known n: rate 1/n. Adaptive: the rate is divided by "
        "F_t = 1 + 1/sqrt(t) where the fitness changes and multiplied by F_t^(e - 1) where it does not, our "
        "reconstruction. Schedule: rate 1.5447 ln(t) / t in step t. Static law: u = ln(1/p) is drawn in every step "
        f"with a density in proportion to u^-{1 + config.eps:g}. Points are means with 95 % Student's intervals, faint "
        f"dots the first {_DOTS} runs. (a) On {shown(config.functions[0])}, in grey the exact mean at known n and the "
        "static law's ln n / h(n), which neglects an O(1). (b) The schedule and known n on "
        f"{', '.join(map(shown, config.functions))}; the grey curve is where S_n(T), the sum over t ≤ T of "
        "p_t (1 - p_t)^(n - 1), reaches ln n - 1. (c) The statistic S_n(T) - ln n under the schedule."
    )
    why = (
        "Why finite n tells of the limits only so far. The constants e and 3.552 hold up to factors 1 + O(1 / ln n), "
        "and at n = 100,000 these are still some ten per cent: the curves stay below their limits and rise slowly. The "
        "statistic takes the n ln n out. A run ends when S_n(T) reaches ln n + O(1), with a spread like that of a "
        "Gumbel variable (1.28), because the last of many bits decides. On OneMax its mean falls slowly with n, since "
        "high rates at first help there more than on BinVal; no limit is known to us."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown_here, why))


def _look(function: str, policy: str, config: HiddenSubsetConfig) -> Look:
    """Policies have colours, functions markers and dashes."""
    marker, dash = _MARKS[config.functions.index(function)]
    return Look(LOOKS[list(POLICIES).index(policy)].colour, marker, dash)


def _policies_panel(panel: Panel, runs: dict[Any, RunSeries], config: HiddenSubsetConfig) -> None:
    function = config.functions[0]
    panel.titled(f"(a) four policies on {shown(function)}", _N, r"run time $T\,/\,(n \ln n)$")
    panel.logarithmic()
    _size_axis(panel, config, _NAMES)
    for policy, name in POLICIES.items():
        series = runs.get((function, policy))
        if series is None:
            continue
        look = _look(function, policy, config)
        panels.run_times(panel, name, series, look, centre=panels.mean_intervals, most=_DOTS)
        if len(series.x):
            shift = {"known": ("top", 0.93), "adaptive": ("bottom", 0.99), "schedule": ("bottom", 1.06)}
            align, lift = shift.get(policy, ("center", 1.0))
            end = lift * float(np.mean(series.time[-1][np.isfinite(series.time[-1])]))
            panel.text(1.2 * series.x[-1], end, name, color=look.colour, va=align)
    if function == "onemax":
        x = np.array(config.n, dtype=np.float64)
        y = [exact.known(int(n))[0] / (n * math.log(n)) for n in x]
        panel.line("known n, exact", x, y, colour=_GREY, dash=panels.FLUID, width=1.0)
    x, y = _static_curve(config)
    panel.line("static law, ln n / h(n)", x, y, colour=_GREY, dash=panels.FLUID, width=1.0)
    panel.text(x[-1] * 1.1, y[-1], r"$\ln n\,/\,h(n)$", color=_GREY, va="bottom")
    _limits(panel, _NAMES * config.n[-1], lift=1.01)


def _functions_panel(panel: Panel, runs: dict[Any, RunSeries], config: HiddenSubsetConfig) -> None:
    panel.titled("(b) the schedule and known $n$ on each function", _N, r"mean run time $T\,/\,(n \ln n)$")
    _size_axis(panel, config)
    for policy in ("schedule", "known"):
        for function in config.functions:
            series = runs[function, policy]
            name = f"{shown(function)}, {POLICIES[policy]}"
            _intervals(panel, name, series, series.time, _look(function, policy, config))
    x, y = _predicted(config)
    panel.line("S_n(T) = ln n - 1", x, y, colour=_GREY, width=1.0)
    panel.text(x[0], y[-1] + 0.02, r"grey: $S_n(T) = \ln n - 1$", color=_GREY, va="bottom")
    _limits(panel, _ROOM * config.n[-1], lift=1.003)
    entries = [(f"schedule, {shown(name)}", _look(name, "schedule", config)) for name in config.functions]
    entries += [(f"known $n$, {shown(name)}", _look(name, "known", config)) for name in config.functions]
    bottom, _ = panel.axes.get_ylim()
    panel.axes.set_ylim(bottom - 0.45, _beta() + 0.1)
    panels.key(panel, entries[:3], at=(0.03, 0.17), step=0.055)
    panels.key(panel, entries[3:], at=(0.50, 0.17), step=0.055)


def _statistic_panel(panel: Panel, runs: dict[Any, RunSeries], config: HiddenSubsetConfig) -> None:
    panel.titled("(c) the schedule, in its own time", _N, r"$S_n(T) - \ln n$")
    _size_axis(panel, config)
    for name in config.functions:
        series = runs[name, "schedule"]
        _intervals(panel, shown(name), series, statistic(series), _look(name, "schedule", config))
    bottom, _ = panel.axes.get_ylim()
    panel.axes.set_ylim(bottom - 0.7, 0.25)
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    panel.text(config.n[0], 0.03, r"$S_n(T) = \ln n$", color=_GREY, va="bottom")
    entries = [(shown(name), _look(name, "schedule", config)) for name in config.functions]
    panels.key(panel, entries, at=(0.03, 0.17), step=0.055)


def _limits(panel: Panel, end: float, lift: float) -> None:
    for words, value in (("$e$", math.e), (r"$\beta = 3.552$", _beta())):
        panel.axes.axhline(value, color="#999999", linewidth=0.8, zorder=1)
        panel.mark(words, "reference", math.nan, value)
        panel.text(0.97 * end, lift * value, words, color=_GREY, ha="right", va="bottom")


def _intervals(panel: Panel, name: str, series: RunSeries, values: Sequence[np.ndarray], look: Look) -> None:
    """Means with intervals, joined."""
    found = panels.mean_intervals(series, values)
    middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in found]).reshape(-1, 3).T
    known = np.isfinite(middle)
    panel.points(name, series.x[known], middle[known], look, lower=lower[known], upper=upper[known], joined=True)


def _size_axis(panel: Panel, config: HiddenSubsetConfig, room: float = _ROOM) -> None:
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(0.8 * config.n[0], room * config.n[-1])


def _beta() -> float:
    from theory import constants

    return float(constants.schedule_beta)


@cache
def _static_curve(config: HiddenSubsetConfig) -> tuple[np.ndarray, np.ndarray]:
    from theory import hidden_subset

    last = max((n for n, runs in zip(config.n, config.static_runs, strict=True) if runs), default=config.n[-1])
    x = np.unique(np.rint(np.geomspace(config.n[0], last, 40)))
    return x, np.array([float(hidden_subset.static_steps(int(n), eps=config.eps)) / (n * math.log(n)) for n in x])


@cache
def _predicted(config: HiddenSubsetConfig) -> tuple[np.ndarray, np.ndarray]:
    from theory import hidden_subset

    x = np.rint(np.geomspace(config.n[0], config.n[-1], 40))
    return x, np.array([float(hidden_subset.predicted_steps(int(n), shift=-1.0)) / (n * math.log(n)) for n in x])
