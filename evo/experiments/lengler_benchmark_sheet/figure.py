"""The figure: zero-bits left against the strength, and zero-bits and levels in time."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import RunSeries, panels
from evo.experiments.lengler_benchmark_sheet.cells import TraceCell, course, ends, trace_cells
from evo.experiments.lengler_benchmark_sheet.claims import EARLIER, PUBLISHED, as_on_the_sheet
from evo.experiments.lengler_benchmark_sheet.config import LenglerBenchmarkSheetConfig
from evo.plots import LOOKS, Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_DOTS = 25  # single runs drawn per point
_LEFT = "zero-bits left, % of $n$ (100 − % of ones)"
_RUNS, _PUBLISHED, _EARLIER = LOOKS[1], Look(LOOKS[0].colour, "D", ""), Look(LOOKS[2].colour, "x", "")


def drawn(table: pl.DataFrame, config: LenglerBenchmarkSheetConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["end", "zero-bits", "level"], width=13.0, height=4.3)
    series = ends(table, config)
    _end_panel(chart.panels[0], series, config)
    looks = panels.looks(sorted(config.trace_strengths))
    chart.panels[1].titled("(b) zero-bits in time", "steps / 1000", _LEFT)
    _symmetric(chart.panels[1], config)
    chart.panels[2].titled("(c) level in time", "steps / 1000", "level")
    for cell in trace_cells(config):
        zeros = 100.0 * course(table, cell, "zeros") / config.n
        _course_of(chart.panels[1], cell, zeros, looks[cell.x])
        _course_of(chart.panels[2], cell, course(table, cell, "level"), looks[cell.x])
    top, end = config.levels - 1, config.steps / 1000
    chart.panels[2].axes.plot([0.0, end], [top, top], color="#999999", linewidth=0.8, zorder=1)
    words = f"highest level, {top}"
    chart.panels[2].text(end, top + 0.4, words, color=_GREY, va="bottom", ha="right")
    for panel in chart.panels[1:]:
        panel.axes.axvline(end / 2, color="#999999", linewidth=0.8, zorder=1)
        panel.axes.set_xlim(0.0, 1.13 * end)
    chart.panels[2].text(end / 2 + 1.0, 1.0, "half time", color=_GREY)
    return chart


def caption(config: LenglerBenchmarkSheetConfig) -> str:
    """What the figure shows, and where the runs differ from the sheet."""
    shown = (
        f"The (1+1)-EA with strength c on the deceptive monotone function with n = {config.n:,}, {config.levels} "
        f"levels, hot topics of {config.alpha:g} n, cores of {config.beta:g} n and eps = {config.eps:g}; every run "
        f"has its own sets and lasts {config.steps:,} steps, or until the optimum. (a) Zero-bits left at the end: "
        f"faint dots are the first {_DOTS} runs, points are means of {config.runs:,} runs with 95 % Student intervals; "
        "diamonds are the numbers of the sheet, crosses are means of three runs of an independent implementation; the "
        "dashed line is the density at which HotTopic with ever more levels stalls, in the fluid limit. The axis is "
        "linear up to one zero-bit, logarithmic above. (b), (c) Zero-bits and level in time: faint lines are the first "
        f"runs, thick lines are means over {config.trace_runs:,} runs with 95 % Student bands."
    )
    why = (
        "How to read it. At strengths up to 2.5 nearly all levels are skipped: once the density of zero-bits is below "
        "eps, any core counts as optimised. What is left there is a matter of time: a few zero-bits, each of which "
        "needs about e^c n / c steps, so that 200,000 steps are only a little less than a whole run. Above 3.5 the "
        "levels rise one after another and the zero-bits stay near the fluid density; they lie above or below it since "
        "a level is passed at the running minimum of a count. The number of the sheet at c = 0.9, 99.998 %, is 0.2 "
        "zero-bits. No single run can have it, and it is below the mean of the runs here; it is judged as one run."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _end_panel(panel: Panel, series: RunSeries, config: LenglerBenchmarkSheetConfig) -> None:
    panel.titled("(a) at the end", "mutation strength $c$ = $n$ × flip probability per bit", _LEFT)
    left = [100.0 * zeros / config.n for zeros in series["zeros"]]
    low, high = min(config.strengths) - 0.15, max(config.strengths) + 0.15
    x, density = _stagnation(config.alpha, config.eps, high)
    panel.line("fluid density in stagnation", x, density, dash=panels.FLUID, colour=_GREY, width=1.0)
    panel.singles("runs", np.repeat(series.x, [len(item[:_DOTS]) for item in left]), _flat(left), _RUNS)
    found = panels.mean_intervals(series, left)
    middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in found]).T
    panel.points("mean", series.x, middle, _RUNS, lower=lower, upper=upper)
    entries = [(f"mean of {config.runs:,} runs", _RUNS)]
    if as_on_the_sheet(config):
        for name, look, values in (
            ("the sheet", _PUBLISHED, {c: value for c, (value, _, _) in PUBLISHED.items()}),
            ("independent, 3 runs", _EARLIER, EARLIER),
        ):
            y = [100.0 - value for value in values.values()]
            if look.marker == "x":  # a white edge would hide it
                panel.axes.plot(list(values), y, "x", color=look.colour, markersize=5.5, mew=1.3, zorder=5)
                for c, value in zip(values, y, strict=True):
                    panel.mark(name, "reference", c, value)
            else:
                panel.points(name, list(values), y, look)
            entries.append((name, look))
    _symmetric(panel, config)
    panel.axes.set_xlim(low, high)
    panel.text(x[-1], density[-1] * 1.35, "fluid limit", color=_GREY, ha="right", va="bottom")
    for place, (words, look) in enumerate(entries):
        y = 0.94 - 0.07 * place
        marker: Any = {"color": look.colour, "marker": look.marker, "linestyle": "none"}
        panel.axes.plot([0.06], [y], transform=panel.axes.transAxes, **marker)
        panel.text(0.09, y, words, color=look.colour, va="center", transform=panel.axes.transAxes)


def _course_of(panel: Panel, cell: TraceCell, values: np.ndarray, look: Look) -> None:
    times = cell.times / 1000
    for one in values[:_DOTS]:
        panel.axes.plot(times, one, color=look.colour, lw=0.5, alpha=0.18, zorder=2)
    mean = values.mean(axis=0)
    half = np.zeros_like(mean)
    if len(values) > 1:
        from scipy.stats import t

        half = float(t.ppf(0.975, len(values) - 1)) * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    panel.band(f"c = {cell.x:g}", times, mean, np.maximum(mean - half, 0.0), mean + half, look)
    panel.text(times[-1] * 1.015, mean[-1], f"$c$ = {cell.x:g}", color=look.colour, va="center", ha="left")


def _symmetric(panel: Panel, config: LenglerBenchmarkSheetConfig) -> None:
    """Linear up to one zero-bit, logarithmic above."""
    one = 100.0 / config.n
    panel.axes.set_yscale("symlog", linthresh=one, linscale=0.5)
    decades = [one * 10.0**power for power in range(9) if one * 10.0**power <= 100.0]
    panel.axes.set_yticks([0.0, *decades], ["0", *(f"{value:g}" for value in decades)])
    panel.axes.set_yticks([], minor=True)
    panel.axes.set_ylim(-0.15 * one, 100.0)


def _flat(samples: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([item[:_DOTS] for item in samples])


@cache
def _stagnation(alpha: float, eps: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Strengths and per cent of zero-bits, where levels stall."""
    from theory import hottopic

    x = np.linspace(1.0, high, 60)
    found = [hottopic.stagnation(alpha, eps, float(c)).density for c in x]
    kept = np.array(found) > 0.0
    return x[kept], 100.0 * np.array(found)[kept]
