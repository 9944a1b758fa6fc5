"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.randomized_colouring.cells import run_cells
from evo.experiments.randomized_colouring.config import CONFIGS, RandomizedColouringConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class RandomizedColouring(AbstractGridExperiment):
    """Whether transformers on graphs learn to colour with random seeds what no deterministic solver colours."""

    name = "randomized-colouring"
    title = "Colouring graphs in a few rounds, with and without random seeds"
    paper = "von Oswald, Kobayashi, Akram and Steger 2024 (the task in outline; sizes are ours)"
    references = ("VonOswaldEtAl2024Learning", "Linial1992Locality", "Angluin1980Local")
    claimed = (
        "Given random seeds, a network learns to break symmetry, on every input that an adversary can choose; without "
        "them, or with a seed that never changes, the worst input is never coloured."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "4 minutes", "large": "hours"}
    config_type = RandomizedColouringConfig

    def config(self, preset: str, variant: str | None) -> RandomizedColouringConfig:
        return CONFIGS[preset]

    def sizes(self, config: RandomizedColouringConfig) -> str:
        return (
            f"cycles of {config.nodes} and {config.named_nodes}, graphs of {config.cubic_nodes} nodes; "
            f"{len(config.kinds)} kinds of solvers, {config.runs} trainings of {config.steps:,} steps each"
        )

    def cells(self, config: RandomizedColouringConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: RandomizedColouringConfig) -> Chart:
        from evo.experiments.randomized_colouring.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: RandomizedColouringConfig) -> Sequence[Claim]:
        from evo.experiments.randomized_colouring.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: RandomizedColouringConfig) -> str:
        from evo.experiments.randomized_colouring.figure import caption

        return caption(config)
