"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.leadingones_rates.cells import run_cells
from evo.experiments.leadingones_rates.config import CONFIGS, LeadingOnesRatesConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class LeadingOnesRates(AbstractGridExperiment):
    """What a mutation rate costs on LeadingOnes: fixed, known for each level, or found by a success rule."""

    name = "leadingones-rates"
    title = "Mutation rates on LeadingOnes: static, by level, and adjusted by success"
    paper = "Böttcher, Doerr and Neumann 2010; Doerr, Doerr and Lengler 2019"
    references = ("BottcherDoerrNeumann2010LeadingOnes", "DoerrDoerrLengler2019SelfAdjusting")
    claimed = (
        "Run times are those of the exact laws, of order n^2: the best static rate takes 0.772 n^2 steps, a success "
        "rule at s = e - 1 approaches e/4 n^2, which no choice of the rate by level beats."
    )
    presets: ClassVar = {"smoke": "10 seconds", "laptop": "3 minutes", "large": "3 to 5 hours"}
    config_type = LeadingOnesRatesConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> LeadingOnesRatesConfig:
        return CONFIGS[preset]

    def sizes(self, config: LeadingOnesRatesConfig) -> str:
        points = len(config.strengths) + len(config.s) * len(config.factors) + 4 * len(config.sizes)
        runs = f"{config.success_runs:,} to {config.runs:,} runs per point"
        return f"{points} points, n up to {max(config.n, *config.sizes):,}, {runs}"

    def cells(self, config: LeadingOnesRatesConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: LeadingOnesRatesConfig) -> Chart:
        from evo.experiments.leadingones_rates.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: LeadingOnesRatesConfig) -> Sequence[Claim]:
        from evo.experiments.leadingones_rates.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: LeadingOnesRatesConfig) -> str:
        from evo.experiments.leadingones_rates.figure import caption

        return caption(config)
