"""The figure: success over inputs, against the exponent, and against repetitions."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.randomized_arms import outcomes, panels
from evo.experiments.randomized_recall.cells import solver_cells
from evo.experiments.randomized_recall.claims import CHANCE, predicted, target
from evo.experiments.randomized_recall.config import RandomizedRecallConfig
from evo.experiments.randomized_recall.names import CONSTANT, EVOLVED, EXTRA, GRID, ROOMY, SEEDED, SINGLE
from evo.plots import Chart
from theory import randomized

if TYPE_CHECKING:
    import polars as pl

_SUBSET = "random subset, exact"
_MIXED = "random superposition, exact"


def drawn(table: pl.DataFrame, config: RandomizedRecallConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["inputs", "exponents", "repetitions"], width=17.0, height=4.3)
    chart.shading /= 2
    found, q = outcomes(table, solver_cells(config)), config.exponents[-1]
    styles = panels.looks((*GRID, *EXTRA))
    here = {kind: found[kind, q] for kind in (*GRID, *EXTRA) if (kind, q) in found}
    inputs, exponents, repetitions = chart.panels
    mixed = float(randomized.superposition_accuracy(config.pairs, config.memory))
    lines = {_SUBSET: target(config), _MIXED: mixed, "a coin": CHANCE}
    inputs.titled(f"(a) all inputs, q = {q:g}", "share of inputs, worst first", "success of one answer")
    panels.over_inputs(inputs, {k: v for k, v in here.items() if k != EVOLVED}, styles, lines)
    exponents.titled("(b) the worst input", "exponent $q$ of the relaxed risk", "success of one answer")
    panels.against_exponent(exponents, found, GRID, styles, lines)
    repetitions.titled(f"(c) majorities on the worst input, q = {q:g}", "seeds that answer together", "success")
    shown = {kind: here[kind] for kind in (SEEDED, EVOLVED, CONSTANT) if kind in here}
    curves = {_SUBSET: predicted(config, target(config)), _MIXED: predicted(config, mixed)}
    if SEEDED in here:
        curves["binomial law"] = predicted(config, float(np.mean(1.0 - here[SEEDED].columns["confirmed"][:, 0])))
    panels.repetitions(repetitions, shown, styles, config.repetitions, curves)
    return chart


def caption(config: RandomizedRecallConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    N, M, q = config.pairs, config.memory, config.exponents[-1]
    shown = (
        f"A linear-attention memory with {M}-dimensional keys is given {N} one-bit values and {config.seed_bits} "
        "random signs, and asked for one value; an adversary who knows the network chooses values and key, not the "
        f"seed. All {config.count:,} inputs are listed. Networks minimise the relaxed risk, the power mean over inputs "
        f"of the squared error averaged over m = {config.trials} seeds ({SINGLE}: m = 1; {CONSTANT}: the same seed for "
        f"ever; {ROOMY}: {N}-dimensional keys), by Adam on gradients or ({EVOLVED}) on estimates of an evolution "
        f"strategy from the ranks of {2 * config.es_pairs} evaluations a generation; {config.runs} trainings each. "
        "(a) Success over seeds on every input, sorted within a training; lines are medians, bands all trainings. (b) "
        "Success on the worst input, of those listed and those that evolutionary algorithms found, measured again with "
        "fresh seeds; bars: 95 % Student intervals over trainings. (c) Majorities of S seeds on that input at "
        f"q = {q:g}; the binomial law is that of the mean single success. The random subset keeps a uniformly random "
        f"{M} of {N} values, the random superposition {M} sums of all with random signs; a coin is what a policy "
        f"that keeps {M} values leaves to the worst key."
    )
    why = (
        "What a fixed seed can do. Answers G v with a matrix of rank M < N recall the signs of all values for no G: on "
        "some values and key every deterministic linear memory errs, and its success there is 0. If only the key were "
        "chosen and values were random, a deterministic superposition would answer about as well as the random subset "
        "on every key; the adversary must choose values as well. What the networks learn are random superpositions, "
        "not subsets. Sizes, network and training are this library's; those of the paper are not known to us."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))
