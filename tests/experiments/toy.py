"""A small experiment without compiled code: coins of known bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evo.core.keys import Key
from evo.experiments import AbstractExperiment, Basis, Claim, Exactly, judge, level
from evo.experiments.base import blocks
from evo.statistics import Interval, mean_interval
from evo.studies import Block, Plan


@dataclass(frozen=True, kw_only=True)
class ToyConfig:
    """Coins."""

    biases: tuple[float, ...] = (0.25, 0.75)
    """Chance of heads, per coin."""

    runs: int = 400
    """Throws per coin."""

    seed: int = 1
    """Seed of all rows."""


class Toy(AbstractExperiment):
    """The share of heads is the bias of the coin."""

    name = "toy-coins"
    title = "Coins"
    paper = "Bernoulli 1713"
    references = ("Witt2013Linear",)
    claimed = "The share of heads is the bias."
    presets: ClassVar = {"smoke": "a second", "laptop": "a second"}
    variants: ClassVar = {"bent": "one coin, of bias 0.9"}
    config_type = ToyConfig
    family_error = 1e-6

    def config(self, preset, variant):
        runs = {"smoke": 40, "laptop": 400}[preset]
        return ToyConfig(runs=runs) if variant is None else ToyConfig(runs=runs, biases=(0.9,))

    def sizes(self, config):
        return f"{config.runs} throws"

    def plan(self, config):
        ends = {f"bias {bias}": [10, *range(20, config.runs + 1, 20)] for bias in config.biases}
        return Plan(name=self.name, seed=config.seed, blocks=blocks(ends), code="1")

    def work(self, config, block: Block):
        bias = float(block.cell.split()[1])
        key = Key(config.seed).child(block.cell)
        draws = [key.child("run", run).numpy().random() for run in range(block.first, block.first + block.count)]
        return {"heads": np.array([draw < bias for draw in draws], dtype=np.int64), "draw": np.array(draws)}

    def figure(self, table, config):
        from evo.plots import LOOKS, Chart

        chart = Chart(["coins"], width=3.0, height=2.0)
        chart.panels[0].titled("coins", "bias", "share of heads")
        shares = [table.filter(table["cell"] == f"bias {bias}")["heads"].mean() for bias in config.biases]
        chart.panels[0].points("coins", config.biases, shares, LOOKS[0])
        return chart

    def claims(self, table, config):
        found = []
        for place, bias in enumerate(config.biases):
            claim = Claim(
                text=f"the share of heads at bias {bias}",
                source="the law of large numbers",
                basis=Basis.RE_DERIVED,
                predicted=Exactly(bias, 0.0, 0.5),
                rule="Student t interval",
                anywhere=place == 0,
            )
            heads = table.filter(table["cell"] == f"bias {bias}")["heads"].to_numpy()
            measured: Interval = mean_interval(heads, level(self.family_error, len(config.biases)))
            found.append(judge(claim, measured))
        return found

    def caption(self, config):
        return f"{len(config.biases)} coins."
