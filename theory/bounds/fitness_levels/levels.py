"""Leaving and visit probabilities of the levels of a Markov chain."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.exact.chain import Chain

__all__ = ["Levels", "levels_of"]


class Levels(NamedTuple):
    """One entry per level, from the worst to the one before the target.

    Args:
        least: the smallest probability, over the states of the level, to leave it in a step.
        most: the largest.
        visits: the probability that the level is ever visited.
    """

    least: NDArray[np.float64]
    most: NDArray[np.float64]
    visits: NDArray[np.float64]


def levels_of(chain: Chain, start: ArrayLike, *, partition: ArrayLike | None = None) -> Levels:
    """Leaving and visit probabilities of the levels of a chain that never moves to a worse level.

    Visits follow the mass from the worst level to the best: what enters a level is solved for the states from which it
    is left.

    Args:
        chain: on {0, ..., m}; state 0 absorbs.
        start: float64[m + 1], the probability of every state.
        partition: int[m + 1], the level of every state, smaller is better, 0 for the target (state 0 at least); None
            for one level per state.

    Returns:
        The probabilities, right up to a relative 1e-12 where every level is one state.

    Raises:
        ValueError: if the chain may move to a worse level, with the state; if a level holds states from which it is
            never left, besides levels of one state; or for arguments out of range.

    Source: elementary.

    Example:
        >>> from theory import fitness_levels, onemax
        >>> levels = levels_of(onemax.bands(2, rate=0.5), [0.25, 0.5, 0.25])
        >>> levels.visits.tolist(), levels.least.tolist()
        ([0.25, 0.6666666666666666], [0.75, 0.25])
        >>> round(float(fitness_levels.expected_steps(levels.least, visits=levels.visits)), 9)
        3.0
    """
    size = chain.states + 1
    weights = np.asarray(start, dtype=np.float64)
    if weights.shape != (size,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`start` must hold the probabilities of the {size} states (non-negative, sum 1); got shape "
            f"{weights.shape}, sum {weights.sum():.12g}. Pass one probability per state."
        )
    level = np.arange(size) if partition is None else np.asarray(partition)
    if level.shape != (size,) or level.dtype.kind not in "iu" or level[0] != 0 or level.min() < 0:
        raise ValueError(
            f"`partition` must hold {size} integers >= 0, the level of every state, with level 0 for state 0; got "
            f"{partition!r}. Pass None for one level per state."
        )
    flow = weights.copy()  # the probability that the level of a state is entered there
    least, most, visits = [], [], []
    for number in np.unique(level[level > 0])[::-1]:
        members = np.flatnonzero(level == number)
        rows = np.array([_row(chain, int(k)) for k in members])
        _demand_no_loss(rows, members, level, int(number))
        leaving = rows[:, level < number].sum(axis=1)
        least.append(float(leaving.min()))
        most.append(float(leaving.max()))
        visits.append(float(flow[members].sum()))
        flow += _stays(rows[:, members], leaving, flow[members]) @ np.where(level < number, rows, 0.0)
    return Levels(np.minimum(1.0, least), np.minimum(1.0, most), np.minimum(1.0, visits))


def _row(chain: Chain, state: int) -> NDArray[np.float64]:
    row = np.zeros(chain.states + 1)
    down, up = min(state, chain.down.shape[1]), min(chain.states - state, chain.up.shape[1])
    row[state - down : state] = chain.down[state, :down][::-1]
    row[state + 1 : state + 1 + up] = chain.up[state, :up]
    return row


def _stays(
    inner: NDArray[np.float64], leaving: NDArray[np.float64], entered: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The expected number of steps from each state of a level, up to steps that stay."""
    if leaving.size == 1:
        return entered / leaving if leaving[0] > 0.0 else np.zeros(1)
    escapes = leaving > 0.0
    for _ in range(leaving.size):
        escapes = escapes | (inner[:, escapes] > 0.0).any(axis=1)
    if not escapes.all():
        raise ValueError(
            "`partition` must not join states from which their level is never left with others; a level of "
            f"{leaving.size} states has {int((~escapes).sum())} of them. Give each a level of its own."
        )
    system = np.diag(leaving + inner.sum(axis=1)) - inner  # 1 - P(k, k) is the sum of what leaves the state
    return np.asarray(np.linalg.solve(system.T, entered), dtype=np.float64)


def _demand_no_loss(
    rows: NDArray[np.float64], members: NDArray[np.int64], level: NDArray[np.int64], number: int
) -> None:
    loss = rows[:, level > number].sum(axis=1)
    if loss.max() > 0.0:
        worst = int(members[loss.argmax()])
        raise ValueError(
            f"the chain must never move to a worse level; from state {worst} of level {number} it does with "
            f"probability {loss.max():g}. Choose levels that selection never loses, or use theory.drift."
        )
