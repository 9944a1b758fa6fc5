"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.randomized_recall.cells import solver_cells
from evo.experiments.randomized_recall.config import CONFIGS, RandomizedRecallConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class RandomizedRecall(AbstractGridExperiment):
    """Whether a memory that is too small learns to use random seeds against an oblivious adversary."""

    name = "randomized-recall"
    title = "Recall with too little memory, learned with random seeds"
    paper = "von Oswald, Kobayashi, Akram and Steger 2024 (sizes and training are ours)"
    references = ("VonOswaldEtAl2024Learning", "Yao1977Probabilistic")
    claimed = (
        "Trained on a relaxed adversarial risk with several seeds per input, a network with limited memory learns a "
        "randomized algorithm that is right on its worst input more often than any deterministic one; the majority of "
        "several seeds is right almost always. With the expected risk, one seed or a constant seed it does not."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "6 minutes", "large": "hours"}
    config_type = RandomizedRecallConfig

    def config(self, preset: str, variant: str | None) -> RandomizedRecallConfig:
        return CONFIGS[preset]

    def sizes(self, config: RandomizedRecallConfig) -> str:
        return (
            f"{config.memory} of {config.pairs} values, {config.count:,} inputs, {config.trials} seeds; exponents "
            f"{', '.join(f'{q:g}' for q in config.exponents)}; {config.runs} trainings each"
        )

    def cells(self, config: RandomizedRecallConfig) -> Sequence[AbstractCell]:
        return solver_cells(config)

    def figure(self, table: pl.DataFrame, config: RandomizedRecallConfig) -> Chart:
        from evo.experiments.randomized_recall.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: RandomizedRecallConfig) -> Sequence[Claim]:
        from evo.experiments.randomized_recall.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: RandomizedRecallConfig) -> str:
        from evo.experiments.randomized_recall.figure import caption

        return caption(config)
