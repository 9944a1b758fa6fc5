"""Figures: the one place that imports matplotlib, without its global state (no pyplot, no display)."""

from evo.plots.chart import Chart, Panel
from evo.plots.distributions import comparison, runs
from evo.plots.saving import draw, save
from evo.plots.style import LOOKS, Look, styled

__all__ = [
    # figures of results
    "draw",
    "comparison",
    "runs",
    # building blocks
    "Chart",
    "Panel",
    "Look",
    "LOOKS",
    "styled",
    "save",
]
