"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.es_transformer.cells import run_cells
from evo.experiments.es_transformer.config import CONFIGS, EsTransformerConfig
from evo.experiments.grids import AbstractCell, AbstractGridExperiment

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class EsTransformer(AbstractGridExperiment):
    """Whether evolution strategies train a small transformer, and when past directions help them."""

    name = "es-transformer"
    title = "A small transformer trained by evolution strategies and by backprop"
    paper = "Meier, Mujika, Gauy and Steger 2019 (the estimator; the task is not theirs)"
    references = ("MeierEtAl2019Past", "SalimansEtAl2017Evolution", "SarkarEtAl2025Hyperscale", "Lange2022Evosax")
    claimed = (
        "Function values alone train a transformer on a small deterministic task almost to the loss of backprop. Past "
        "directions make each estimate point better where the objective stays the same, not with fresh minibatches."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "10 minutes", "large": "hours"}
    config_type = EsTransformerConfig

    def config(self, preset: str, variant: str | None) -> EsTransformerConfig:
        return CONFIGS[preset]

    def sizes(self, config: EsTransformerConfig) -> str:
        return (
            f"width {config.width}, {config.pairs} pairs, {config.generations:,} generations; {len(config.arms)} arms "
            f"in {len(config.settings)} settings at {len(config.rates)} learning rates, {config.runs} runs each"
        )

    def cells(self, config: EsTransformerConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: EsTransformerConfig) -> Chart:
        from evo.experiments.es_transformer.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: EsTransformerConfig) -> Sequence[Claim]:
        from evo.experiments.es_transformer.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: EsTransformerConfig) -> str:
        from evo.experiments.es_transformer.figure import caption

        return caption(config)
