"""Randomised algorithms against an adversary who knows the algorithm and not its random numbers.

The training objective: `relaxed_risk`, and `relaxed_risk_mean` for few seeds per input. Repetition: `majority`,
`amplified`. Games: `minimax`, which verifies Yao's principle. Associative recall: `recall_accuracy`,
`recall_squared_error`, `recall_game`, and linear memories by `superposition`, `superposition_accuracy`, `recall_table`.
Search on a grid: `exploration_value`, `two_episode_value`, and their games. Colouring a cycle:
`random_colouring`, `colour_repair`, `simulate_colour_repair`, and deterministic rules by `local_colouring`.

Example:
    >>> from theory import randomized
    >>> randomized.majority(0.75, 9)
    Value(0.951072692871, EXACT, source='P(more than half are right)')
"""

from theory.randomized.colouring import (
    CycleColouring,
    SimulatedColouring,
    colour_repair,
    random_colouring,
    simulate_colour_repair,
)
from theory.randomized.exploration import (
    ExplorationGame,
    exploration_game,
    exploration_value,
    two_episode_game,
    two_episode_value,
)
from theory.randomized.games import Minimax, minimax
from theory.randomized.linear_memory import RecallTable, recall_table, superposition, superposition_accuracy
from theory.randomized.local_rules import local_colouring, local_colouring_exists
from theory.randomized.recall import recall_accuracy, recall_game, recall_squared_error
from theory.randomized.risk import relaxed_risk, relaxed_risk_mean
from theory.randomized.votes import amplified, majority

__all__ = [
    "CycleColouring",
    "ExplorationGame",
    "Minimax",
    "RecallTable",
    "SimulatedColouring",
    "amplified",
    "colour_repair",
    "exploration_game",
    "exploration_value",
    "local_colouring",
    "local_colouring_exists",
    "majority",
    "minimax",
    "random_colouring",
    "recall_accuracy",
    "recall_game",
    "recall_squared_error",
    "recall_table",
    "relaxed_risk",
    "relaxed_risk_mean",
    "simulate_colour_repair",
    "superposition",
    "superposition_accuracy",
    "two_episode_game",
    "two_episode_value",
]
