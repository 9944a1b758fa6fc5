"""The figure: drift, levels visited and run time against the strength, with the lines of theory."""

from __future__ import annotations

import math
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import DriftSeries, RunSeries, crossing, drift_series, panels, run_series
from evo.experiments.hottopic_transition.cells import drift_cells, run_cells
from evo.experiments.hottopic_transition.claims import WINDOW, exact_drift, exact_root
from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig
from evo.plots import Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_CONFIDENCE = 0.95
_FLUID_COLOUR = "#444444"
_C = "mutation strength $c$ = $n$ × flip probability per bit"


def drawn(table: pl.DataFrame, config: HotTopicTransitionConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["drift", "levels", "time"], width=13.0, height=4.3)
    looks = panels.looks(sorted({*config.drift_n, *config.n}))
    runs = run_series(table, run_cells(config))
    _drift_panel(chart.panels[0], drift_series(table, drift_cells(config)), config, looks)
    _level_panel(chart.panels[1], runs, config, looks)
    _time_panel(chart.panels[2], runs, config, looks)
    return chart


def caption(config: HotTopicTransitionConfig) -> str:
    """What the figure shows, and why the measured jump lies above the lines."""
    fluid, limit = _fluid_root(config), _limit_root()
    sizes = ", ".join(f"n = {n:,}: L = {levels}" for n, levels in zip(config.n, config.levels, strict=True))
    marks = "; ".join(
        f"c = {visible:.2f} for n = {n:,}"
        for n, levels in zip(config.n, config.levels, strict=True)
        if math.isfinite(visible := _visible(config, n, levels))
    )
    shown = (
        f"The (1+1)-EA with strength c on HotTopic (alpha = {config.alpha:g}, beta = {config.beta:g}, "
        f"eps = {config.eps:g}; {sizes}). (a) Expected decrease of the number of zero-bits in one step while the level "
        "is frozen and the density of zero-bits is eps, inside the hot topic and outside; points are measured "
        f"({config.drift_samples:,} steps each, 95 % intervals), solid lines are exact at the same whole numbers of "
        "zero-bits, the dashed line is the fluid limit. Inset: where the drift changes its sign. (b) Levels visited "
        "divided by L + 1: faint dots are runs, each on its own random function, points are medians with 95 % "
        f"order-statistic intervals ({config.runs} runs per point). (c) Run time in units of n ln n; e^c/c is the run "
        "time on linear functions (Witt 2013). A capped run is an open marker at the cap and is never averaged."
    )
    why = (
        f"Why the measured jump lies above both vertical lines. The limit {limit:.3f} takes n to infinity first and "
        f"then eps to 0. At eps = {config.eps:g} the fluid drift at density eps changes its sign at {fluid:.3f} "
        "instead; at finite n it does so at the exact roots in a, which also feel the rounding of the counts. Beyond "
        "that strength the density settles at some d* > eps, and each new level has to be climbed. At finite n this "
        "stall shows only where d* is clearly above eps. First, no core of a later level may be satisfied by chance, "
        "which needs beta n KL(eps || d*) well above ln L; the two are equal at "
        f"{marks or 'no strength near these'} (bars at the bottom of b, a heuristic). Second, a level is passed at "
        "the running minimum of a count of zero-bits whose standard deviation is sqrt(eps beta n), so the effective "
        "density lies below d*. Both effects fade as n grows, and the jump moves towards the fluid line. Vertical "
        "lines are drawn, not judged; the drift is judged against its exact value at finite n. Below c = 1 every "
        "monotone function is easy (Doerr et al. 2013)."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _drift_panel(
    panel: Panel, measured: dict[Any, DriftSeries], config: HotTopicTransitionConfig, looks: dict[int, Look]
) -> None:
    panel.titled(
        f"(a) drift at a frozen level, zero-density ε = {config.eps:g}", _C, "drift in 10⁻³ zero-bits per step"
    )
    low, high = min(config.drift_strengths), max(config.drift_strengths)
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    strength, fluid = _fluid_line(config)
    for n, series in measured.items():
        look = looks[n]
        _, exact = _exact_line(n, config)
        panel.line(f"exact, n = {n}", strength, 1e3 * exact, colour=look.colour)
        half = 1e3 * 1.96 * series.standard_error
        mean = 1e3 * series.mean
        panel.points(f"n = {n}", series.x, mean, look, lower=mean - half, upper=mean + half)
    # Last, on top: at large n it covers the exact line.
    panel.line("fluid limit", strength, 1e3 * fluid, dash=panels.FLUID, colour=_FLUID_COLOUR, width=1.0)
    bottom, top = panel.axes.get_ylim()
    row, left, span = 0.07 * (top - bottom), low + 0.44 * (high - low), 0.09 * (high - low)
    entries = [(f"measured, exact; $n$ = {n:,}", looks[n]) for n in measured]
    for place, (words, look) in enumerate([*entries, ("fluid limit", Look(_FLUID_COLOUR, "", panels.FLUID))]):
        y = top - (place + 0.4) * row
        panel.axes.plot([left, left + span], [y, y], color=look.colour, linestyle=look.dash, linewidth=1.2)
        panel.axes.plot([left + 0.5 * span], [y], color=look.colour, marker=look.marker, markeredgecolor="white")
        panel.text(left + 1.2 * span, y, words, va="center", color=look.colour)
    panel.axes.set_ylim(bottom, top)
    if measured:
        _zero_inset(panel, measured, config, looks)


def _zero_inset(
    panel: Panel, measured: dict[Any, DriftSeries], config: HotTopicTransitionConfig, looks: dict[int, Look]
) -> None:
    """Where the drift is zero: measured with its interval, exact, and in the fluid limit."""
    inset = panel.inset((0.05, 0.1, 0.5, 0.3))
    axes = inset.axes
    fluid = _fluid_root(config)
    inset.reference("fluid limit", fluid, dash=panels.FLUID, colour=_FLUID_COLOUR)
    for place, (n, series) in enumerate(measured.items()):
        look, height = looks[n], len(measured) - place
        root = exact_root(n, config)
        axes.plot([root, root], [height - 0.3, height + 0.3], color=look.colour, linewidth=2.4, solid_capstyle="butt")
        inset.mark(f"exact root, n = {n}", "theory", root, height)
        found = crossing(series, root, WINDOW, _CONFIDENCE)
        words = f"  $n$ = {n:,}"
        if found is None or not math.isfinite(found.interval.upper - found.interval.lower):
            inset.text(root, height, words, fontsize=7.5, color=look.colour, va="center")
            continue
        zero = found.interval
        axes.plot([zero.lower, zero.upper], [height, height], color="#222222", linewidth=1.3, zorder=4)
        axes.plot([zero.estimate], [height], marker=look.marker, color=look.colour, markeredgecolor="white", zorder=5)
        inset.mark(f"measured zero, n = {n}", "measured", zero.estimate, height, zero.lower, zero.upper)
        inset.text(max(zero.upper, root), height, words, fontsize=7.5, color=look.colour, va="center")
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.05 * (high - low), high + 0.45 * (high - low))
    axes.set_ylim(0.4, len(measured) + 0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.patch.set_alpha(0.0)
    axes.tick_params(labelsize=7.5, length=2.5)
    axes.set_title("zero of the drift", fontsize=7.5, loc="left", pad=2)


def _level_panel(
    panel: Panel, runs: dict[Any, RunSeries], config: HotTopicTransitionConfig, looks: dict[int, Look]
) -> None:
    panel.titled("(b) levels visited before the optimum", _C, "levels visited / ($L$ + 1)")
    left, right = min(config.strengths) - 0.1, max(config.strengths) + 0.1
    limit, fluid = _limit_root(), _fluid_root(config)
    panel.reference("limit, n to infinity and eps to 0", limit, dash=panels.LIMIT, colour=_FLUID_COLOUR)
    panel.reference(f"fluid limit at eps = {config.eps:g}", fluid, dash=panels.FLUID, colour=_FLUID_COLOUR)
    turned = {"rotation": 90, "ha": "right", "va": "top", "fontsize": 7.8, "color": _FLUID_COLOUR}
    panel.text(limit - 0.02, 1.05, f"limit ε → 0: {limit:.3f}", **turned)
    panel.text(fluid - 0.02, 1.05, f"fluid, ε = {config.eps:g}: {fluid:.3f}", **turned)
    ends: list[float] = []
    for place, ((n, levels), series) in enumerate(runs.items()):
        look = looks[n]
        name = f"n = {n}, L = {levels}"
        panels.values(panel, name, series, [visited / (levels + 1) for visited in series["visited"]], look)
        height = 0.80 - 0.17 * place
        panel.axes.plot([left + 0.05 * (right - left)], [height], marker=look.marker, color=look.colour)
        words = f"$n$ = {n:,}\n$L$ = {levels:,}"
        panel.text(left + 0.085 * (right - left), height, words, va="center", color=look.colour)
        visible = _visible(config, n, levels)
        if math.isfinite(visible) and visible < right:
            bar = {"color": look.colour, "linewidth": 2.4, "solid_capstyle": "butt", "zorder": 5}
            panel.axes.plot([visible, visible], [-0.085, -0.025], **bar)
            ends.append(visible)
            panel.mark(f"beta n KL(eps || d*) = ln L, {name}", "reference", visible, math.nan)
    if ends:
        panel.text(max(ends), -0.055, "  β$n$ KL = ln $L$", fontsize=7.5, va="center", color=_FLUID_COLOUR)
    panel.axes.set_ylim(-0.09, 1.06)
    panel.axes.set_xlim(left, right)


def _time_panel(
    panel: Panel, runs: dict[Any, RunSeries], config: HotTopicTransitionConfig, looks: dict[int, Look]
) -> None:
    panel.titled("(c) run time", _C, "run time / ($n$ ln $n$)")
    panel.logarithmic()
    low, high = min(config.strengths), max(config.strengths)
    fine = np.linspace(low, high, 121)
    for value, dash in ((_limit_root(), panels.LIMIT), (_fluid_root(config), panels.FLUID)):
        panel.axes.axvline(value, color=_FLUID_COLOUR, linestyle=dash, linewidth=1.0, zorder=1)
    panel.line("e^c / c", fine, np.exp(fine) / fine)
    for (n, levels), series in runs.items():
        panels.run_times(panel, f"n = {n}, L = {levels}", series, looks[n])
        if np.any(series.capped):
            panel.text(high, series.caps[-1] * 1.12, "capped", ha="right", color=looks[n].colour)
    panel.axes.set_xlim(low - 0.1, high + 0.1)
    at = low + 0.18 * (high - low)
    panel.text(at, math.exp(at) / at * 1.35, "$e^{\\,c}/c$: linear functions", va="bottom", ha="center")


@cache
def _fluid_line(config: HotTopicTransitionConfig) -> tuple[np.ndarray, np.ndarray]:
    """The fluid limit of the drift over the measured range of strengths."""
    from theory import hottopic

    strength = _drift_range(config)
    eps = config.eps
    return strength, np.array([float(hottopic.fluid_drift(config.alpha, eps, eps, float(c))) for c in strength])


@cache
def _exact_line(n: int, config: HotTopicTransitionConfig) -> tuple[np.ndarray, np.ndarray]:
    """The exact drift over the measured range of strengths."""
    strength = _drift_range(config)
    return strength, exact_drift(n, config, strength)


def _drift_range(config: HotTopicTransitionConfig) -> np.ndarray:
    return np.linspace(min(config.drift_strengths), max(config.drift_strengths), 61)


def _fluid_root(config: HotTopicTransitionConfig) -> float:
    from theory import hottopic

    return float(hottopic.critical_strength(config.alpha, config.eps))


def _limit_root() -> float:
    from theory import hottopic

    return float(hottopic.limit_strength())


def _visible(config: HotTopicTransitionConfig, n: int, levels: int) -> float:
    """The strength at which beta n KL(eps || d*) = ln L, interpolated; nan if there is none in the range looked at."""
    from theory import hottopic

    strength, density = _stagnation(config)
    clear = [float(hottopic.visibility(config.beta, config.eps, n, levels, value)) for value in density]
    # The quotient grows like the square of the distance from the fluid root: its root is nearly straight.
    return float(np.interp(1.0, np.sqrt(clear), strength, right=math.nan))


@cache
def _stagnation(config: HotTopicTransitionConfig) -> tuple[np.ndarray, list[float]]:
    """Strengths from the fluid root on, and the fluid density of zero-bits at which the search stalls there."""
    from theory import hottopic

    strength = _fluid_root(config) + np.linspace(0.0, 2.0, 17)
    stalls = [hottopic.stagnation(config.alpha, config.eps, float(c)).density for c in strength[1:]]
    return strength, [config.eps, *stalls]
