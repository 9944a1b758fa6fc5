"""Grids of runs: one cell per point of a figure, what its rows are, and what they say.

A grid experiment lists its cells; planning, computing, series, measurements for claims and panels are here. Panels
load matplotlib and are imported from `evo.experiments.grids.panels` where a figure is drawn.
"""

from evo.experiments.grids.cells import AbstractBatchCell, AbstractCell, DriftCell, Observed, RunCell
from evo.experiments.grids.experiment import AbstractGridExperiment, computed, planned
from evo.experiments.grids.measures import (
    bracket,
    crossing,
    curvature,
    decisive,
    drift_deviations,
    judge_crossing,
    mean_deviations,
    means,
    quantiles,
    quotient,
    ratios,
    share_deviations,
    shares,
)
from evo.experiments.grids.series import DriftSeries, RunSeries, drift_series, run_series

__all__ = [
    # what is run
    "AbstractCell",
    "AbstractBatchCell",
    "RunCell",
    "DriftCell",
    "Observed",
    "AbstractGridExperiment",
    "planned",
    "computed",
    # what came out, per series
    "RunSeries",
    "DriftSeries",
    "run_series",
    "drift_series",
    # intervals for claims, one per point
    "quantiles",
    "means",
    "mean_deviations",
    "shares",
    "share_deviations",
    "ratios",
    "quotient",
    "drift_deviations",
    # one interval from those
    "decisive",
    "bracket",
    "crossing",
    "curvature",
    "judge_crossing",
]
