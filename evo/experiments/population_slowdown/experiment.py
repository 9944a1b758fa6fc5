"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.population_slowdown.cells import run_cells
from evo.experiments.population_slowdown.config import CONFIGS, PopulationSlowdownConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PopulationSlowdown(AbstractGridExperiment):
    """How larger populations make the (mu+1)-EA visit all levels of HotTopic at a mutation rate that suits mu = 1."""

    name = "population-slowdown"
    title = "Larger populations slow the (µ+1)-EA down on HotTopic"
    paper = "Lengler and Zou 2019; Lengler 2018"
    references = ("LenglerZou2019Slowdown", "Lengler2018Dichotomy")
    claimed = (
        "At c = 1 the levels visited and the run time of the (µ+1)-EA grow with µ; the (µ+1)-GA visits few levels."
    )
    presets: ClassVar = {
        "smoke": "5 seconds",
        "laptop": "5 minutes",
        "large": "4 to 6 hours",
    }
    config_type = PopulationSlowdownConfig

    def config(self, preset: str, variant: str | None) -> PopulationSlowdownConfig:
        return CONFIGS[preset]

    def sizes(self, config: PopulationSlowdownConfig) -> str:
        return (
            f"n = {config.n:,}, L = {config.levels}; {config.runs} runs at each of {len(config.population)} µ, "
            f"{config.crossover_runs} with crossover at each of {len(config.crossover_population)}"
        )

    def cells(self, config: PopulationSlowdownConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: PopulationSlowdownConfig) -> Chart:
        from evo.experiments.population_slowdown.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PopulationSlowdownConfig) -> Sequence[Claim]:
        from evo.experiments.population_slowdown.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PopulationSlowdownConfig) -> str:
        from evo.experiments.population_slowdown.figure import caption

        return caption(config)
