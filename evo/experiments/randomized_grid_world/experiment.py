"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.randomized_grid_world.cells import run_cells, targets
from evo.experiments.randomized_grid_world.config import CONFIGS, RandomizedGridWorldConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class RandomizedGridWorld(AbstractGridExperiment):
    """Whether an evolution strategy finds randomized exploration, and when seeds are worth nothing."""

    name = "randomized-grid-world"
    title = "A hidden target in two episodes: learned exploration with random seeds, at sizes of our own"
    paper = "von Oswald, Kobayashi, Akram and Steger 2024 (grid world; the paper's sizes are not known to us)"
    references = ("VonOswaldEtAl2024Learning", "SalimansEtAl2017Evolution", "MeierEtAl2019Past")
    claimed = (
        "Against an adversary who hides the target, policies with random seeds trained on a relaxed worst case find "
        "every target, at sizes of ours nearly as often as the best mixture of walks; the expected loss, a single seed "
        "per step or a constant seed leave some target that is never found."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "2 minutes", "large": "hours"}
    config_type = RandomizedGridWorldConfig

    def config(self, preset: str, variant: str | None) -> RandomizedGridWorldConfig:
        return CONFIGS[preset]

    def sizes(self, config: RandomizedGridWorldConfig) -> str:
        exponents = ", ".join(f"{q:g}" for q in config.exponents)
        return (
            f"{targets(config)} targets, two episodes of {config.horizon} steps; policies: {len(config.kinds)}; "
            f"exponents {exponents}; {config.steps:,} generations, {config.runs} trainings each"
        )

    def cells(self, config: RandomizedGridWorldConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: RandomizedGridWorldConfig) -> Chart:
        from evo.experiments.randomized_grid_world.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: RandomizedGridWorldConfig) -> Sequence[Claim]:
        from evo.experiments.randomized_grid_world.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: RandomizedGridWorldConfig) -> str:
        from evo.experiments.randomized_grid_world.figure import caption

        return caption(config)
