"""Whether the sum of a uniform numbers exceeds the sum of b others."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel


@lru_cache(maxsize=4)
def beats(size: int) -> NDArray[np.float64]:
    """P(U_1 + ... + U_a > V_1 + ... + V_b) for independent numbers, uniform in (0, 1).

    With N = a + b this is the sum over i < a of e(N, i), where e(N, i) = A(N, i) / N! is the probability that N uniform
    numbers have a sum in (i, i + 1). The recursion e(N, i) = ((i + 1) e(N - 1, i) + (N - i) e(N - 1, i - 1)) / N has
    positive terms only, so that every entry keeps its relative accuracy.

    Args:
        size: largest a and b.

    Returns:
        float64[size + 1, size + 1], entry [a, b]; [0, 0] is 0.

    Source: Laplace's formula for the Eulerian numbers A.

    Example:
        >>> beats(2).tolist()[1]  # 1 / (b + 1)!
        [1.0, 0.5, 0.16666666666666666]
    """
    table = _table(size)
    table.setflags(write=False)
    return table


@kernel
def _table(size: int) -> NDArray[np.float64]:
    table = np.zeros((size + 1, size + 1))
    row = np.zeros(2 * size + 2)  # e(N, i)
    row[0] = 1.0
    for total in range(1, 2 * size + 1):
        if total > 1:
            for i in range(total - 1, 0, -1):
                row[i] = ((i + 1.0) * row[i] + (total - i) * row[i - 1]) / total
            row[0] = row[0] / total
        below = 0.0
        for a in range(1, min(size, total) + 1):
            below += row[a - 1]
            if total - a <= size:
                table[a, total - a] = below
    return table
