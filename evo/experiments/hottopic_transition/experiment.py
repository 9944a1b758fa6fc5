"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.hottopic_transition.cells import drift_cells, run_cells
from evo.experiments.hottopic_transition.config import AUTHOR, CONFIGS, HotTopicTransitionConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class HotTopicTransition(AbstractGridExperiment):
    """From which mutation strength on the (1+1)-EA visits all levels of HotTopic instead of jumping to the end."""

    name = "hottopic-transition"
    title = "The mutation strength at which the (1+1)-EA stops climbing HotTopic"
    paper = "Lengler 2018; Lengler and Steger 2018; Lengler, Martinsson and Steger 2019"
    references = (
        "Lengler2018Dichotomy",
        "LenglerSteger2018Drift",
        "LenglerMartinssonSteger2019Hillclimbing",
        "Witt2013Linear",
        "DoerrEtAl2013Monotone",
    )
    claimed = (
        "The drift at a frozen level changes its sign at the exact root; at n = 10,000 few levels are visited up to "
        "strength 2.4, and all of them from 3.5 on."
    )
    presets: ClassVar = {
        "smoke": "10 to 20 seconds",
        "laptop": "3 minutes",
        "large": "2 to 4 hours",
    }
    variants: ClassVar = {
        AUTHOR: "100 levels and small cores (beta = 0.05), the parameters of the author's published code"
    }
    config_type = HotTopicTransitionConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> HotTopicTransitionConfig:
        return CONFIGS[variant, preset]

    def sizes(self, config: HotTopicTransitionConfig) -> str:
        pairs = zip(config.n, config.levels, strict=True)
        told = ", ".join(f"n = {n:,} with {levels} levels" for n, levels in pairs)
        return f"{told}; {config.runs} runs at each of {len(config.strengths)} strengths"

    def cells(self, config: HotTopicTransitionConfig) -> Sequence[AbstractCell]:
        return [*drift_cells(config), *run_cells(config)]

    def figure(self, table: pl.DataFrame, config: HotTopicTransitionConfig) -> Chart:
        from evo.experiments.hottopic_transition.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: HotTopicTransitionConfig) -> Sequence[Claim]:
        from evo.experiments.hottopic_transition.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: HotTopicTransitionConfig) -> str:
        from evo.experiments.hottopic_transition.figure import caption

        return caption(config)
