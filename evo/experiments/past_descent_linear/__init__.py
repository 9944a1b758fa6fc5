"""Past descent directions on linear functions, against averages and against estimates without memory."""

from evo.experiments.past_descent_linear.config import PastDescentLinearConfig
from evo.experiments.past_descent_linear.experiment import PastDescentLinear

__all__ = ["PastDescentLinear", "PastDescentLinearConfig"]
