"""What the best policies reach on their worst target."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from theory import randomized

if TYPE_CHECKING:
    from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig

__all__ = ["deterministic", "minimax"]


def deterministic(config: RandomizedGridWorldConfig) -> float:
    """1 if some two walks visit all targets, else 0."""
    return float(_levels(config.rows, config.columns, config.horizon, (config.row, config.column))[0])


def minimax(config: RandomizedGridWorldConfig) -> float:
    """The largest probability to find the target by the end of the second episode that a mixture guarantees."""
    return float(_levels(config.rows, config.columns, config.horizon, (config.row, config.column))[1])


@lru_cache(maxsize=8)
def _levels(rows: int, columns: int, horizon: int, start: tuple[int, int]) -> tuple[float, float]:
    payoff = randomized.two_episode_game(rows, columns, horizon, start).payoff
    found = (payoff > 0.0).astype(float)  # by either walk, and then the second episode finds it again
    return float(found.min(axis=1).max()), float(randomized.minimax(found).value)
