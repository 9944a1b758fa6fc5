"""The law of the hitting time of a Markov chain whose transitions change with the step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact.chain.iteration import TAIL
from theory.exact.hitting._problem import as_matrix, checked_start, checked_target, outside_target
from theory.results import Law

__all__ = ["inhomogeneous_law"]


def inhomogeneous_law(
    transitions: Callable[[int], Any] | Sequence[Any], *, target: Any, start: ArrayLike, horizon: int
) -> Law:
    """The law of the number of steps until a time-inhomogeneous Markov chain is in the target.

    P(T = t) is the mass that enters the target in step t of p_t = p_{t-1} P_t.

    Args:
        transitions: t -> the matrix of step t = 1, 2, ..., or a list of them, whose last one is kept. Each is dense or
            scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.
        horizon: the number of steps to track, at least 0; fewer if less than 1e-15 is under way.

    Returns:
        An exact law; what is under way at the horizon, and rounding, are in the defect. Mean and variance come from the
        table and are refused when the defect exceeds 1e-9.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for rows that are no laws, matrices of different sizes, or arguments out of range.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> falling = inhomogeneous_law(lambda t: [[1, 0], [1 / t, 1 - 1 / t]], target=0, start=1, horizon=5)
        >>> falling.pmf([1, 2]).tolist()
        [1.0, 0.0]
    """
    horizon = _check.steps_of(horizon, "steps", "Pass the number of steps to track.")
    step = _matrices(transitions)
    states = as_matrix(step(1)).shape[0]
    mask, now = checked_target(target, states), checked_start(start, states)
    pmf, now = [math.fsum(now[mask])], np.where(mask, 0.0, now)
    given, turned, done = None, None, 0
    while done < horizon and now.sum() > TAIL:
        matrix = step(done + 1)
        if given is None or matrix is not given:  # a matrix that is kept is checked once
            given, turned = matrix, _turned(matrix, mask, done + 1)
        now = turned @ now  # the target is empty
        done += 1
        pmf.append(math.fsum(now[mask]))
        now = np.where(mask, 0.0, now)
    under_way = math.fsum(now)
    rounding = abs(1.0 - (math.fsum(pmf) + under_way))
    source = "time-inhomogeneous Markov chain: forward iteration of the law of the state"
    return Law.from_masses(pmf, defect=under_way + rounding, source=source)


def _matrices(transitions: Any) -> Callable[[int], Any]:
    if callable(transitions):
        return transitions
    try:
        listed = list(transitions)
    except TypeError:
        raise TypeError(
            f"`transitions` must be a function of t or a list of matrices; got {transitions!r:.200}. Pass [matrix] "
            "for one that stays."
        ) from None
    if not listed:
        raise ValueError("`transitions` must hold at least one matrix; got none. Pass a list, or a function of t.")
    return lambda t: listed[min(t, len(listed)) - 1]


def _turned(given: Any, target: NDArray[np.bool_], t: int) -> Any:
    matrix = as_matrix(given)
    if matrix.shape[0] != target.size:
        raise ValueError(
            f"`transitions` must give matrices of one size; got {matrix.shape[0]} states in step {t} after "
            f"{target.size}. Give every state a number that it keeps."
        )
    return outside_target(matrix, target).T.tocsr()
