"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.monotone_zoo.cells import functions, run_cells
from evo.experiments.monotone_zoo.config import CONFIGS, MonotoneZooConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class MonotoneZoo(AbstractGridExperiment):
    """Whether strength 1 is a threshold for the (1+1)-EA on monotone functions that stay the same."""

    name = "monotone-zoo"
    title = "Monotone functions at mutation strengths around 1"
    paper = "Lengler, Martinsson and Steger 2019"
    references = (
        "LenglerMartinssonSteger2019Hillclimbing",
        "DoerrEtAl2013Monotone",
        "Jansen2007Brittleness",
        "Witt2013Linear",
        "LenglerSteger2018Drift",
    )
    claimed = (
        "Up to some strength above 1 the (1+1)-EA takes O(n log^2 n) steps on every monotone function: nothing happens "
        "at 1, where the partially ordered EA needs n^(3/2) steps, and above which it needs exponentially many."
    )
    presets: ClassVar = {"smoke": "10 seconds", "laptop": "2 minutes", "large": "3 to 5 hours"}
    config_type = MonotoneZooConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> MonotoneZooConfig:
        return CONFIGS[preset]

    def sizes(self, config: MonotoneZooConfig) -> str:
        points = f"{len(functions(config))} functions, {len(config.strengths)} strengths"
        return f"{points}, n = {config.n[0]:,} to {config.n[-1]:,}, {config.runs:,} runs per point"

    def cells(self, config: MonotoneZooConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: MonotoneZooConfig) -> Chart:
        from evo.experiments.monotone_zoo.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: MonotoneZooConfig) -> Sequence[Claim]:
        from evo.experiments.monotone_zoo.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: MonotoneZooConfig) -> str:
        from evo.experiments.monotone_zoo.figure import caption

        return caption(config)
