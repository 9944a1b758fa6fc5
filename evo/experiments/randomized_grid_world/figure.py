"""The figure: success over targets, against the exponent and against repetitions, and where targets are found."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.randomized_arms import Solved, outcomes
from evo.experiments.randomized_arms.panels import against_exponent, looks, over_inputs, repetitions
from evo.experiments.randomized_grid_world.cells import run_cells, targets
from evo.experiments.randomized_grid_world.claims import predicted
from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig
from evo.experiments.randomized_grid_world.levels import deterministic, minimax
from evo.experiments.randomized_grid_world.names import CONSTANT, GRID, KINDS, PAST, SEEDED, SINGLE
from evo.plots import Chart, Panel
from theory.randomized import amplified

if TYPE_CHECKING:
    import polars as pl

_SUCCESS = "success in the second episode"


def drawn(table: pl.DataFrame, config: RandomizedGridWorldConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["targets", "exponent", "repetitions", "grid"], width=19.0, height=4.3)
    chart.shading /= 2
    found = outcomes(table, run_cells(config))
    high, v = config.exponents[-1], minimax(config)
    styles = looks(KINDS)
    first, second, third, last = chart.panels
    for panel in (first, second, third):
        panel.axes.set_ylim(-0.04, 1.04)
    lines = {"best mixture of walks, worst target": v, "best two walks, worst target": deterministic(config)}
    first.titled(f"(a) single repetitions, q = {high:g}", "share of targets", _SUCCESS)
    over_inputs(first, {kind: found[kind, high] for kind in KINDS if (kind, high) in found}, styles, lines)
    second.titled("(b) worst target", "exponent q of the relaxed risk", _SUCCESS)
    against_exponent(second, found, GRID, styles, lines)
    third.titled(f"(c) worst target, q = {high:g}", "repetitions S", "success of one of them")
    shown = {kind: found[kind, high] for kind in (SEEDED, CONSTANT) if (kind, high) in found}
    curves = {"best mixture of walks": [float(amplified(v, S)) for S in config.repetitions]}
    if SEEDED in shown:
        curves["1 - (1 - c)^S, trained"] = predicted(config, shown[SEEDED]).mean(axis=0).tolist()
    repetitions(third, shown, styles, config.repetitions, curves)
    last.titled("(d) success by target, one training", "", "")
    _maps(last, shown, config)
    return chart


def _maps(panel: Panel, shown: dict[str, Solved], config: RandomizedGridWorldConfig) -> None:
    """The success for every target at its place on the grid, of the first trainings."""
    panel.axes.set_axis_off()
    start = config.row * config.columns + config.column
    for place, (kind, outcome) in enumerate(shown.items()):
        values = np.insert(outcome.success[0], start, np.nan).reshape(config.rows, config.columns)
        inner = panel.inset((0.53 * place, 0.1, 0.47, 0.78))
        inner.titled(kind, "", "")
        inner.axes.imshow(values, vmin=0.0, vmax=1.0, cmap="Blues", aspect="equal")
        inner.axes.set_xticks([])
        inner.axes.set_yticks([])
        for (row, column), value in np.ndenumerate(values):
            words = "start" if np.isnan(value) else f"{value:.2f}"
            inner.text(column, row, words, ha="center", va="center")
            if not np.isnan(value):
                panel.mark(f"{kind}, row {row}", "single run", column, value)


def caption(config: RandomizedGridWorldConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    count, T = targets(config), config.horizon
    shown = (
        f"A policy looks for a target in any of the {count} cells of a {config.rows} x {config.columns} grid besides "
        f"the start, in two episodes of {T} steps with the same target. It moves to the largest of four scores and has "
        f"no randomness but a seed of {config.seed_bits} fair signs. A gated recurrent unit with {config.hidden} "
        f"units is trained by AntitheticEs ({config.pairs} pairs, sigma = {config.sigma:g}, centred ranks; {PAST}: "
        f"SurrogateEs) and Adam for {config.steps:,} generations, on the relaxed risk of missing the target in the "
        f"second episode, over all targets and m = {config.trials} fresh seeds that all members share ({SINGLE}: "
        f"m = 1; {CONSTANT}: the same seed for ever); {config.runs} trainings each. (a) Success over seeds for every "
        "target, sorted within a training; lines are medians, bands all trainings. (b) Success for the worst target, "
        "measured again with fresh seeds; bars: 95 % Student intervals over trainings. (c) One of S repetitions finds "
        "it; c is the success of one. (d) Success at the place of the target, single trainings. The best mixture of "
        "walks is the exact solution of the game, by linear programming."
    )
    needed = (
        "Two fixed walks see all targets, and no seeds are needed."
        if deterministic(config)
        else f"Two walks see at most {2 * T} targets, and none all {count}: an adversary who knows a policy without "
        "randomness hides the target where it never looks."
    )
    why = (
        f"{needed} Seeds are used only if the risk is relaxed (q > 1) and a generation sees "
        "several of them; the expected loss, or one seed a step, is as well served by fixed walks. The loss is "
        "piecewise constant, and backprop learns nothing. Sizes, network and training are this library's; those of "
        "the paper are not known to us."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))
