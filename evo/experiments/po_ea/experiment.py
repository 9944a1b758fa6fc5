"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.grids import AbstractCell, AbstractGridExperiment
from evo.experiments.po_ea.cells import run_cells
from evo.experiments.po_ea.config import CONFIGS, PoEaConfig

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class PoEa(AbstractGridExperiment):
    """How slow the (1+1)-EA is at worst around strength 1: on a partial order, and on adversarial dynamic functions."""

    name = "po-ea"
    title = "The partially ordered EA and its dynamic relatives around mutation strength 1"
    paper = "Jansen 2007; Colin, Doerr and Férey 2014"
    references = ("Jansen2007Brittleness", "ColinDoerrFerey2014Monotonic", "LenglerMeier2020Dynamic")
    claimed = (
        "Run times are those of the exact chains: of order n log n below strength 1, n^(3/2) at 1, and exponential "
        "above, where OneMax and every linear function stay at n log n."
    )
    presets: ClassVar = {"smoke": "15 seconds", "laptop": "2 to 3 minutes", "large": "5 to 8 hours"}
    config_type = PoEaConfig
    family_error = 0.01

    def config(self, preset: str, variant: str | None) -> PoEaConfig:
        return CONFIGS[preset]

    def sizes(self, config: PoEaConfig) -> str:
        runs = f"{config.least_runs:,} to {config.most_runs:,} runs per point"
        return f"{len(run_cells(config))} points, n = {min(config.n)} to {max(config.critical_n):,}, {runs}"

    def cells(self, config: PoEaConfig) -> Sequence[AbstractCell]:
        return run_cells(config)

    def figure(self, table: pl.DataFrame, config: PoEaConfig) -> Chart:
        from evo.experiments.po_ea.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: PoEaConfig) -> Sequence[Claim]:
        from evo.experiments.po_ea.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: PoEaConfig) -> str:
        from evo.experiments.po_ea.figure import caption

        return caption(config)
