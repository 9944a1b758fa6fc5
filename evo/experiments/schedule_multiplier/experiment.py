"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.schedule_multiplier.cells import run_cells
from evo.experiments.schedule_multiplier.config import CONFIGS, ScheduleMultiplierConfig, shown

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class ScheduleMultiplier(AbstractGridExperiment):
    """Which multiplier of the schedule c ln(t) / t is best, at finite n and in the limit."""

    name = "schedule-multiplier"
    title = "The multiplier of the schedule c ln(t) / t"
    paper = "Einarsson, Gauy, Lengler, Meier, Mujika, Steger and Weissenberger 2018"
    references = ("EinarssonEtAl2018Hidden",)
    claimed = (
        "As n grows, T = x(c) n ln n on linear functions with c E_1(c / x) = 1, smallest at c = 1.5447; at feasible n "
        "smaller multipliers are as good, larger ones worse."
    )
    presets: ClassVar = {
        "smoke": "10 seconds",
        "laptop": "1 minute",
        "large": "10 minutes",
    }
    config_type = ScheduleMultiplierConfig

    def config(self, preset: str, variant: str | None) -> ScheduleMultiplierConfig:
        return CONFIGS[preset]

    def sizes(self, config: ScheduleMultiplierConfig) -> str:
        sizes = ", ".join(f"n = {n:,} with {runs} runs" for n, runs in zip(config.n, config.runs, strict=True))
        return f"{sizes} at each of {len(config.multipliers)} multipliers on {', '.join(map(shown, config.functions))}"

    def cells(self, config: ScheduleMultiplierConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: ScheduleMultiplierConfig) -> Chart:
        from evo.experiments.schedule_multiplier.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: ScheduleMultiplierConfig) -> Sequence[Claim]:
        from evo.experiments.schedule_multiplier.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: ScheduleMultiplierConfig) -> str:
        from evo.experiments.schedule_multiplier.figure import caption

        return caption(config)
