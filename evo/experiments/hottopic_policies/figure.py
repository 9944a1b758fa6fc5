"""The figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig
from evo.plots import Chart

if TYPE_CHECKING:
    import polars as pl


def drawn(table: pl.DataFrame, config: HotTopicPoliciesConfig) -> Chart:
    """The chart of all rows."""
    return Chart(["levels"], width=4.0, height=4.0)


def caption(config: HotTopicPoliciesConfig) -> str:
    """What the figure shows."""
    return "To be drawn."
