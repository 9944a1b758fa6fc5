"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.entropy_compression.cells import gain_cells
from evo.experiments.entropy_compression.config import CONFIGS, EntropyCompressionConfig
from evo.experiments.grids import AbstractCell, AbstractGridExperiment

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class EntropyCompression(AbstractGridExperiment):
    """What a backward encoding of the (1+1)-EA gains per accepted step, where it stagnates and where it progresses."""

    name = "entropy-compression"
    title = "Entropy compression: the log-gain of the (1+1)-EA's accepted steps"
    paper = "Lengler, Martinsson and Steger 2019 (the encoding is a reconstruction)"
    references = ("LenglerMartinssonSteger2019Hillclimbing", "Lengler2018Dichotomy", "LenglerSteger2018Drift")
    claimed = (
        "In stagnation as many bits are gained as lost, and no backward encoding needs fewer bits than the entropy: "
        "the mean log-gain is not positive. Single swaps: b_1 = 1 - a_1."
    )
    presets: ClassVar = {"smoke": "10 seconds", "laptop": "5 minutes", "large": "1 to 2 hours"}
    config_type = EntropyCompressionConfig

    def config(self, preset: str, variant: str | None) -> EntropyCompressionConfig:
        return CONFIGS[preset]

    def sizes(self, config: EntropyCompressionConfig) -> str:
        return (
            f"n = {config.n:,}; HotTopic with L = {config.levels:,} at {len(config.stagnating)} strengths, BinVal and "
            f"linear functions at {len(config.progressing)}; {config.runs} runs each"
        )

    def cells(self, config: EntropyCompressionConfig) -> Sequence[AbstractCell]:
        return gain_cells(config)

    def figure(self, table: pl.DataFrame, config: EntropyCompressionConfig) -> Chart:
        from evo.experiments.entropy_compression.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: EntropyCompressionConfig) -> Sequence[Claim]:
        from evo.experiments.entropy_compression.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: EntropyCompressionConfig) -> str:
        from evo.experiments.entropy_compression.figure import caption

        return caption(config)
