"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.dynamic_binval_transition.cells import density_cells, drift_cells, run_cells
from evo.experiments.dynamic_binval_transition.config import CONFIGS, DynamicBinValTransitionConfig
from evo.experiments.grids import AbstractCell, AbstractGridExperiment

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class DynamicBinValTransition(AbstractGridExperiment):
    """From which mutation strength on the (1+1)-EA stagnates on Dynamic BinVal, and at which density of zero-bits."""

    name = "dynamic-binval-transition"
    title = "The mutation strength from which the (1+1)-EA stagnates on Dynamic BinVal"
    paper = "Lengler and Schaller 2018; Lengler and Meier 2020; Hasebe, Lengler and Ravi 2026"
    references = ("LenglerSchaller2018Noisy", "LenglerMeier2020Dynamic", "HasebeLenglerRavi2026Thresholds")
    claimed = (
        "Run times, chances of success and the density in stagnation are those of the exact chain; the drift next to "
        "the optimum changes its sign at the threshold, 1.594 in the limit."
    )
    presets: ClassVar = {
        "smoke": "10 seconds",
        "laptop": "3 to 4 minutes",
        "large": "3 to 5 hours",
    }
    config_type = DynamicBinValTransitionConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> DynamicBinValTransitionConfig:
        return CONFIGS[preset]

    def sizes(self, config: DynamicBinValTransitionConfig) -> str:
        pairs = zip(config.n, config.runs, config.runs_above, strict=True)
        told = ", ".join(f"n = {n:,} with {_range(below, above)} runs" for n, below, above in pairs)
        return f"{told} at each of {len(config.strengths)} strengths; density at n = {config.density_n:,}"

    def cells(self, config: DynamicBinValTransitionConfig) -> Sequence[AbstractCell]:
        return [*drift_cells(config), *run_cells(config), *density_cells(config)]

    def figure(self, table: pl.DataFrame, config: DynamicBinValTransitionConfig) -> Chart:
        from evo.experiments.dynamic_binval_transition.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: DynamicBinValTransitionConfig) -> Sequence[Claim]:
        from evo.experiments.dynamic_binval_transition.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: DynamicBinValTransitionConfig) -> str:
        from evo.experiments.dynamic_binval_transition.figure import caption

        return caption(config)


def _range(one: int, two: int) -> str:
    return str(one) if one == two else f"{min(one, two)} to {max(one, two)}"
