"""Additive drift: the distance to the target shrinks by a constant in expectation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory.bounds.drift import _conditions
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.process import Process, demand_process
from theory.results import Value

__all__ = ["additive_lower", "additive_upper"]


def additive_upper(process: Process, start: ArrayLike, *, delta: float | None = None) -> DriftBound:
    """An upper bound on E[T] from a drift of at least delta at every positive state.

    E[X_t - X_{t+1} | X_t = s] >= delta for all s > 0 implies E[T | X_0] <= X_0 / delta.

    Args:
        process: its states and drifts.
        start: X_0, one of the states; or the probability of every state.
        delta: positive, in units of X per step; None for the smallest drift of the process.

    Returns:
        The bound in steps; its tail is Markov's inequality, P(T > t) <= E[T] / (t + 1).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if the drift is smaller than delta at a state, which is named, or not positive.

    Source: He and Yao (2001), additive drift theorem.

    Example:
        >>> walk = Process.from_drift([0, 1, 2, 3], [0, 0.25, 0.5, 0.25])
        >>> additive_upper(walk, 3.0).expected.upper
        12.0
    """
    demand_process(process)
    values, weights = process.start_law(start)
    delta = _conditions.at_least(process, np.ones_like(process.states), delta, "E[X_t - X_{t+1} | X_t = s] >= delta")
    mean = math.fsum(weights * values) / delta
    source = "He and Yao (2001): additive drift, upper bound X_0 / delta"
    return DriftBound(Value.bound(lower=0.0, upper=mean, source=source), delta, _conditions.markov(mean))


def additive_lower(process: Process, start: ArrayLike, *, delta: float | None = None) -> DriftBound:
    """A lower bound on E[T] from a drift of at most delta at every positive state.

    E[X_t - X_{t+1} | X_t = s] <= delta for all s > 0, on a bounded state space, implies E[T | X_0] >= X_0 / delta. The
    states of a `Process` are finitely many, so they are bounded.

    Args:
        process: its states and drifts.
        start: X_0, one of the states; or the probability of every state.
        delta: positive, in units of X per step; None for the largest drift of the process. If no drift is positive,
            the bound is inf.

    Returns:
        The bound in steps; nothing is said about the tail.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if the drift exceeds delta at a state, which is named.

    Source: He and Yao (2001), additive drift theorem.

    Example:
        >>> walk = Process.from_drift([0, 1, 2, 3], [0, 0.25, 0.5, 0.25])
        >>> additive_lower(walk, 3.0).expected.lower
        6.0
    """
    demand_process(process)
    values, weights = process.start_law(start)
    delta = _conditions.at_most(process, np.ones_like(process.states), delta, "E[X_t - X_{t+1} | X_t = s] <= delta")
    distance = math.fsum(weights * values)
    mean = distance / delta if delta > 0.0 else (math.inf if distance > 0.0 else 0.0)
    source = "He and Yao (2001): additive drift, lower bound X_0 / delta"
    return DriftBound(Value.bound(lower=mean, source=source), delta, _conditions.nothing)
