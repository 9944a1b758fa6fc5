"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.hidden_subset.cells import run_cells
from evo.experiments.hidden_subset.config import CONFIGS, HiddenSubsetConfig, shown

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class HiddenSubset(AbstractGridExperiment):
    """Run times n ln n with and without knowledge of the number n of relevant bits."""

    name = "hidden-subset"
    title = "What it costs not to know the number of relevant bits"
    paper = "Einarsson, Gauy, Lengler, Meier, Mujika, Steger and Weissenberger 2018"
    references = ("EinarssonEtAl2018Hidden", "Witt2013Linear")
    claimed = (
        "On linear functions of an unknown number n of bits, adapted rates need e n ln n steps as if n were known, the "
        "best schedule 3.552 n ln n, static rates n (ln n)^(2 + eps)."
    )
    presets: ClassVar = {
        "smoke": "8 seconds",
        "laptop": "1 to 2 minutes",
        "large": "half an hour",
    }
    config_type = HiddenSubsetConfig

    def config(self, preset: str, variant: str | None) -> HiddenSubsetConfig:
        return CONFIGS[preset]

    def sizes(self, config: HiddenSubsetConfig) -> str:
        told = f"n = {config.n[0]:,} to {config.n[-1]:,} with {max(config.runs)} to {min(config.runs)} runs"
        return f"{told} of each policy on {', '.join(map(shown, config.functions))}"

    def cells(self, config: HiddenSubsetConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: HiddenSubsetConfig) -> Chart:
        from evo.experiments.hidden_subset.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: HiddenSubsetConfig) -> Sequence[Claim]:
        from evo.experiments.hidden_subset.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: HiddenSubsetConfig) -> str:
        from evo.experiments.hidden_subset.figure import caption

        return caption(config)
