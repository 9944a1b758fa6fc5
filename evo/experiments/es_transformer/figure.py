"""The figure: losses over evaluations in both settings, and how well single estimates point."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from evo.experiments.es_transformer.cells import run_cells
from evo.experiments.es_transformer.claims import chance, cosine_rate, parameters, sequences
from evo.experiments.es_transformer.config import EsTransformerConfig
from evo.experiments.es_transformer.names import ARMS, FRESH, FULL, PLAIN, SURROGATE
from evo.experiments.training_arms import curves, panels
from evo.plots import LOOKS, Chart
from theory import past_descent

if TYPE_CHECKING:
    import polars as pl

_SPENT = "evaluations of a batch"


def drawn(table: pl.DataFrame, config: EsTransformerConfig) -> Chart:
    """The chart of all rows."""
    settings = config.settings
    chart = Chart([*settings, "cosine"], width=5.4 * (len(settings) + 1), height=4.3)
    chart.shading /= 2
    found, styles = curves(table, run_cells(config)), panels.looks(ARMS)
    titles = {FULL: "(a) full batch", FRESH: f"(b) fresh minibatches of {config.minibatch}"}
    for panel, setting in zip(chart.panels, settings, strict=False):
        panel.titled(titles[setting], _SPENT, "loss on all training sequences, nats")
        panel.axes.axhline(chance(config), color="#999999", linewidth=0.8, zorder=1)
        panel.mark("chance", "reference", 0.0, chance(config))
        panels.losses(panel, {arm: found[setting, arm] for arm in ARMS if (setting, arm) in found}, styles)
    rate = cosine_rate(config)
    chart.panels[-1].titled(f"(c) single estimates, learning rate {rate:g}", "generation", "cosine with true gradient")
    shown = [(setting, arm) for setting in settings for arm in (SURROGATE, PLAIN)]
    panels.cosines(
        chart.panels[-1],
        {name: found[name] for name in shown if name in found},
        {name: LOOKS[place] for place, name in enumerate(shown)},
        rate,
        math.sqrt(past_descent.gaussian(parameters(config), config.pairs).mean),
    )
    return chart


def caption(config: EsTransformerConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    training, held_out = sequences(config)
    shown = (
        f"A decoder-only transformer (one block, width {config.width}, two heads, {parameters(config):,} parameters) "
        f"learns associative recall of {config.pairs_to_recall} pairs. All {training + held_out} sequences are listed: "
        f"{training} are the training objective, {held_out} are held out. Adam on the estimates of four evolution "
        f"strategies with {config.pairs} antithetic pairs, sigma = {config.sigma:g}, that is {2 * config.pairs} "
        "evaluations a generation, and on the gradient of backprop for scale, 3 evaluations a generation; all for "
        f"{config.generations:,} generations, {config.runs} runs. {panels.CHOICE} Grey: chance, ln {config.values}. "
        "(a) Every evaluation is the whole objective. (b) Every generation draws its own minibatch of "
        f"{config.minibatch} of the training sequences, the same for all its evaluations; shown is the loss on all. "
        "(c) The cosine of single estimates with the gradient on all training sequences, all at the smallest learning "
        "rate; dotted: the root of the exact mean square for independent random directions."
    )
    why = (
        "When surrogates help. SurrogateEs measures its previous estimate again in each generation. With the same "
        "objective in every generation (full or large batches, common random numbers) and steps that turn the "
        "gradient little, estimates point better than those of random directions alone, and most where the "
        "learning rate is small; Adam averages past estimates in any case, and a larger learning rate makes up for "
        "worse ones, so after a choice of rates for each arm little of it may be left in the loss. With fresh small "
        "minibatches the gradient turns more from generation to generation than the pairs can follow, and there is "
        "nothing to gain. One task, one network and one population size are shown; evaluations are counted, not "
        "seconds. LowRankEs and Open_ES have another noise and shaping, not more information."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))
