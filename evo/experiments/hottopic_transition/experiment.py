"""The experiment: its name, its presets and where its pieces are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

from evo.experiments.base import AbstractExperiment
from evo.experiments.claims import Claim
from evo.experiments.hottopic_transition import rows
from evo.experiments.hottopic_transition.config import AUTHOR, CONFIGS, HotTopicTransitionConfig
from evo.studies import Block, Columns, Plan

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart


@final
class HotTopicTransition(AbstractExperiment):
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

    def plan(self, config: HotTopicTransitionConfig) -> Plan:
        shared: dict[str, Any] = {
            "alpha": config.alpha,
            "beta": config.beta,
            "eps": config.eps,
            "cap": config.cap,
            "batch": rows.BATCH,
        }
        source = Path(rows.__file__).read_bytes()
        engines = {cell.label: rows.engine(config, cell) for cell in rows.run_cells(config)}
        return Plan(
            name=self.name,
            seed=config.seed,
            blocks=rows.planned(config),
            config=shared,
            code=hashlib.blake2b(source, digest_size=8).hexdigest(),
            engines=engines,
        )

    def work(self, config: HotTopicTransitionConfig, block: Block) -> Columns:
        return rows.computed(config, block)

    def figure(self, table: pl.DataFrame, config: HotTopicTransitionConfig) -> Chart:
        from evo.experiments.hottopic_transition.figure import drawn

        return drawn(table, config)

    def claims(self, table: pl.DataFrame, config: HotTopicTransitionConfig) -> Sequence[Claim]:
        from evo.experiments.hottopic_transition.claims import claims_of

        return claims_of(config, table, self.family_error)

    def caption(self, config: HotTopicTransitionConfig) -> str:
        from evo.experiments.hottopic_transition.figure import caption

        return caption(config)
