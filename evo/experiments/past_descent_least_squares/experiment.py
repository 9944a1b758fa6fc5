"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.past_descent_least_squares.cells import descent_cells
from evo.experiments.past_descent_least_squares.config import CONFIGS, PastDescentLeastSquaresConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PastDescentLeastSquares(AbstractGridExperiment):
    """Least squares with a biased gradient: surrogates from outside and past directions, alone and together."""

    name = "past-descent-least-squares"
    title = "Biased gradients and past directions on least squares"
    paper = "Meier, Mujika, Gauy and Steger 2019; Maheswaranathan, Metz, Tucker, Choi and Sohl-Dickstein 2019"
    references = (
        "MeierEtAl2019Past",
        "MaheswaranathanEtAl2019Guided",
        "ChoromanskiEtAl2018Structured",
        "SalimansEtAl2017Evolution",
    )
    claimed = (
        "A biased gradient and the past estimate together as surrogates bring the loss lower than either alone, and "
        "lower than guided evolution strategies at equal cost."
    )
    presets: ClassVar = {"smoke": "20 seconds", "laptop": "2 minutes", "large": "half an hour"}
    config_type = PastDescentLeastSquaresConfig

    def config(self, preset: str, variant: str | None) -> PastDescentLeastSquaresConfig:
        return CONFIGS[preset]

    def sizes(self, config: PastDescentLeastSquaresConfig) -> str:
        told = f"{len(config.arms)} arms, {config.iterations[-1]:,} iterations, {config.runs} runs"
        return f"n = {config.n:,}, m = {config.m:,}, {told}"

    def cells(self, config: PastDescentLeastSquaresConfig) -> Sequence[AbstractCell]:
        return descent_cells(config)

    def figure(self, table: pl.DataFrame, config: PastDescentLeastSquaresConfig) -> Chart:
        from evo.experiments.past_descent_least_squares.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PastDescentLeastSquaresConfig) -> Sequence[Claim]:
        from evo.experiments.past_descent_least_squares.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PastDescentLeastSquaresConfig) -> str:
        from evo.experiments.past_descent_least_squares.figure import caption

        return caption(config)
