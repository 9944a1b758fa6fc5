"""Transition matrices from a function that lists moves, and of chains on a space times levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact._merged import Merged
from theory.exact.hitting._problem import TOLERANCE

__all__ = ["Explored", "explore", "product"]

_MOST = 2_000_000  # states that are explored


class Explored(NamedTuple):
    """A transition matrix with the names of its states, and the law of the first state."""

    #: scipy.sparse, float64[states, states]
    matrix: Any
    #: the state of every row
    states: list[Any]
    #: float64[states]
    start: NDArray[np.float64]

    def where(self, condition: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """One boolean per state, such as a target."""
        return np.array([bool(condition(state)) for state in self.states], dtype=np.bool_)


def explore(step: Callable[[Any], Iterable[tuple[float, Hashable]]], start: Hashable | Mapping[Any, float]) -> Explored:
    """The Markov chain on all states that a start can reach, from a function that lists the moves of a state.

    Args:
        step: step(state) gives pairs (probability, next state) of sum 1; a next state may be listed more than once.
            States that agree, floats to a relative 1e-9 and tuples part by part, are one.
        start: a state, or a mapping from states to their probabilities.

    Returns:
        The matrix, the states in the order in which they were met, and the law of the start.

    Raises:
        TypeError: if `step` is not a function that lists pairs.
        ValueError: for moves or a start that are not a law, or for more than 2,000,000 states.

    Source: elementary.

    Example:
        >>> walk = explore(lambda k: [(0.5, max(0, k - 1)), (0.5, min(4, k + 1))], start=2)
        >>> walk.states
        [2, 1, 3, 0, 4]
        >>> from theory import hitting
        >>> round(float(hitting.expected_steps(walk.matrix, target=walk.where(lambda k: k == 0), start=walk.start)), 9)
        14.0
    """
    from scipy import sparse

    if not callable(step):
        raise TypeError(f"`step` must be a function of a state; got {step!r}. Define step(state) -> pairs.")
    merged, law = Merged(), {}
    given = list(start.items()) if isinstance(start, Mapping) else [(start, 1.0)]
    advice = "Pass a state, or a mapping from states to probabilities."
    weights = _check.floats("start", [weight for _, weight in given], "probabilities of states", advice)
    if not given or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= TOLERANCE:
        raise ValueError(
            f"`start` must be a state, or give probabilities of sum 1 to states; got {start!r:.200}, sum "
            f"{weights.sum():.12g}. {advice}"
        )
    for (state, _), weight in zip(given, weights.tolist(), strict=True):
        _hashable("start", state)
        law[merged(state)] = law.get(merged(state), 0.0) + weight
    number = {state: place for place, state in enumerate(law)}
    states, origin, target, chance = list(law), [], [], []
    for place, state in enumerate(states):  # grows on the way
        pairs, total = _pairs(step(state), state)
        if not all(weight >= 0.0 for weight, _ in pairs) or not abs(total - 1.0) <= TOLERANCE:
            advice = (
                "Add what is missing as the probability of staying." if total < 1.0 else "The probability is first."
            )
            raise ValueError(
                f"`step` must give pairs (probability, next state) of sum 1; got {pairs!r:.200} in state {state!r}, "
                f"sum {total:.12g}. {advice}"
            )
        for weight, move in pairs:
            _hashable("step", move)
            following = merged(move)
            if following not in number:
                number[following] = len(states)
                states.append(following)
            origin.append(place)
            target.append(number[following])
            chance.append(float(weight))
        if len(states) > _MOST:
            raise ValueError(
                f"`step` must lead to at most {_MOST} states; got more, the last {states[-1]!r}. Merge states of equal "
                "behaviour."
            )
    matrix = sparse.coo_array((chance, (origin, target)), shape=(len(states), len(states))).tocsr()
    weights = np.zeros(len(states))
    weights[: len(law)] = list(law.values())
    return Explored(matrix, states, weights)


def _pairs(listed: Any, state: Any) -> tuple[list[tuple[float, Any]], float]:
    """The moves of a state, and the sum of their probabilities."""
    try:
        pairs = [(float(weight), following) for weight, following in listed]
    except (TypeError, ValueError):
        raise TypeError(
            f"`step` must give pairs (probability, next state); got {listed!r:.200} in state {state!r}. Return a "
            "list of them."
        ) from None
    return pairs, math.fsum(weight for weight, _ in pairs)


def _hashable(name: str, state: Any) -> None:
    try:
        hash(state)
    except TypeError:
        raise TypeError(
            f"`{name}` must give states that are hashable; got {state!r:.200}. Pass a tuple for a list."
        ) from None


def product(moves: Sequence[Sequence[Any]], next_level: ArrayLike) -> Any:
    """The Markov chain on states x levels, where the level decides the moves and their outcome decides the next level.

    P((x, l) -> (y, l')) = sum of moves[l][o][x, y] over the outcomes o with next_level[l, o] = l'. Levels may be
    mutation rates, and outcomes success and failure.

    Args:
        moves: moves[l][o], dense or scipy.sparse, float[states, states]: P(x -> y with outcome o) at level l.
        next_level: int[levels, outcomes], the level after outcome o at level l.

    Returns:
        scipy.sparse, float64[levels * states, levels * states]; state x at level l has the number l * states + x, so
        that a target of the states, as booleans, becomes np.tile(target, levels).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for matrices of different shapes, or levels out of range. That the rows sum to 1 is checked where
            the matrix is used.

    Source: elementary.

    Example:
        >>> from theory import hitting
        >>> lazy = [[[[0, 0], [p, 0]], [[0, 0], [0, 1 - p]]] for p in (0.25, 0.5)]  # success and failure at each level
        >>> both = hitting.product(lazy, [[1, 1], [1, 1]])
        >>> float(hitting.expected_steps(both, target=[0, 2], start=1))  # 1 + 0.75 * 2
        2.5
    """
    from scipy import sparse

    following = np.asarray(next_level)
    try:
        levels, outcomes = len(moves), len(moves[0]) if len(moves) else 0
        ragged = any(len(row) != outcomes for row in moves)
    except TypeError:
        raise TypeError(
            f"`moves` must hold a list of matrices for each level; got {moves!r:.200}. Pass [[matrix]] for one "
            "level and outcome."
        ) from None
    if following.shape != (levels, outcomes) or not np.issubdtype(following.dtype, np.integer) or not following.size:
        raise ValueError(
            f"`next_level` must be integers of shape (levels, outcomes) = {(levels, outcomes)}; got {next_level!r}. "
            "Pass one level per matrix in `moves`."
        )
    if following.min() < 0 or following.max() >= levels:
        raise ValueError(f"`next_level` must lie in [0, {levels - 1}] (levels); got {next_level!r}. Clamp it.")
    parts, shapes = [], set()
    for level in range(0 if ragged else levels):
        for outcome in range(outcomes):
            try:
                part = sparse.coo_array(moves[level][outcome], dtype=np.float64)
            except (TypeError, ValueError):
                raise TypeError(
                    f"`moves` must hold dense or scipy.sparse matrices; got {moves[level][outcome]!r:.200} at level "
                    f"{level}. Pass a matrix of zeros for an outcome that does not occur."
                ) from None
            shapes.add(part.shape)
            parts.append((level, int(following[level, outcome]), part))
    states = parts[0][2].shape[0] if parts else 0
    if shapes != {(states, states)}:
        raise ValueError(
            f"`moves` must hold square matrices of one size, as many at each level; got shapes {sorted(shapes)}. "
            "Pass a matrix of zeros for an outcome that does not occur."
        )
    rows = np.concatenate([level * states + part.coords[0] for level, _, part in parts])
    columns = np.concatenate([after * states + part.coords[1] for _, after, part in parts])
    chances = np.concatenate([part.data for _, _, part in parts])
    return sparse.coo_array((chances, (rows, columns)), shape=(levels * states, levels * states)).tocsr()
