"""Whether a finite Markov chain ever reaches a target."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.exact.hitting._elimination import Elimination
from theory.exact.hitting._problem import Problem
from theory.results import Value

__all__ = ["probability"]


def probability(transitions: Any, *, target: Any, start: ArrayLike) -> Value:
    """The probability that a Markov chain ever is in the target.

    h_x = sum_y P(x, y) h_y outside the target, h = 1 on it, and h = 0 where no path leads to it.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.

    Returns:
        An exact value in [0, 1]; exactly 1 where no path leads to states without a way to the target.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for rows that are no laws, arguments out of range, or more than 3000 states that lead to each other.

    Source: elementary; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> ruin = [[1, 0, 0, 0], [0.6, 0, 0.4, 0], [0, 0.6, 0, 0.4], [0, 0, 0, 1]]
        >>> round(float(probability(ruin, target=3, start=1)), 9)  # 4 / 19
        0.210526316
    """
    problem = Problem(transitions, target, start)
    reached = arrival(problem)
    value = min(1.0, float(problem.start @ reached))
    source = "finite Markov chain: first-step equations, forward substitution and state reduction"
    if bool(np.all(problem.sure[problem.start > 0.0])):
        return Value.exact(1.0, source=source, error=0.0)
    return Value.exact(value, source=source)


def arrival(problem: Problem) -> NDArray[np.float64]:
    """The probability of ever reaching the target, from every state."""
    reached = np.where(problem.sure, 1.0, 0.0)
    open_ = problem.arriving & ~problem.sure
    if open_.any():
        reached += Elimination(problem.matrix, open_).solve(problem.matrix @ reached)
    return reached
