"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, final

from evo.experiments.claims import Claim
from evo.experiments.es_hyperscale.cells import estimate_cells
from evo.experiments.es_hyperscale.config import CONFIGS, EsHyperscaleConfig
from evo.experiments.grids import AbstractCell, AbstractGridExperiment

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class EsHyperscale(AbstractGridExperiment):
    """Evolution strategies with perturbations of rank one: the same estimate from fewer numbers."""

    name = "es-hyperscale"
    title = "Evolution strategies with perturbations of rank one"
    paper = "Sarkar, Fellows, Duque et al. 2025"
    references = ("SarkarEtAl2025Hyperscale", "SalimansEtAl2017Evolution")
    claimed = (
        "Perturbations of rank one estimate the gradient of a network as well as dense ones, from a fraction of the "
        "random numbers, and neither holds the population."
    )
    presets: ClassVar = {"smoke": "15 seconds", "laptop": "4 minutes", "large": "2 hours"}
    config_type = EsHyperscaleConfig

    def config(self, preset: str, variant: str | None) -> EsHyperscaleConfig:
        return CONFIGS[preset]

    def sizes(self, config: EsHyperscaleConfig) -> str:
        widths, populations = (", ".join(map(str, item)) for item in (config.widths, config.populations))
        return f"widths {widths}, populations {populations}, {config.examples} examples"

    def cells(self, config: EsHyperscaleConfig) -> Sequence[AbstractCell]:
        return estimate_cells(config)

    def figure(self, table: pl.DataFrame, config: EsHyperscaleConfig) -> Chart:
        from evo.experiments.es_hyperscale.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: EsHyperscaleConfig) -> Sequence[Claim]:
        from evo.experiments.es_hyperscale.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: EsHyperscaleConfig) -> str:
        from evo.experiments.es_hyperscale.figure import caption

        return caption(config)
