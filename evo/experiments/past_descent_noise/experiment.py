"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.past_descent_noise.cells import walk_cells
from evo.experiments.past_descent_noise.config import CONFIGS, PastDescentNoiseConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PastDescentNoise(AbstractGridExperiment):
    """What is left of the gain of past directions when evaluations are noisy."""

    name = "past-descent-noise"
    title = "Past descent directions with noisy evaluations"
    paper = "an extension of Meier, Mujika, Gauy and Steger 2019"
    references = ("MeierEtAl2019Past", "ChoromanskiEtAl2018Structured")
    claimed = (
        "Past directions carry the noise of their past: the gain is lost as soon as P v^2 exceeds the squared cosine; "
        "weights that know the noise keep it longer."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "2 minutes", "large": "1 hour"}
    config_type = PastDescentNoiseConfig

    def config(self, preset: str, variant: str | None) -> PastDescentNoiseConfig:
        return CONFIGS[preset]

    def sizes(self, config: PastDescentNoiseConfig) -> str:
        told = f"{len(config.noise)} noises, {config.generations} generations, {config.runs} runs"
        return f"n = {config.n:,}, {config.pairs} pairs, {told}"

    def cells(self, config: PastDescentNoiseConfig) -> Sequence[AbstractCell]:
        return walk_cells(config)

    def figure(self, table: pl.DataFrame, config: PastDescentNoiseConfig) -> Chart:
        from evo.experiments.past_descent_noise.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PastDescentNoiseConfig) -> Sequence[Claim]:
        from evo.experiments.past_descent_noise.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PastDescentNoiseConfig) -> str:
        from evo.experiments.past_descent_noise.figure import caption

        return caption(config)
