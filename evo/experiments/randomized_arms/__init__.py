"""Solvers that are given random seeds, trained side by side under several objectives and judged on all inputs."""

from evo.experiments.randomized_arms.cells import Ingredients, SolverCell
from evo.experiments.randomized_arms.config import SolverConfig, check_solvers
from evo.experiments.randomized_arms.outcomes import Solved, outcomes

__all__ = [
    # what is run
    "Ingredients",
    "SolverCell",
    "SolverConfig",
    "check_solvers",
    # what came out
    "Solved",
    "outcomes",
]
