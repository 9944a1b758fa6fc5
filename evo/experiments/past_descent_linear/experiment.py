"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.past_descent_linear.cells import ARMS, walk_cells
from evo.experiments.past_descent_linear.config import CONFIGS, PastDescentLinearConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PastDescentLinear(AbstractGridExperiment):
    """How estimates of a gradient that stays improve, with past directions and with averages."""

    name = "past-descent-linear"
    title = "Past descent directions on linear functions"
    paper = "Meier, Mujika, Gauy and Steger 2019"
    references = (
        "MeierEtAl2019Past",
        "MaheswaranathanEtAl2019Guided",
        "ChoromanskiEtAl2018Structured",
        "SalimansEtAl2017Evolution",
    )
    claimed = (
        "On linear functions an estimate that uses the last one as surrogate approaches the gradient exponentially "
        "fast, E[1 - cos^2] = (1 - P/n) (1 - (P - 1)/(n - 1))^(t - 1), at the cost of plain evolution strategies."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "3 minutes", "large": "half an hour"}
    config_type = PastDescentLinearConfig

    def config(self, preset: str, variant: str | None) -> PastDescentLinearConfig:
        return CONFIGS[preset]

    def sizes(self, config: PastDescentLinearConfig) -> str:
        told = ", ".join(
            f"{pairs} pairs with {runs} runs" for pairs, runs in zip(config.pairs, config.runs, strict=True)
        )
        return f"n = {config.n:,}, {config.generations[-1]} generations, {len(ARMS)} arms, {told}"

    def cells(self, config: PastDescentLinearConfig) -> Sequence[AbstractCell]:
        return walk_cells(config)

    def figure(self, table: pl.DataFrame, config: PastDescentLinearConfig) -> Chart:
        from evo.experiments.past_descent_linear.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PastDescentLinearConfig) -> Sequence[Claim]:
        from evo.experiments.past_descent_linear.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PastDescentLinearConfig) -> str:
        from evo.experiments.past_descent_linear.figure import caption

        return caption(config)
