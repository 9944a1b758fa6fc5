"""The fitness-level method: bounds on E[T] from the probabilities to leave and to visit every level."""

from theory.bounds.fitness_levels.levels import Levels, levels_of
from theory.bounds.fitness_levels.sums import expected_steps, lower_bound, upper_bound

__all__ = ["Levels", "expected_steps", "levels_of", "lower_bound", "upper_bound"]
