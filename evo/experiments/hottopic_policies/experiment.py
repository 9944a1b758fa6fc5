"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.hottopic_policies.cells import drift_cells, run_cells
from evo.experiments.hottopic_policies.config import CONFIGS, HotTopicPoliciesConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class HotTopicPolicies(AbstractGridExperiment):
    """Whether HotTopic's transition moves with offspring, crossover, other laws of flips and self-adjusting rates."""

    name = "hottopic-policies"
    title = "HotTopic's transition under offspring, crossover, laws of flips and self-adjusting rates"
    paper = "Lengler 2018; Doerr, Le, Makhmara and Nguyen 2017"
    references = (
        "Lengler2018Dichotomy",
        "DoerrEtAl2017Fast",
        "DoerrDoerrEbel2015LambdaLambda",
        "LenglerSteger2018Drift",
    )
    claimed = (
        "Offspring do not move the transition, crossover measures strength by c gamma, laws of flips with m2 / m1 at "
        "most 1 are efficient; power laws far above 1 are too, where the drift is positive."
    )
    presets: ClassVar = {
        "smoke": "10 to 20 seconds",
        "laptop": "2 to 4 minutes",
        "large": "10 to 20 hours",
    }
    config_type = HotTopicPoliciesConfig
    family_error = 0.05

    def config(self, preset: str, variant: str | None) -> HotTopicPoliciesConfig:
        return CONFIGS[preset]

    def sizes(self, config: HotTopicPoliciesConfig) -> str:
        points = len(run_cells(config))
        return f"n = {config.n:,} with {config.levels} levels; {config.runs} runs at each of {points} points"

    def cells(self, config: HotTopicPoliciesConfig) -> Sequence[AbstractCell]:
        return [*drift_cells(config), *run_cells(config)]

    def figure(self, table: pl.DataFrame, config: HotTopicPoliciesConfig) -> Chart:
        from evo.experiments.hottopic_policies.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: HotTopicPoliciesConfig) -> Sequence[Claim]:
        from evo.experiments.hottopic_policies.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: HotTopicPoliciesConfig) -> str:
        from evo.experiments.hottopic_policies.figure import caption

        return caption(config)
