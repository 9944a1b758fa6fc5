"""Solves (I - Q) X = R for the states of a problem, component by component, without a subtraction in the matrix."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.exact import chain

_LARGEST = 3000  # states of one component; the reduction takes a third of their cube


class Elimination:
    """The system of the states in `inside`, whose moves elsewhere do not return.

    States that lead to each other form a component. A chain that only descends has components of one state each and is
    solved by forward substitution; other components by state reduction, in the order in which they are left.
    """

    def __init__(self, matrix: Any, inside: NDArray[np.bool_]) -> None:
        from scipy import sparse
        from scipy.sparse import csgraph

        self._places = np.flatnonzero(inside)
        size = self._places.size
        rows = sparse.csr_array(matrix[self._places])
        number = np.full(inside.size, size)  # `size` stands for all states outside
        number[self._places] = np.arange(size)
        origin, end = np.repeat(np.arange(size), np.diff(rows.indptr)), number[rows.indices]
        inner = (end < size) & (end != origin)
        self._inner = sparse.csr_matrix((rows.data[inner], (origin[inner], end[inner])), shape=(size, size))
        count, label = csgraph.connected_components(self._inner, directed=True, connection="strong")
        apart = np.append(label, -1)[end] != label[origin]
        leave = np.bincount(origin[apart], weights=rows.data[apart], minlength=size)
        self._leave = np.asarray(leave, dtype=np.float64)  # of the component
        self._members = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label, minlength=count))[:-1])
        self._order = _successors_first(label[origin[inner & apart]], label[end[inner & apart]], count)
        largest = max((each.size for each in self._members), default=0)
        if largest > _LARGEST:
            raise ValueError(
                f"`transitions` must have at most {_LARGEST} states that lead to each other; got {largest}. Merge "
                "states of equal behaviour, use theory.chain for bands, or law(..., horizon=)."
            )

    @property
    def descends(self) -> bool:
        """Whether no state is visited again once it is left."""
        return len(self._members) == self._places.size

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """X for R = right, both float64[states]; zero outside; inf where states with an R beyond floats are reached."""
        given = right[self._places]
        beyond = ~np.isfinite(given)
        solution = np.zeros(right.size)
        solution[self._places] = self._solve(np.where(beyond, 0.0, given))
        if beyond.any():
            solution[self._places[self._solve(beyond.astype(np.float64)) > 0.0]] = math.inf
        return solution

    def _solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._substitute(right) if self.descends else self._reduce(right)

    def _substitute(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import sparse
        from scipy.sparse import linalg

        order = np.array([self._members[part][0] for part in self._order], dtype=np.int64)
        solution = np.zeros(right.size)
        if order.size:
            lower = sparse.csr_matrix(sparse.diags(self._leave) - self._inner)[order][:, order]
            solution[order] = linalg.spsolve_triangular(lower.tocsr(), right[order], lower=True)
        return solution

    def _reduce(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        solution = np.zeros(right.size)
        for part in self._order:
            members = self._members[part]
            rows = self._inner[members]
            known = right[members] + rows @ solution
            if members.size == 1:
                solution[members] = known / self._leave[members]
            else:
                block = np.ascontiguousarray(rows[:, members].toarray())
                solution[members] = chain.solve(block, self._leave[members], known)
        return solution


def _successors_first(tails: NDArray[np.int64], heads: NDArray[np.int64], count: int) -> list[int]:
    """The components, each after all that it leads to."""
    edges = np.unique(np.stack([heads, tails]), axis=1)
    waiting = np.bincount(edges[1], minlength=count).tolist()
    starts = np.searchsorted(edges[0], np.arange(count + 1)).tolist()
    sources = edges[1].tolist()
    order = [part for part in range(count) if waiting[part] == 0]
    for part in order:  # grows on the way
        for source in sources[starts[part] : starts[part + 1]]:
            waiting[source] -= 1
            if waiting[source] == 0:
                order.append(source)
    return order
