"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.past_descent_drift.cells import walk_cells
from evo.experiments.past_descent_drift.config import CONFIGS, PastDescentDriftConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PastDescentDrift(AbstractGridExperiment):
    """What past directions gain while the gradient turns."""

    name = "past-descent-drift"
    title = "Past descent directions while the gradient turns"
    paper = "Meier, Mujika, Gauy and Steger 2019"
    references = ("MeierEtAl2019Past", "ChoromanskiEtAl2018Structured")
    claimed = (
        "Past directions improve estimates by a factor of about 1 / (r + 1 - a^2), r = (P - 1)/(n - 1), where a is the "
        "cosine between successive gradients; they cost nothing where nothing is left of the old gradient."
    )
    presets: ClassVar = {"smoke": "15 seconds", "laptop": "2 minutes", "large": "1 hour"}
    config_type = PastDescentDriftConfig

    def config(self, preset: str, variant: str | None) -> PastDescentDriftConfig:
        return CONFIGS[preset]

    def sizes(self, config: PastDescentDriftConfig) -> str:
        pairs = " and ".join(str(item) for item in config.pairs)
        told = f"{len(config.turns)} angles, {config.generations} generations, {config.runs} runs"
        return f"n = {config.n:,}, {pairs} pairs, {told}"

    def cells(self, config: PastDescentDriftConfig) -> Sequence[AbstractCell]:
        return walk_cells(config)

    def figure(self, table: pl.DataFrame, config: PastDescentDriftConfig) -> Chart:
        from evo.experiments.past_descent_drift.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PastDescentDriftConfig) -> Sequence[Claim]:
        from evo.experiments.past_descent_drift.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PastDescentDriftConfig) -> str:
        from evo.experiments.past_descent_drift.figure import caption

        return caption(config)
