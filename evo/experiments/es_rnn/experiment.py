"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.es_rnn.cells import error_cells, run_cells
from evo.experiments.es_rnn.config import CONFIGS, EsRnnConfig
from evo.experiments.grids import AbstractCell, AbstractGridExperiment

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class EsRnn(AbstractGridExperiment):
    """Whether evolution strategies train a recurrent network, and what windows cost them."""

    name = "es-rnn"
    title = "A recurrent network trained by evolution strategies and by backprop"
    paper = "Meier, Mujika, Gauy and Steger 2019; Vicol, Metz and Sohl-Dickstein 2021; Li et al. 2023 (own tasks)"
    references = (
        "MeierEtAl2019Past",
        "VicolMetzSohlDickstein2021Persistent",
        "LiEtAl2023NoiseReuse",
        "SalimansEtAl2017Evolution",
        "SarkarEtAl2025Hyperscale",
        "Lange2022Evosax",
    )
    claimed = (
        "Function values alone train a recurrent network on a small memory task almost to the loss of backprop. Over "
        "windows truncated evolution strategies are biased by a known amount, persistent and noise-reuse ones are not."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "10 minutes", "large": "hours"}
    config_type = EsRnnConfig

    def config(self, preset: str, variant: str | None) -> EsRnnConfig:
        return CONFIGS[preset]

    def sizes(self, config: EsRnnConfig) -> str:
        return (
            f"{config.hidden} units, {config.pairs} pairs, {config.generations:,} generations; {len(config.arms)} arms "
            f"at {len(config.rates)} learning rates, {config.runs} runs each; {len(config.lengths)} windows with "
            f"{config.episodes:,} episodes"
        )

    def cells(self, config: EsRnnConfig) -> Sequence[AbstractCell]:
        return [*error_cells(config), *run_cells(config)]

    def figure(self, table: pl.DataFrame, config: EsRnnConfig) -> Chart:
        from evo.experiments.es_rnn.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: EsRnnConfig) -> Sequence[Claim]:
        from evo.experiments.es_rnn.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: EsRnnConfig) -> str:
        from evo.experiments.es_rnn.figure import caption

        return caption(config)
