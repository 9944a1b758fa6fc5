"""The arguments of the functions on hitting times, checked, and which states reach the target."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check

TOLERANCE = 1e-9  # by which the sum of a row, or of the start, may miss 1


class Problem:
    """A chain, a target and a start; the rows of the target are empty."""

    def __init__(self, transitions: Any, target: Any, start: Any) -> None:
        matrix = as_matrix(transitions)
        self.target = checked_target(target, matrix.shape[0])
        self.start = checked_start(start, matrix.shape[0])
        self.matrix = outside_target(matrix, self.target)

    @property
    def states(self) -> int:
        """The number of states."""
        return self.target.size

    @cached_property
    def arriving(self) -> NDArray[np.bool_]:
        """The states from which the target is reached with positive probability."""
        return _reaching(self.matrix, self.target)

    @cached_property
    def sure(self) -> NDArray[np.bool_]:
        """The states from which the target is reached with probability 1."""
        return ~_reaching(self.matrix, ~self.arriving)


def as_matrix(transitions: Any) -> Any:
    """The transition matrix in sparse rows, square, without stored zeros."""
    from scipy import sparse

    explored = isinstance(getattr(transitions, "states", None), list)
    advice = "Pass its .matrix." if explored else "Build one with theory.hitting.explore(step, start).matrix, say."
    message = (
        "`transitions` must be a dense or scipy.sparse matrix of probabilities; got "
        f"{type(transitions).__name__}. {advice}"
    )
    try:
        given = transitions if sparse.issparse(transitions) else np.asarray(transitions)
        if given.dtype.kind not in "biufO":
            raise TypeError(message)
        matrix: Any = sparse.csr_array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(message) from None
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] < 1:
        raise ValueError(
            f"`transitions` must be square (states, states); got shape {matrix.shape}. Row x holds the law of the next "
            "state from state x."
        )
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def outside_target(matrix: Any, target: NDArray[np.bool_]) -> Any:
    """The matrix with empty rows in the target, its other rows checked."""
    from scipy import sparse

    sums = np.where(target, 1.0, np.asarray(matrix.sum(axis=1)).ravel())
    least = float(matrix.data.min(initial=0.0))
    wrong = np.flatnonzero(~(np.abs(sums - 1.0) <= TOLERANCE))
    if wrong.size or not least >= 0.0:
        row = int(wrong[0]) if wrong.size else int(np.searchsorted(matrix.indptr, matrix.data.argmin(), "right")) - 1
        turned = "Row x holds P(x -> y): transpose a matrix whose columns have sum 1."
        advice = turned if sums[row] > 1.0 + TOLERANCE else "Add what is missing to the diagonal."
        raise ValueError(
            f"`transitions` must have rows of non-negative probabilities with sum 1 outside the target; got row {row} "
            f"with sum {sums[row]:.12g}, smallest entry {least:g}. {advice}"
        )
    rest = sparse.csr_array(sparse.diags_array((~target).astype(np.float64)) @ matrix)
    rest.eliminate_zeros()
    rest.sort_indices()
    return rest


def checked_target(target: Any, states: int) -> NDArray[np.bool_]:
    """The target as a mask."""
    given = np.asarray(target)
    if given.dtype == np.bool_ and given.shape == (states,):
        mask = given.copy()
    elif np.issubdtype(given.dtype, np.integer) and given.ndim <= 1 and bool(np.all((given >= 0) & (given < states))):
        mask = np.zeros(states, dtype=np.bool_)
        mask[given] = True
    else:
        mask = np.zeros(states, dtype=np.bool_)
    if not mask.any():
        raise ValueError(
            f"`target` must be a state, or states, in [0, {states - 1}], or {states} booleans, at least one true; "
            f"got {target!r}. Pass 0 for the first state, or the booleans of an explored chain, .where(condition)."
        )
    return mask


def checked_start(start: Any, states: int) -> NDArray[np.float64]:
    """The law of the first state."""
    if np.ndim(start) == 0:
        advice = "Pass a state, or one probability per state."
        place = _check.integer("start", start, low=0, high=states - 1, unit="a state", advice=advice)
        return np.where(np.arange(states) == place, 1.0, 0.0)
    weights = _check.floats("start", start, f"{states} probabilities", "Pass a number for a single state.")
    if weights.shape != (states,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= TOLERANCE:
        raise ValueError(
            f"`start` must hold {states} probabilities of sum 1; got shape {weights.shape}, sum {weights.sum():.12g}. "
            "Pass a number for a single state."
        )
    return weights / math.fsum(weights)


def _reaching(matrix: Any, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The states from which a path leads to a marked one, the marked ones included."""
    from scipy import sparse
    from scipy.sparse import csgraph

    size = marked.size
    origin = np.repeat(np.arange(size), np.diff(matrix.indptr))
    ends = np.flatnonzero(marked)  # the graph is turned round; a further node leads to all marked ones
    tail, head = np.concatenate([matrix.indices, np.full(ends.size, size)]), np.concatenate([origin, ends])
    graph = sparse.csr_matrix((np.ones(tail.size), (tail, head)), shape=(size + 1, size + 1))
    found = np.zeros(size + 1, dtype=np.bool_)
    found[csgraph.breadth_first_order(graph, size, return_predecessors=False)] = True
    return found[:size]
