"""The figure: levels visited and evaluations against each algorithm's strength, and drifts at a frozen level."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.grids import DriftSeries, RunSeries, drift_series, panels, run_series
from evo.experiments.hottopic_policies import laws
from evo.experiments.hottopic_policies.cells import crossover, drift_cells, parameters, run_cells
from evo.experiments.hottopic_policies.claims import shares
from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig
from evo.plots import LOOKS, Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_GREY = "#444444"
_LAWS = {
    "static": LOOKS[0],
    "jumps": Look("#B0413E", "v", "-"),
    "powers": Look("#5B4FA8", "P", "-"),
    "rates": Look("#3C9DB5", "X", "-"),
}
_OWN = {"success": Look("#222222", "<", ""), "equal": Look("#222222", ">", "")}
_STRENGTH = "strength $r$ = $c$, for the GA $cγ$"
_RATIO = "ratio $r$ = $m_2/m_1$ of the number of flips"
_FEWEST = 0.04  # scales of shares start below zero, for the markers


def drawn(table: pl.DataFrame, config: HotTopicPoliciesConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["levels", "time", "laws", "drift"], width=16.5, height=4.4)
    runs, drifts = run_series(table, run_cells(config)), drift_series(table, drift_cells(config))
    _strength_panel(chart.panels[0], runs, config)
    _time_panel(chart.panels[1], runs, config)
    _law_panel(chart.panels[2], runs, config)
    _drift_panel(chart.panels[3], drifts, config)
    return chart


def caption(config: HotTopicPoliciesConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    shown = (
        f"HotTopic with n = {config.n:,}, L = {config.levels}, alpha = {config.alpha:g}, beta = {config.beta:g}, eps = "
        f"{config.eps:g}; {config.runs} runs per point, each on its own random function. Faint dots are runs, points "
        "are medians with 95 % order-statistic intervals. (a) Levels visited divided by L + 1 against the strength: c "
        "for the (1+1)-EA and the (1+lambda)-EA, c gamma for the (1+(lambda,lambda))-GA (c flips per mutant, gamma the "
        "share of a mutant in a crossover). Self-adjusting rates stand at the median over runs of the strength in the "
        "last step; "
        f"a success multiplies it by {config.factor:g}^s, so that with large s this median is below its mean. (b) "
        "Evaluations in units of n ln n; a capped run is an open marker above the cap of "
        f"{config.cap:g}, one row per algorithm, and is never averaged. (c) The same as (a) for (1+1)-EAs that draw "
        f"the number of flips from a law: 1 or {config.jump} flips, a power law of flips, standard bits at a power law "
        "of strengths; r = E[R (R - 1)] / E[R] at this n. (d) Expected decrease of the number of zero-bits in one step "
        "while the level is frozen and their density is eps, divided by eps E[R]: points are measured "
        f"({config.drift_samples:,} steps, 95 % intervals), lines are exact at the same n."
    )
    why = (
        "How to read it. At density eps the drift of the (1+1)-EA changes its sign at the dashed line; the limit at "
        "vanishing eps is 2.137 (dotted). Levels show the stall only beyond, as `hottopic-transition` explains, and "
        "the more levels the clearer. For laws of flips theory calls m2 / m1 < 1 efficient on all monotone functions. "
        "It calls m2 / m1 > 1 exponential on HotTopic under a technical condition on the law alone, so that r is where "
        "a stall may begin and not where it does: with 1 or 5 flips it begins near the zero in (d), while power laws "
        "flip one bit so often that their drift stays positive up to r in the hundreds. For exponents up to 3 the "
        "ratio grows with n. Vertical lines are drawn, not judged."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _names(config: HotTopicPoliciesConfig) -> dict[str, tuple[str, Look]]:
    """The series over strengths, with words and looks."""
    size = config.offspring
    words = {"static": "(1+1)-EA", "brood": f"(1+{size})-EA"}
    words |= {crossover(bias): f"(1+({size},{size}))-GA, $γ$ = {bias:g}" for bias in config.biases}
    return {name: (text, LOOKS[place % len(LOOKS)]) for place, (name, text) in enumerate(words.items())}


def _strength_panel(panel: Panel, runs: dict[Any, RunSeries], config: HotTopicPoliciesConfig) -> None:
    panel.titled("(a) levels visited", _STRENGTH, "levels visited / ($L$ + 1)")
    _lines(panel, config)
    known = {name: entry for name, entry in _names(config).items() if name in runs}
    for name, (words, look) in known.items():
        panels.values(panel, words, runs[name], shares(runs[name], config.levels), look)
    entries = list(known.values())
    for name, words in (("success", "success rule, $s$"), ("equal", "equal-fitness rule")):
        if name in runs:
            _adjusted(panel, name, runs[name], config)
            entries.append((words, _OWN[name]))
    panels.key(panel, entries, at=(0.03, 0.95), step=0.062)
    panel.axes.set_ylim(-_FEWEST, 1.06)


def _adjusted(panel: Panel, name: str, series: RunSeries, config: HotTopicPoliciesConfig) -> None:
    """Self-adjusting rates at the median strength of their last steps."""
    for r, visited, rate in zip(series.x, shares(series, config.levels), series["rate"], strict=True):
        x, y = float(config.n * np.median(rate)), float(np.median(visited))
        panel.points(f"{name}, r = {r:g}", x, y, _OWN[name])
        if name == "success":
            panel.text(x, y + 0.035, f"{np.expm1(r):.3g}", ha="center", va="bottom", fontsize=7.5)


def _time_panel(panel: Panel, runs: dict[Any, RunSeries], config: HotTopicPoliciesConfig) -> None:
    panel.titled("(b) run time", _STRENGTH, "evaluations / ($n$ ln $n$)")
    panel.logarithmic()
    _lines(panel, config, words=False)
    panel.axes.axhline(config.cap, color="#999999", linewidth=0.8, zorder=1)
    place = 0
    for name, (words, look) in _names(config).items():
        if name in runs:
            panels.run_times(panel, words, runs[name], look, lift=1.1 ** (place + 0.7))
            place += 1
    x = np.linspace(min(config.strengths), max(config.strengths), 121)
    panel.line("e^c / c", x, np.exp(x) / x, dash=panels.FLUID, colour=_GREY, width=1.0)
    panel.text(float(x[-1]), 0.8 * float(np.exp(x[-1]) / x[-1]), "$e^c/c$", ha="right", va="top", color=_GREY)
    panel.text(float(x[0]), config.cap * 1.04, f"capped at {config.cap:g} $n$ ln $n$", va="bottom", color=_GREY)


def _law_panel(panel: Panel, runs: dict[Any, RunSeries], config: HotTopicPoliciesConfig) -> None:
    panel.titled("(c) levels visited, laws of flips", _RATIO, "levels visited / ($L$ + 1)")
    _ratio_axis(panel)
    panel.text(0.93, 0.62, "efficient below 1", rotation=90, ha="right", va="center", fontsize=7.8, color=_GREY)
    known = [name for name in _LAWS if name in runs]
    for name in known:
        panels.values(panel, _law_words(name, config), runs[name], shares(runs[name], config.levels), _LAWS[name])
    panels.key(panel, [(_law_words(name, config), _LAWS[name]) for name in known], at=(0.44, 0.9), step=0.062)
    panel.axes.set_ylim(-_FEWEST, 1.06)


def _drift_panel(panel: Panel, drifts: dict[Any, DriftSeries], config: HotTopicPoliciesConfig) -> None:
    panel.titled("(d) drift at a frozen level", _RATIO, "drift / ($ε$ $m_1$), zero-bits per step")
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    _ratio_axis(panel)
    known = [name for name in _LAWS if name in drifts]
    for name in known:
        look, series, words = _LAWS[name], drifts[name], _law_words(name, config)
        x, y = _curve(config, name)
        panel.line(f"exact, {words}", x, y, colour=look.colour)
        m1 = np.array([laws.means(config, name, float(parameter)) for parameter in parameters(config, name)])
        mean, half = series.mean / (config.eps * m1), 1.96 * series.standard_error / (config.eps * m1)
        panel.points(words, series.x, mean, look, lower=mean - half, upper=mean + half)
    panels.key(panel, [(_law_words(name, config), _LAWS[name]) for name in known], at=(0.44, 0.95), step=0.062)


def _curve(config: HotTopicPoliciesConfig, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The exact drift along a family, against r."""
    given = parameters(config, name)
    points = np.linspace(given.min(), given.max(), 33)
    x = {"powers": laws.power_ratio, "rates": laws.rate_ratio}.get(name)
    r = points if x is None else np.array([x(config.n, float(b)) for b in points])
    y = [laws.drift(config, name, float(b)) / (config.eps * laws.means(config, name, float(b))) for b in points]
    return r, np.array(y)


def _law_words(name: str, config: HotTopicPoliciesConfig) -> str:
    return {
        "static": "standard bits",
        "jumps": f"1 or {config.jump} flips",
        "powers": "power law of flips",
        "rates": "power law of strengths",
    }[name]


def _ratio_axis(panel: Panel) -> None:
    panel.axes.set_xscale("log")
    panel.axes.xaxis.set_major_formatter("{x:g}")
    panel.reference("m2 / m1 = 1", 1.0, dash=panels.LIMIT, colour=_GREY)


def _lines(panel: Panel, config: HotTopicPoliciesConfig, *, words: bool = True) -> None:
    """Where the drift of the (1+1)-EA is zero: at density eps, exactly, and in the limit."""
    from theory import hottopic

    limit = float(hottopic.limit_strength())
    root = float(hottopic.critical_strength(config.alpha, config.eps, n=config.n))
    panel.reference("limit, eps to 0", limit, dash=panels.LIMIT, colour=_GREY)
    panel.reference(f"zero of the exact drift at eps = {config.eps:g}", root, dash=panels.FLUID, colour=_GREY)
    if words:
        turned = {"rotation": 90, "ha": "right", "va": "center", "fontsize": 7.8, "color": _GREY}
        panel.text(limit - 0.02, 0.72, f"limit ε → 0: {limit:.3f}", **turned)
        panel.text(root - 0.02, 0.72, f"ε = {config.eps:g}: {root:.3f}", **turned)
