from theory.bounds import drift as drift
from theory.bounds import fitness_levels as fitness_levels
from theory.bounds import linear as linear

__all__ = ["drift", "fitness_levels", "linear"]
