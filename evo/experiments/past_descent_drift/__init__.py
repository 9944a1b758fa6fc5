"""Past descent directions while the gradient turns."""

from evo.experiments.past_descent_drift.config import PastDescentDriftConfig
from evo.experiments.past_descent_drift.experiment import PastDescentDrift

__all__ = ["PastDescentDrift", "PastDescentDriftConfig"]
