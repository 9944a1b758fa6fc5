"""What the experiments on past descent directions have in common: arms, walks of a gradient, and cells of them."""

from evo.experiments.past_descent.arms import (
    AbstractArm,
    Gaussian,
    GuidedPast,
    MovingAverage,
    Orthogonal,
    Past,
    RunningMean,
    ShrunkPast,
)
from evo.experiments.past_descent.cells import ALONE, LATE, WalkCell, deviation_of, keys_of, late_generations, rows_of
from evo.experiments.past_descent.measures import deviation, mean, quotients

__all__ = [
    # what estimates
    "AbstractArm",
    "Past",
    "ShrunkPast",
    "Orthogonal",
    "Gaussian",
    "MovingAverage",
    "RunningMean",
    "GuidedPast",
    # what is run
    "WalkCell",
    "ALONE",
    "keys_of",
    "deviation_of",
    # what came out
    "LATE",
    "rows_of",
    "late_generations",
    # intervals
    "mean",
    "deviation",
    "quotients",
]
