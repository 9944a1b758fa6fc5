"""The figure: losses against evaluations in both regimes, and what the learning rate does to loss and cosine."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.past_descent.panels import GREY, intervals, name_ends
from evo.experiments.past_descent_digits.arms import ARMS, BACKPROP, PAST, PLAIN, Arm, Regime
from evo.experiments.past_descent_digits.cells import COSINE, PREDICTED
from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig
from evo.experiments.past_descent_digits.measures import Rows, best_rate, geometric, rows_by, stable
from evo.plots import LOOKS, Chart, Look, Panel

if TYPE_CHECKING:
    import polars as pl

_OPEN = (0, (4, 2))


def drawn(table: pl.DataFrame, config: PastDescentDigitsConfig) -> Chart:
    """The chart of all rows."""
    chart = Chart(["full batch", "fresh minibatches", "final loss", "cosine"], width=16.4, height=4.4)
    rows = rows_by(table, config)
    first, second, third, last = chart.panels
    _losses(first, f"(a) full batch of {config.examples:,}", Regime.FULL, rows, config)
    _losses(second, f"(b) fresh minibatches of {config.batch:,}", Regime.FRESH, rows, config)
    _final(third, rows, config)
    _cosines(last, rows, config)
    return chart


def caption(config: PastDescentDigitsConfig) -> str:
    """What the figure shows, and how far it may be trusted."""
    data = "the digits of scikit-learn" if config.data is None else config.data
    shown = (
        f"A network with {config.hidden} tanh units trained on {config.examples:,} examples ({data}) by plain gradient "
        f"descent with {config.pairs} pairs of evaluations per step; past directions spend one of them on the last "
        f"estimate. Means of {config.runs} runs with 95 % Student's intervals. (a), (b) Loss of all examples, each arm "
        "at the learning rate with the smallest final loss; a backprop step counts as three evaluations. (c) Geometric "
        "mean of the final loss, (d) mean cosine between estimate and gradient of all examples, both against the "
        "learning rate: solid for full batches, dashed for fresh minibatches; learning rates at which a run ends above "
        "its start are left out. Grey: the cosine predicted for a gradient that turns at random by the measured angles."
    )
    why = (
        "At one learning rate past directions are far ahead with full batches; much of this goes when each arm is "
        "tuned, since plain ES bears a larger step. Two fresh minibatches differ more than the pairs can follow: at "
        "learning rates that are of use nothing is left, and plain ES, which bears the larger step, ends lower. A step "
        "along the estimate removes just what the estimate knows, which a random turn does not: so the prediction is "
        "too high. Numbers are ours; the full text of the paper was not available."
    )
    return "\n\n".join(textwrap.fill(item, 110, break_on_hyphens=False) for item in (shown, why))


def _losses(panel: Panel, title: str, regime: Regime, rows: Rows, config: PastDescentDigitsConfig) -> None:
    panel.titled(title, "evaluations of the batch", "loss of all examples")
    panel.logarithmic()
    panel.axes.set_xscale("log")
    ends, last, first = [], 1.0, np.inf
    for arm, look in zip(ARMS, LOOKS, strict=False):
        rate = best_rate(rows, regime, arm, config.steps[-1])
        if rate is None:
            continue
        found = rows[regime, arm, rate]
        x = np.array(config.steps) * float(arm.evaluations(config))
        values = [found[f"loss t={t}"] for t in config.steps]
        intervals(panel, arm.name, x, values, look, joined=True)
        ends.append((float(x[-1]), float(np.mean(values[-1])), f"{arm.name}, rate {rate:g}", look))
        first, last = min(first, float(x[0])), max(last, float(x[-1]))
    low, high = 0.7 * first, last * (last / first) ** 0.1
    panel.axes.set_xlim(low, high)
    es = [(y, words, look) for x, y, words, look in ends if not words.startswith(BACKPROP.name)]
    for x, y, words, look in ends:
        if words.startswith(BACKPROP.name):
            panel.text(x, y / 1.12, words, color=look.colour, va="top", ha="center")
    _, top = panel.axes.get_ylim()
    bottom = min((y for _, y, _, _ in ends), default=0.1)
    panel.axes.set_ylim(0.45 * bottom, top)
    if es:
        panel.axes.set_xlim(low, high * (last / first) ** 0.45)
        name_ends(panel, es, 1.25 * last, gap=0.055)


def _final(panel: Panel, rows: Rows, config: PastDescentDigitsConfig) -> None:
    panel.titled("(c) tuning", "learning rate", f"loss after {config.steps[-1]} steps")
    panel.logarithmic()
    panel.axes.set_xscale("log")
    begins, ends, reach = [], [], [*config.rates, *config.backprop_rates]
    for (regime, arm), look in _curves():
        rates = stable(rows, regime, arm, config.steps[-1])
        if not rates:
            continue
        found = [geometric(rows[regime, arm, rate], config.steps[-1], 0.95) for rate in rates]
        middle, lower, upper = np.array([(one.estimate, one.lower, one.upper) for one in found]).T
        panel.points(_name(regime, arm), rates, middle, look, lower=lower, upper=upper, joined=True)
        if regime is Regime.FULL:
            words = arm.name if arm is BACKPROP else _name(regime, arm)
            begins.append((rates[0], float(middle[0]), words, look))
        elif arm is not BACKPROP:
            ends.append((float(middle[-1]), _name(regime, arm), look))
            reach.append(rates[-1])
    for x, y, words, look in begins:
        panel.text(0.8 * x, y, words, color=look.colour, va="center", ha="right")
    panel.axes.set_xlim(0.06 * min(reach), 4.0 * max(reach))
    panel.axes.set_ylim(0.6 * panel.axes.get_ylim()[0], panel.axes.get_ylim()[1])
    if ends:
        name_ends(panel, ends, 1.3 * reach[-1], gap=0.055)


def _cosines(panel: Panel, rows: Rows, config: PastDescentDigitsConfig) -> None:
    panel.titled("(d) quality of the estimate", "learning rate", "cosine(estimate, gradient)")
    panel.axes.set_xscale("log")
    ends, last = [], config.rates[0]
    for (regime, arm), look in _curves():
        if arm is BACKPROP:
            continue
        rates = stable(rows, regime, arm, config.steps[-1])
        values = [rows[regime, arm, rate][COSINE] for rate in rates]
        intervals(panel, _name(regime, arm), np.array(rates), values, look, joined=True)
        if rates:
            ends.append((float(np.mean(values[-1])), _name(regime, arm), look))
            last = max(last, rates[-1])
    rates = stable(rows, Regime.FULL, PAST, config.steps[-1])
    line = [float(np.mean(rows[Regime.FULL, PAST, rate][PREDICTED])) for rate in rates]
    panel.line("past directions, random turns", rates, line, colour=GREY, dash=(0, (1, 1.5)))
    if line:
        panel.text(rates[0], line[0] + 0.02, "if turns were random", color=GREY, va="bottom")
    panel.axes.set_ylim(-0.03, 1.1 * panel.axes.get_ylim()[1])
    panel.axes.set_xlim(0.8 * config.rates[0], last * (last / config.rates[0]) ** 0.35 * 2.0)
    if ends:
        name_ends(panel, ends, 1.3 * last, gap=0.055)


def _name(regime: Regime, arm: Arm) -> str:
    word = {PAST: "past", PLAIN: "plain", BACKPROP: "backprop"}[arm]
    return f"{word}, {'full' if regime is Regime.FULL else 'fresh'}"


def _curves() -> list[tuple[tuple[Regime, Arm], Look]]:
    return [
        ((regime, arm), look if regime is Regime.FULL else Look(look.colour, look.marker, _OPEN))
        for regime in Regime
        for arm, look in zip(ARMS, LOOKS, strict=False)
    ]
