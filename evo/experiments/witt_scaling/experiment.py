"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.witt_scaling.cells import run_cells
from evo.experiments.witt_scaling.config import CONFIGS, WittScalingConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class WittScaling(AbstractGridExperiment):
    """How the run time on linear functions grows with n and with the strength, and how little the weights matter."""

    name = "witt-scaling"
    title = "Linear functions: run times in units of (e^c / c) n ln n"
    paper = "Witt 2013"
    references = ("Witt2013Linear",)
    claimed = (
        "On every linear function the (1+1)-EA takes (1 + o(1)) (e^c / c) n ln n steps: the weights change only what "
        "is added to the logarithm, strength 1 is best, and OneMax is the easiest."
    )
    presets: ClassVar = {"smoke": "5 seconds", "laptop": "1 to 2 minutes", "large": "1 to 2 hours"}
    config_type = WittScalingConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> WittScalingConfig:
        return CONFIGS[preset]

    def sizes(self, config: WittScalingConfig) -> str:
        runs = f"{config.least_runs:,} to {config.most_runs:,} runs per point"
        return f"{len(run_cells(config))} points, n up to {max(config.n, *config.sizes):,}, {runs}"

    def cells(self, config: WittScalingConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: WittScalingConfig) -> Chart:
        from evo.experiments.witt_scaling.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: WittScalingConfig) -> Sequence[Claim]:
        from evo.experiments.witt_scaling.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: WittScalingConfig) -> str:
        from evo.experiments.witt_scaling.figure import caption

        return caption(config)
