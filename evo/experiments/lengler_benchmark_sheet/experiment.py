"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.lengler_benchmark_sheet.cells import run_cells, trace_cells
from evo.experiments.lengler_benchmark_sheet.config import CONFIGS, LenglerBenchmarkSheetConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class LenglerBenchmarkSheet(AbstractGridExperiment):
    """How far the (1+1)-EA comes in 200,000 steps on the deceptive monotone function of a benchmark sheet."""

    name = "lengler-benchmark-sheet"
    title = "The deceptive monotone function of the author's benchmark sheet, 200,000 steps"
    paper = "Lengler 2018, and a benchmark sheet of its author"
    references = ("Lengler2018Dichotomy", "LenglerSteger2018Drift")
    claimed = (
        "At strength 0.9 next to all bits are one; at strength 4 about 90.5 % are, and levels rise without progress."
    )
    presets: ClassVar = {"smoke": "10 seconds", "laptop": "1 minute", "large": "1 to 2 hours"}
    config_type = LenglerBenchmarkSheetConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> LenglerBenchmarkSheetConfig:
        return CONFIGS[preset]

    def sizes(self, config: LenglerBenchmarkSheetConfig) -> str:
        runs = f"{config.runs:,} runs of {config.steps:,} steps"
        return f"n = {config.n:,}, {config.levels} levels, {runs} at each of {len(config.strengths)} strengths"

    def cells(self, config: LenglerBenchmarkSheetConfig) -> Sequence[AbstractCell]:
        return [*run_cells(config), *trace_cells(config)]

    def figure(self, table: pl.DataFrame, config: LenglerBenchmarkSheetConfig) -> Chart:
        from evo.experiments.lengler_benchmark_sheet.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: LenglerBenchmarkSheetConfig) -> Sequence[Claim]:
        from evo.experiments.lengler_benchmark_sheet.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: LenglerBenchmarkSheetConfig) -> str:
        from evo.experiments.lengler_benchmark_sheet.figure import caption

        return caption(config)
