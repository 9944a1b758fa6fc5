"""Past descent directions with noisy evaluations, with and without weights that know the noise."""

from evo.experiments.past_descent_noise.config import PastDescentNoiseConfig
from evo.experiments.past_descent_noise.experiment import PastDescentNoise

__all__ = ["PastDescentNoise", "PastDescentNoiseConfig"]
