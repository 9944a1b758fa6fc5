"""Figures: the one place that imports matplotlib, without its global state (no pyplot, no display)."""

from evo.plots.against import against
from evo.plots.budgets import fixed_budget
from evo.plots.chart import Chart, Panel
from evo.plots.distributions import comparison, distribution, runs
from evo.plots.expressions import Expression
from evo.plots.saving import draw, save
from evo.plots.style import LOOKS, Look, styled
from evo.plots.survival import survival
from evo.plots.targets import fixed_target
from evo.plots.trajectories import trajectory

__all__ = [
    # figures of results
    "draw",
    "comparison",
    "runs",
    # figures of tables with one row per run
    "against",
    "distribution",
    "survival",
    # figures of recorded rows
    "fixed_target",
    "fixed_budget",
    "trajectory",
    # building blocks
    "Expression",
    "Chart",
    "Panel",
    "Look",
    "LOOKS",
    "styled",
    "save",
]
