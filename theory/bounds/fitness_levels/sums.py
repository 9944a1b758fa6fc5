"""The fitness-level method: sums of visit probability over leaving probability."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.results import Value

__all__ = ["expected_steps", "lower_bound", "upper_bound"]

_ROUNDING = 1e-12  # of the sums, relative


def upper_bound(leave: ArrayLike, *, visits: ArrayLike | None = None) -> Value:
    """An upper bound on E[T] for a process that never falls back to a worse level.

    E[T] <= sum_i v_i / p_i, where p_i is at most the probability to leave level i in a step from any of its points, and
    v_i at least the probability that level i is visited; v_i = 1 always holds.

    Args:
        leave: p_i of every level but the last, in [0, 1].
        visits: v_i, in [0, 1]; None for 1.

    Returns:
        A bound in steps, in `.upper`; inf if a level with v_i > 0 has p_i = 0.

    Raises:
        ValueError: for arguments out of range.

    Source: Wegener (2001) for v_i = 1; Doerr and Kötzing (2021) with visit probabilities.

    Example:
        >>> round(upper_bound([0.5, 0.25]).upper, 9)
        6.0
    """
    total = _sum(leave, np.ones(np.shape(leave)) if visits is None else visits)
    source = "fitness levels: sum v_i / p_i, upper bound"
    return Value.bound(lower=0.0, upper=total * (1.0 + _ROUNDING), source=source)


def lower_bound(leave: ArrayLike, *, visits: ArrayLike) -> Value:
    """A lower bound on E[T] for a process that never falls back to a worse level.

    E[T] >= sum_i v_i / p_i, where p_i is at least the probability to leave level i in a step from any of its points,
    and v_i at most the probability that level i is visited.

    Args:
        leave: p_i of every level but the last, in [0, 1].
        visits: v_i, in [0, 1].

    Returns:
        A bound in steps, in `.lower`.

    Raises:
        ValueError: for arguments out of range.

    Source: Doerr and Kötzing (2021), lower bounds from visit probabilities.

    Example:
        >>> round(lower_bound([0.5, 0.25], visits=[0.5, 0.5]).lower, 9)
        3.0
    """
    total = _sum(leave, visits)
    return Value.bound(lower=total * (1.0 - _ROUNDING), source="Doerr and Kötzing (2021): sum v_i / p_i, lower bound")


def expected_steps(leave: ArrayLike, *, visits: ArrayLike) -> Value:
    """E[T] where every point of a level leaves it with the same probability.

    E[T] = sum_i v_i / p_i, for a process that never falls back to a worse level.

    Args:
        leave: p_i of every level but the last, exactly, in [0, 1].
        visits: v_i, exactly, in [0, 1].

    Returns:
        An exact value in steps; inf if a level with v_i > 0 has p_i = 0.

    Raises:
        ValueError: for arguments out of range.

    Source: elementary (the stay at a level is geometric); Doerr and Kötzing (2021).

    Example:
        >>> p = 0.01  # LeadingOnes: level i is visited with probability 1/2
        >>> round(float(expected_steps([p * (1 - p) ** i for i in range(100)], visits=[0.5] * 100)), 9)
        8573.395180824
    """
    return Value.exact(_sum(leave, visits), source="fitness levels: sum v_i / p_i")


def _sum(leave: ArrayLike, visits: ArrayLike) -> float:
    p, v = _probabilities("leave", leave), _probabilities("visits", visits)
    if p.shape != v.shape:
        raise ValueError(
            f"`leave` and `visits` must have one entry per level; got {p.size} and {v.size}. Leave out the last level."
        )
    used = v > 0.0
    with np.errstate(divide="ignore", over="ignore"):
        terms = v[used] / p[used]
        finite = bool(np.isfinite(terms.sum()))
    return math.fsum(terms) if finite else math.inf


def _probabilities(name: str, values: Any) -> NDArray[np.float64]:
    listed = np.asarray(values, dtype=np.float64)
    if listed.ndim != 1 or not bool(np.all((listed >= 0.0) & (listed <= 1.0))):
        raise ValueError(
            f"`{name}` must hold probabilities in [0, 1], one per level; got shape {listed.shape} or an entry outside. "
            "Pass a list of numbers."
        )
    return listed
