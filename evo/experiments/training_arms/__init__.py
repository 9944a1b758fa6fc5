"""Arms that train a network side by side: estimators and foreign strategies with Adam, over learning rates and runs."""

from evo.experiments.training_arms.cells import Ingredients, TrainingCell
from evo.experiments.training_arms.curves import Curves, curves
from evo.experiments.training_arms.grid import TrainingConfig, check_training, training_cells
from evo.experiments.training_arms.measures import closed, cosine_gain, log_ratio, over_runs, saved

__all__ = [
    # what is run
    "Ingredients",
    "TrainingCell",
    "TrainingConfig",
    "check_training",
    "training_cells",
    # what came out
    "Curves",
    "curves",
    # one number per run, for claims
    "closed",
    "cosine_gain",
    "log_ratio",
    "over_runs",
    "saved",
]
