"""The figure: run times below, at and above strength 1, with the exact expectations."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels, run_series
from evo.experiments.po_ea import exact
from evo.experiments.po_ea.cells import run_cells
from evo.experiments.po_ea.config import PoEaConfig
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_N = "number of bits $n$"
_FAR = 51_200  # exact expectations at strength 1 are drawn up to here
#: on which side of its n the point of a process stands, and how far, as a share of n
_SIDES = (0, -1, 1)
_BESIDE = 0.03

Runs = dict[Any, RunSeries]
Scale = Callable[[float], float]


def drawn(table: pl.DataFrame, config: PoEaConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["below", "at", "above"], width=13.0, height=4.3)
    runs = run_series(table, run_cells(config))
    looks = panels.looks([process.name for process in exact.PROCESSES])
    _below_panel(chart.panels[0], runs, config, looks)
    _critical_panel(chart.panels[1], runs, config, looks)
    _above_panel(chart.panels[2], runs, config, looks)
    return chart


def caption(config: PoEaConfig) -> str:
    """What the figure shows, and what the limits are."""
    po, adversarial = exact.PROCESSES[0], exact.PROCESSES[1]
    shown = (
        "The (1+1)-EA with strength c on three processes that are as slow as a monotone function may make it. PO-EA: "
        "of incomparable strings the one with fewer one-bits survives. ADBV, Adversarial Dynamic BinVal: in every step "
        "the zero-bits have the largest weights, so that any step that gains a bit is accepted. SDBV, Switching: the "
        "same below n/2 zero-bits; above, no loss is accepted. Points are means with 95 % Student intervals "
        f"({config.least_runs:,} to {config.most_runs:,} runs each; ADBV is drawn to the left of its n and SDBV to "
        "the right, by 3 % and in (c) by 1 %, since their expectations differ by 2e-4 or less), solid "
        "lines are exact expectations at the "
        "same n; dots on the line of ADBV are SDBV. (a) In units of n ln n below strength 1. (b) In units of n^(3/2) "
        "at strength 1, exact up to n = 51,200; dashed lines are the limits. (c) Above strength 1, from exact "
        f"expectations; runs only where these are below {config.longest:,.0f} steps. Dashed: OneMax at the largest of "
        "these strengths, exact, which stays at n log n. A run is cut off at 60 times its expectation, which happens "
        "to none in e^60; a capped run would be an open marker and is never averaged."
    )
    why = (
        f"Why finite n leaves the limits. At strength 1, E[T] / n^(3/2) tends to {po.limit:.4f} (PO-EA) and "
        f"{adversarial.limit:.4f} (ADBV, SDBV): pi^(3/2) / (2 a^(1/2)), where a d^2 is the drift at a small density d "
        "of zero-bits, a = 3/2 - 1/(2e) and 3/2. The quotient first rises, is flat around n = 600 at 2.476 and 2.322, "
        "and falls to the limit from there on as slowly as n^(-1/2). Below strength 1, E[T] / (n ln n) tends to 1 / (c "
        "(1 - c)), which is 4 at c = 0.5 and 11.1 at c = 0.9, as slowly as 1 / ln n: "
        "sizes far above n = 1 / (1 - c)^2 are needed before the drift at the optimum counts. The limits are drawn, "
        "not judged; run times are judged against the exact chain at the same n."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _below_panel(panel: Panel, runs: Runs, config: PoEaConfig, looks: dict[Any, Look]) -> None:
    panel.titled("(a) strengths below 1", _N, "run time $T$ / ($n$ ln $n$)")
    for c in config.below:
        _exact_lines(panel, c, _grid(config.n), looks, lambda n: n * math.log(n))
        _points(panel, c, runs, looks, lambda n: n * math.log(n))
        top = max(exact.mean(process, config.n[-1], c) for process in exact.PROCESSES)
        panel.text(
            config.n[-1] * 1.1, top / (config.n[-1] * math.log(config.n[-1])), f"$c$ = {c:g}", va="center", ha="left"
        )
    _logarithmic_n(panel, config.n, right=1.55)
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.25 * (high - low))
    panels.key(panel, _entries(looks), at=(0.04, 0.95))


def _critical_panel(panel: Panel, runs: Runs, config: PoEaConfig, looks: dict[Any, Look]) -> None:
    panel.titled("(b) strength 1", _N, "run time $T$ / $n^{3/2}$")
    sizes = (*config.critical_n, max(_FAR, config.critical_n[-1]))
    _exact_lines(panel, 1.0, _grid(sizes), looks, lambda n: n**1.5)
    _points(panel, 1.0, runs, looks, lambda n: n**1.5)
    for process in exact.PROCESSES[:2]:
        limit = process.limit
        colour = looks[process.name].colour
        panel.line(f"limit, {process.name}", [sizes[0], sizes[-1]], [limit, limit], dash=panels.FLUID, colour=colour)
        words = f"limit {limit:.4f}"
        panel.text(sizes[-1], limit - 0.006, words, color=colour, va="top", ha="right")
    _logarithmic_n(panel, (*config.critical_n[::2], 12_800, _FAR), right=1.3)
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.25 * (high - low))
    panels.key(panel, _entries(looks), at=(0.45, 0.95))


def _above_panel(panel: Panel, runs: Runs, config: PoEaConfig, looks: dict[Any, Look]) -> None:
    panel.titled("(c) strengths above 1", _N, "run time $T$ in steps")
    panel.axes.set_yscale("log")
    sizes = np.linspace(config.n[0], config.n[-1], 41)
    for c in config.above:
        _exact_lines(panel, c, sizes, looks, lambda n: 1.0)
        _points(panel, c, runs, looks, lambda n: 1.0, beside=_BESIDE / 3)
        top = max(exact.mean(process, config.n[-1], c) for process in exact.PROCESSES)
        panel.text(config.n[-1] * 1.01, top, f"$c$ = {c:g}", va="center", ha="left")
    c = config.above[-1]
    plain = [exact.onemax(round(n), c) for n in sizes]
    panel.line(f"exact, OneMax, c = {c:g}", sizes, plain, dash=panels.FLUID, colour=_GREY)
    panel.text(config.n[-1], plain[-1] / 1.7, f"OneMax, $c$ = {c:g}", color=_GREY, va="top", ha="right")
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low / 2.0, high)
    panel.axes.set_xlim(right=config.n[-1] * 1.16)
    if max(exact.mean(process, config.n[-1], c) for process in exact.PROCESSES) > config.longest:
        panel.axes.axhline(config.longest, color="#999999", linewidth=0.8, zorder=1)
        words = "no runs above"
        panel.text(config.n[-1] * 1.15, config.longest * 1.15, words, color=_GREY, va="bottom", ha="right")
    panels.key(panel, _entries(looks), at=(0.04, 0.95))


def _exact_lines(panel: Panel, c: float, sizes: np.ndarray, looks: dict[Any, Look], unit: Scale) -> None:
    whole = np.unique(np.rint(sizes).astype(int))
    for process in exact.PROCESSES:
        dash = panels.LIMIT if process.name == "SDBV" else "-"
        y = [exact.mean(process, int(n), c) / unit(n) for n in whole]
        panel.line(f"exact, {process.name}, c = {c:g}", whole, y, dash=dash, colour=looks[process.name].colour)


def _points(panel: Panel, c: float, runs: Runs, looks: dict[Any, Look], unit: Scale, beside: float = _BESIDE) -> None:
    for process, side in zip(exact.PROCESSES, _SIDES, strict=True):
        if (process.name, c) not in runs:
            continue
        series = runs[process.name, c]
        units = np.array([unit(n) for n in series.x])
        times = tuple(item / one for item, one in zip(series.time, units, strict=True))
        shown = dataclasses.replace(series, x=series.x * (1.0 + side * beside), time=times, caps=series.caps / units)
        panels.run_times(
            panel,
            f"{process.name}, c = {c:g}",
            shown,
            looks[process.name],
            centre=panels.mean_intervals,
            joined=False,
            most=0,
        )


def _entries(looks: dict[Any, Look]) -> list[tuple[str, Look]]:
    dotted = panels.LIMIT
    return [
        (f"{name}: mean, exact", dataclasses.replace(look, dash=dotted) if name == "SDBV" else look)
        for name, look in looks.items()
    ]


def _logarithmic_n(panel: Panel, ticks: Sequence[int], right: float) -> None:
    panel.axes.set_xscale("log")
    panel.axes.set_xlim(ticks[0] * 0.8, ticks[-1] * right)
    panel.axes.set_xticks(list(ticks), [f"{n:,}" for n in ticks])
    panel.axes.set_xticks([], minor=True)


@cache
def _grid(sizes: tuple[int, ...]) -> np.ndarray:
    return np.geomspace(sizes[0], sizes[-1], 25)
