"""Policies that look for a hidden target with random seeds and without, trained by evolution strategies."""

from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig
from evo.experiments.randomized_grid_world.experiment import RandomizedGridWorld

__all__ = ["RandomizedGridWorldConfig", "RandomizedGridWorld"]
