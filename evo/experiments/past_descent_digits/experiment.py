"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.past_descent_digits.cells import training_cells
from evo.experiments.past_descent_digits.config import CONFIGS, PastDescentDigitsConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PastDescentDigits(AbstractGridExperiment):
    """Where past directions pay in training and where they do not, every learning rate tuned."""

    name = "past-descent-digits"
    title = "Past descent directions in training a network"
    paper = "Meier, Mujika, Gauy and Steger 2019"
    references = ("MeierEtAl2019Past", "ChoromanskiEtAl2018Structured", "SalimansEtAl2017Evolution")
    claimed = (
        "With full batches past directions estimate the gradient better at no extra cost and train further, even with "
        "the best learning rate for each; with a fresh small minibatch in every step they gain nothing."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "8 minutes", "large": "4 hours"}
    config_type = PastDescentDigitsConfig

    def config(self, preset: str, variant: str | None) -> PastDescentDigitsConfig:
        return CONFIGS[preset]

    def sizes(self, config: PastDescentDigitsConfig) -> str:
        told = f"{len(config.rates)} learning rates, {config.steps[-1]:,} steps, {config.runs} runs"
        return f"{config.examples:,} examples, {config.hidden} hidden units, {config.pairs} pairs, {told}"

    def cells(self, config: PastDescentDigitsConfig) -> Sequence[AbstractCell]:
        return training_cells(config)

    def figure(self, table: pl.DataFrame, config: PastDescentDigitsConfig) -> Chart:
        from evo.experiments.past_descent_digits.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PastDescentDigitsConfig) -> Sequence[Claim]:
        from evo.experiments.past_descent_digits.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PastDescentDigitsConfig) -> str:
        from evo.experiments.past_descent_digits.figure import caption

        return caption(config)
