"""The figure: losses over evaluations on whole sequences and on windows, and the bias of truncation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.es_rnn.bias import STEPS, exact
from evo.experiments.es_rnn.cells import run_cells
from evo.experiments.es_rnn.claims import chance, errors, parameters, strings
from evo.experiments.es_rnn.config import EsRnnConfig
from evo.experiments.es_rnn.names import METHODS, SERIES, WHOLE, WINDOWS
from evo.experiments.training_arms import curves, over_runs, panels
from evo.plots import Chart, Panel
from evo.plots.labels import Label, column

if TYPE_CHECKING:
    import polars as pl

_TITLES = {WHOLE: "whole sequences", WINDOWS: "windows of {} steps"}


def _letters(config: EsRnnConfig) -> dict[str, str]:
    """What the panels are called, in their order; a setting that is not run has none."""
    return dict(zip((*config.settings, "bias"), ("(a)", "(b)", "(c)"), strict=False))


def drawn(table: pl.DataFrame, config: EsRnnConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart([*config.settings, "bias"], width=1.5 + 5.2 * (len(config.settings) + 1), height=4.3)
    chart.shading /= 2
    found = curves(table, run_cells(config))
    letters = _letters(config)
    for panel, setting in zip(chart.panels, config.settings, strict=False):
        title = f"{letters[setting]} {_TITLES[setting].format(config.window)}"
        panel.titled(title, "evaluations of all sequences", "training loss, nats")
        panel.axes.axhline(chance(config), color="#999999", linewidth=0.8, zorder=1)
        panel.mark("chance", "reference", 0.0, chance(config))
        here = {arm: found[setting, arm] for arm in SERIES[setting] if (setting, arm) in found}
        panels.losses(panel, here, panels.looks(SERIES[setting]))
    _bias_panel(chart.panels[-1], table, config)
    return chart


def caption(config: EsRnnConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    training, held_out = strings(config)
    letters = _letters(config)
    panel_texts = {
        WHOLE: "Every evaluation is the whole objective; the truncated gradient, which backpropagates "
        f"through {config.window} steps at most, serves as one more surrogate.",
        WINDOWS: f"Parameters are updated after every window of {config.window} steps, members keep their recurrent "
        "states; equal evaluations in all panels.",
    }
    settings = " ".join(f"{letters[setting]} {panel_texts[setting]}" for setting in config.settings)
    shown = (
        f"A GRU of {config.hidden} units with readout ({parameters(config):,} parameters) copies {config.symbols} bits "
        f"after {config.delay} steps: sequences of {config.length} steps, all {training + held_out} strings listed, "
        f"{training} trained on and {held_out} held out. Adam on the estimates of evolution strategies with "
        f"{config.pairs} antithetic pairs, sigma = {config.sigma:g}, and on gradients of backprop for scale; "
        f"{config.runs} runs. An evaluation is one pass over all training sequences; a gradient counts 3. "
        f"{panels.CHOICE} Grey: chance, {config.symbols} ln 2 / {config.length}. {settings} "
        f"{letters['bias']} The bias of one pair on s <- 0.97 s + 0.05 theta with loss |s - y|^2 / 2 over {STEPS} "
        "steps, theta fixed; lines are exact, points measured with 95 % Student intervals."
    )
    why = (
        "When surrogates help. The training objective is the same in every generation, so that past directions can "
        "pay: they are measured again and add to the random ones; most at learning rates at which the gradient turns "
        "little, so that after a choice of rates for each arm losses need not show it. With fresh small minibatches "
        "instead of common data there is nothing to gain. A truncated gradient is worth its pair exactly as far as it "
        "points along the true one. Surrogates lie where losses bend most: they are measured at the smaller radius of "
        f"surrogate_sigma = {config.surrogate_sigma:g}. Parameters that change after every window change within a "
        "sequence, which persistent and noise-reuse strategies do not correct. Open_ES ranks losses, which keeps its "
        "estimates from shrinking near the optimum; that is shaping, not information. The held-out strings are few; "
        "their loss is in the rows. One task, one network and one population size are shown."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _bias_panel(panel: Panel, table: pl.DataFrame, config: EsRnnConfig) -> None:
    panel.titled(
        f"{_letters(config)['bias']} bias on a linear system",
        "steps of a window $K$",
        "relative error of the mean estimate",
    )
    styles = panels.looks(SERIES[WINDOWS])  # as where they train
    lengths = [K for K in range(1, STEPS + 1) if STEPS % K == 0]
    marks = []
    for method in METHODS:
        biases = [float(exact(method, K).bias) for K in lengths]
        if method == METHODS[0]:
            panel.line(f"exact, {method}", lengths, biases, colour=styles[method].colour)
        found = errors(config, table, method)
        if not found:
            continue
        shift = 1.0 + 0.06 * METHODS.index(method)  # the first, which the line is about, stays where it was measured
        intervals = [over_runs(1.0 - columns["along"], 0.95, method) for columns in found.values()]
        at = np.array([shift * K for K in found])
        middle, lower, upper = (np.array([getattr(one, name) for one in intervals]) for name in _FIELDS)
        panel.points(method, at, middle, styles[method], lower=lower, upper=upper)
        marks.append(Label(method, styles[method], float(at[-1]), float(middle[-1])))
    panel.axes.set_xscale("log")
    panel.axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    panel.axes.axhline(0.0, color="#999999", linewidth=0.8, zorder=1)
    column(panel, marks)


_FIELDS = ("estimate", "lower", "upper")
