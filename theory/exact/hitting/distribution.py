"""The whole law of the hitting time of a finite Markov chain, by forward iteration."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact.chain.iteration import TAIL, allow
from theory.exact.hitting._problem import Problem
from theory.exact.hitting.arrival import arrival
from theory.exact.hitting.expectation import expected_steps, variance
from theory.results import Kind, Law, Masses, Moments

__all__ = ["law"]

_SOURCE = "finite Markov chain: forward iteration of the law of the state"
_BLOCK = 256  # steps that are taken at once
_DENSE = 256  # states up to which they are
_OVERHEAD = 5000.0  # operations that a call costs beside its products
_FLUSH = 1e-100  # smaller numbers would soon be denormal, which is slow
_MOST = 5_000_000  # steps without a horizon where the target may not be reached


def law(transitions: Any, *, target: Any, start: ArrayLike, horizon: int | None = None) -> Law:
    """The law of the number of steps until a Markov chain is in the target.

    P(T = t) is the mass that enters the target in step t of p_t = p_{t-1} P.

    Args:
        transitions: dense or scipy.sparse, float[states, states], P(x -> y) in row x; rows of the target are ignored.
        target: a state, several states, or one boolean per state.
        start: a state, or one probability per state.
        horizon: track the distribution for so many steps, or until less than 1e-15 is still to arrive; None: till then.

    Returns:
        An exact law, with quantiles. What never arrives, truncation and rounding are in the defect. Mean and variance
        are solved, not summed; inf if the target may not be reached.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for rows that are no laws, or arguments out of range; on use of a distribution that takes minutes.

    Source: elementary (Chapman-Kolmogorov equations).

    Example:
        >>> time = law([[1, 0], [0.5, 0.5]], target=0, start=1)
        >>> time.pmf([1, 2, 3]).tolist(), time.quantile(0.9)
        ([0.5, 0.25, 0.125], 4)
    """
    problem = Problem(transitions, target, start)
    horizon = _check.horizon_of(horizon)
    moments = partial(_moments, transitions, target, start)
    return Law(kind=Kind.EXACT, source=_SOURCE, moments=moments, masses=partial(masses, problem, horizon, moments))


def _moments(transitions: Any, target: Any, start: ArrayLike) -> Moments:
    mean = float(expected_steps(transitions, target=target, start=start))
    spread = float(variance(transitions, target=target, start=start)) if math.isfinite(mean) else math.inf
    return Moments.rounded(mean, spread)


def masses(problem: Problem, horizon: int | None, moments: Callable[[], Moments]) -> Masses:
    """The table of the law; without a horizon the moments tell whether it would take too long."""
    places = np.flatnonzero(problem.arriving & ~problem.target)
    inner = problem.matrix[places][:, places]
    enter = np.asarray(problem.matrix[places][:, np.flatnonzero(problem.target)].sum(axis=1)).ravel()
    blocks = places.size <= _DENSE and (horizon is None or horizon >= 4 * _BLOCK)
    if horizon is None and bool(np.all(problem.sure[problem.start > 0.0])):
        mean, spread, _, _ = moments()
        allow(mean, spread, _OVERHEAD / _BLOCK + 2.0 * places.size if blocks else _OVERHEAD + 2.0 * inner.nnz)
    step = _Blocks(inner, enter) if blocks else _Singles(inner, enter)
    tables, now, done = [np.array([math.fsum(problem.start[problem.target])])], problem.start[places], 0
    while now.sum() > TAIL and (horizon is None or done < horizon):
        if horizon is not None and horizon - done < step.size:
            step = _Singles(inner, enter)
        if horizon is None and done > _MOST:
            raise ValueError(
                f"`horizon` must be given where {_MOST} steps do not suffice; got None, with {float(now.sum()):.3g} of "
                "the mass under way. Pass the number of steps to track."
            )
        table, now = step(now)
        now[now < _FLUSH] = 0.0
        tables.append(table)
        done += step.size
    pmf = np.concatenate(tables)
    reached = arrival(problem)
    due = min(1.0, math.fsum(problem.start * reached))
    settled = math.fsum(pmf) + math.fsum(now * reached[places])
    return Masses(pmf, min(1.0, (1.0 - due) + math.fsum(now) + abs(due - settled)))


class _Singles:
    """One step at a time."""

    size = 1

    def __init__(self, inner: Any, enter: NDArray[np.float64]) -> None:
        self._turned, self._enter = inner.T.tocsr(), enter

    def __call__(self, now: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.array([self._enter @ now]), self._turned @ now


class _Blocks:
    """Many steps at a time, for few states: what enters in each step, and the power of the matrix."""

    size = _BLOCK

    def __init__(self, inner: Any, enter: NDArray[np.float64]) -> None:
        dense = inner.toarray()
        self._entered = np.empty((_BLOCK, enter.size))
        for t in range(_BLOCK):
            self._entered[t] = enter
            enter = dense @ enter
        self._power = np.linalg.matrix_power(dense, _BLOCK).T

    def __call__(self, now: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._entered @ now, self._power @ now
