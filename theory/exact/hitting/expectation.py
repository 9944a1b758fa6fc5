"""Moments of the hitting time of a finite Markov chain, of any order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact.hitting._elimination import Elimination
from theory.exact.hitting._problem import Problem
from theory.results import Value

__all__ = ["expected_steps", "expected_steps_from", "moments", "variance"]

_MOST = 100  # order of a moment
_SOURCE = "finite Markov chain: first-step equations, forward substitution and state reduction"


def expected_steps(transitions: Any, *, target: Any, start: ArrayLike) -> Value:
    """The expected number of steps until a Markov chain is in the target.

    E_x = 1 + sum_y P(x, y) E_y outside the target, averaged over the start.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.

    Returns:
        An exact value in steps; inf if the target may not be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for rows that are no laws, arguments out of range, or more than 3000 states that lead to each other.

    Source: elementary; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> round(float(expected_steps([[0.5, 0.5, 0], [0.25, 0.5, 0.25], [0, 0, 1]], target=2, start=0)), 9)
        8.0
    """
    return Value.exact(_mixed(Problem(transitions, target, start), 1, central=False)[1], source=_SOURCE)


def variance(transitions: Any, *, target: Any, start: ArrayLike) -> Value:
    """The variance of the number of steps until a Markov chain is in the target.

    V_x = sum_y P(x, y) (V_y + (E_y + 1 - E_x)^2), and the law of total variance over the start.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.

    Returns:
        An exact value in steps squared; inf if the target may not be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: as `expected_steps`.

    Source: elementary (law of total variance).

    Example:
        >>> round(float(variance([[1, 0], [0.25, 0.75]], target=0, start=1)), 9)
        12.0
    """
    return Value.exact(_mixed(Problem(transitions, target, start), 2, central=True)[2], source=_SOURCE, error=1e-11)


def expected_steps_from(transitions: Any, *, target: Any) -> NDArray[np.float64]:
    """The expected number of steps until a Markov chain is in the target, from every state.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.

    Returns:
        float64[states] in steps; inf where the target may not be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: as `expected_steps`.

    Source: see `expected_steps`.

    Example:
        >>> expected_steps_from([[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]], target=0).tolist()
        [0.0, 2.0, inf]
    """
    return _from_every_state(Problem(transitions, target, 0), 1, central=False)[1]


def moments(
    transitions: Any, *, target: Any, start: ArrayLike, order: int, central: bool = False
) -> NDArray[np.float64]:
    """The moments of the number of steps until a Markov chain is in the target, up to any order.

    Raw, f_r = E[T^r]: f_r(x) = sum_y P(x, y) sum_{i<=r} C(r, i) f_i(y). Central, m_r = E[(T - E[T])^r]: m_r(x) = sum_y
    P(x, y) sum_{i<=r} C(r, i) m_i(y) (E_y + 1 - E_x)^(r-i). Central moments do not come from raw ones, which would cost
    their leading digits where the standard deviation is small beside the mean.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.
        order: the largest order k, in [0, 100].
        central: whether E[(T - E[T])^r] is asked for in place of E[T^r].

    Returns:
        float64[order + 1], entry r in steps to the power r; entry 0 is 1. Where the target may not be reached, entries
        from 1 on are inf, central moments of an odd order at least 3 nan; likewise for moments beyond the range of
        floats.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: as `expected_steps`.

    Source: elementary (binomial theorem and first-step equations).

    Example:
        >>> moments([[1, 0], [0.5, 0.5]], target=0, start=1, order=3).round(9).tolist()
        [1.0, 2.0, 6.0, 26.0]
        >>> moments([[1, 0], [0.5, 0.5]], target=0, start=1, order=3, central=True).round(9).tolist()
        [1.0, 0.0, 2.0, 6.0]
    """
    advice = "Pass 2 for mean and variance."
    order = _check.integer("order", order, low=0, high=_MOST, unit="largest power", advice=advice)
    return _mixed(Problem(transitions, target, start), order, central=central)


def _mixed(problem: Problem, order: int, *, central: bool) -> NDArray[np.float64]:
    """Moments for the start of the problem."""
    used = problem.start > 0.0
    weights = problem.start[used]
    if not bool(np.all(problem.sure[used])):
        odd = [central and r % 2 == 1 and r > 1 for r in range(order + 1)]
        return np.array([1.0 if r == 0 else math.nan if odd[r] else math.inf for r in range(order + 1)])
    tables = _from_every_state(problem, order, central=central)[:, used]
    if not central:
        return np.array([1.0] + [_total(weights * table, math.inf) for table in tables[1:]])
    means = _from_every_state(problem, 1, central=False)[1, used]
    with np.errstate(over="ignore", invalid="ignore"):
        away = means - _total(weights * means, math.inf)
        terms = [
            np.concatenate([weights * math.comb(r, i) * tables[i] * away ** (r - i) for i in range(r + 1)])
            for r in range(order + 1)
        ]
    mixed = [_total(each, math.nan if r % 2 else math.inf) for r, each in enumerate(terms)]
    return np.array([1.0, 0.0, *mixed[2:]][: order + 1])


def _total(terms: NDArray[np.float64], beyond: float) -> float:
    return math.fsum(terms) if bool(np.isfinite(terms).all()) else beyond


def _from_every_state(problem: Problem, order: int, *, central: bool) -> NDArray[np.float64]:
    """float64[order + 1, states]; inf where the target may not be reached."""
    matrix, inside = problem.matrix, problem.sure & ~problem.target
    system = Elimination(matrix, inside)
    origin = np.repeat(np.arange(problem.states), np.diff(matrix.indptr))
    kept = inside[origin]
    origin, end, chance = origin[kept], matrix.indices[kept], matrix.data[kept]

    def summed(moves: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(origin, weights=chance * moves, minlength=problem.states), dtype=np.float64)

    tables = np.zeros((order + 1, problem.states))
    tables[0] = 1.0
    away = np.ones(origin.size)
    if central:
        mean = system.solve(inside.astype(np.float64))
        with np.errstate(over="ignore", invalid="ignore"):
            away = mean[end] + 1.0 - mean[origin]
    for r in range(2 if central else 1, order + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            moves = sum((math.comb(r, i) * tables[i, end] * away ** (r - i) for i in range(r)), np.zeros(origin.size))
            tables[r] = np.nan_to_num(system.solve(summed(moves)), nan=math.inf, posinf=math.inf, neginf=math.inf)
    tables[1:, ~problem.sure] = math.inf
    return tables
