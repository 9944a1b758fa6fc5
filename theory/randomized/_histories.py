"""P[proper] of a repaired cycle of any size, by a transfer matrix between the histories of neighbouring nodes.

A history is the colours of a node in rounds 0, ..., r. Given all first colours, nodes change independently, so the
probability of all histories is a product of one factor per node, which involves its own and its neighbours' histories.
The sum of these products around the cycle is the trace of a power of a matrix on pairs of neighbouring histories.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DENSE = 1500
_BLOCK = 256


def proper(n: int, rounds: int, kernel: NDArray[np.float64]) -> float:
    """The probability that the ends of all n edges differ after these rounds."""
    matrix, orbits = _transfer(rounds, kernel.shape[0])
    if matrix.shape[0] <= _DENSE:
        return float(np.trace(np.linalg.matrix_power(matrix.toarray(), n)))
    starts, sizes = np.unique(orbits, return_counts=True)
    total = 0.0
    for first in range(0, starts.size, _BLOCK):
        chosen = starts[first : first + _BLOCK]
        forward = np.zeros((matrix.shape[0], chosen.size))
        forward[chosen, np.arange(chosen.size)] = 1.0
        back = forward.copy()
        for _ in range(n // 2):
            forward = matrix @ forward
        for _ in range(n - n // 2):
            back = matrix.T @ back
        total += float(np.sum(forward * back, axis=0) @ sizes[first : first + _BLOCK])
    return total


@cache
def _transfer(rounds: int, c: int) -> tuple[Any, NDArray[np.int64]]:
    """The matrix on pairs of histories that are possible and end in different colours, and orbits under renaming.

    The orbit of a pair is named by its first member; pairs of one orbit have the same diagonal entry in every power.
    """
    from scipy.sparse import csr_array

    from theory.randomized.colouring import kernel

    histories = np.array(list(itertools.product(range(c), repeat=rounds + 1)))
    k, own = kernel(c), histories
    size = len(histories)
    differ = own[:, None, -1] != own[None, :, -1]
    parts = []
    for left in range(size):
        weight = np.where(differ[left][:, None] & differ, 1.0 / c, 0.0)
        for t in range(rounds):
            new = k[own[left, t]][own[:, t, None], own[None, :, t], own[:, t + 1, None]]
            weight *= new
        middle, right = np.nonzero(weight)
        parts.append(np.stack([left * size + middle, middle * size + right, weight[middle, right]]))
    source, target, weights = np.concatenate(parts, axis=1)
    source, target = source.astype(np.int64), target.astype(np.int64)
    while True:  # pairs that nothing precedes or nothing follows are in no cycle
        both = np.intersect1d(source, target)
        inside = np.isin(source, both) & np.isin(target, both)
        if bool(np.all(inside)):
            break
        source, target, weights = source[inside], target[inside], weights[inside]
    index = {int(pair): place for place, pair in enumerate(both)}
    rows, columns = np.searchsorted(both, source), np.searchsorted(both, target)
    matrix = csr_array((weights, (rows, columns)), shape=(both.size, both.size))
    powers = c ** np.arange(rounds, -1, -1)
    first, second = both // size, both % size
    images = []
    for names in itertools.permutations(range(c)):
        renamed = np.array(names)[histories] @ powers
        images.append([index[int(pair)] for pair in renamed[first] * size + renamed[second]])
    return matrix, np.min(np.array(images, dtype=np.int64), axis=0)
