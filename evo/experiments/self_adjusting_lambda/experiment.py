"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.self_adjusting_lambda.cells import inefficient_cells, run_cells, table_cells
from evo.experiments.self_adjusting_lambda.config import CONFIGS, SelfAdjustingLambdaConfig, shown

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class SelfAdjustingLambda(AbstractGridExperiment):
    """From which s on the (1:s+1) rule keeps lambda too small, on OneMax and on harder monotone functions."""

    name = "self-adjusting-lambda"
    title = "The s from which the self-adjusting (1,lambda)-EA fails"
    paper = "Hevia Fajardo and Sudholt 2021; Kaufmann, Larcher, Lengler and Zou 2022"
    references = ("HeviaFajardoSudholt2021SelfAdjusting", "KaufmannEtAl2022SelfAdjusting", "KaufmannEtAl2022OneMax")
    claimed = (
        "Small s is efficient and large s is not, on every monotone function; at n = 1000 OneMax turns between s = 3.4 "
        "and 3.6, Dynamic BinVal between 1.8 and 2.0."
    )
    presets: ClassVar = {
        "smoke": "5 seconds",
        "laptop": "2 to 3 minutes",
        "large": "2 to 3 hours",
    }
    config_type = SelfAdjustingLambdaConfig

    def config(self, preset: str, variant: str | None) -> SelfAdjustingLambdaConfig:
        return CONFIGS[preset]

    def sizes(self, config: SelfAdjustingLambdaConfig) -> str:
        told = ", ".join(f"n = {n:,} with {runs} runs" for n, runs in zip(config.n, config.runs, strict=True))
        return f"{told} at each of {len(config.s)} values of s on {', '.join(map(shown, config.functions))}"

    def cells(self, config: SelfAdjustingLambdaConfig) -> Sequence[AbstractCell]:
        return [*run_cells(config), *inefficient_cells(config), *table_cells(config)]

    def figure(self, table: pl.DataFrame, config: SelfAdjustingLambdaConfig) -> Chart:
        from evo.experiments.self_adjusting_lambda.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: SelfAdjustingLambdaConfig) -> Sequence[Claim]:
        from evo.experiments.self_adjusting_lambda.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: SelfAdjustingLambdaConfig) -> str:
        from evo.experiments.self_adjusting_lambda.figure import caption

        return caption(config)
