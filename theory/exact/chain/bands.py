"""Markov chains on {0, ..., m} as bands of their transition matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel

__all__ = ["Chain"]


@final
@dataclass(frozen=True, eq=False)
class Chain:
    """Bands of a transition matrix on {0, ..., m}; state 0 absorbs, what is not listed stays.

    Args:
        down: float64[m + 1, D], down[k, j] = P(k -> k - 1 - j); row 0 is ignored.
        up: float64[m + 1, U], up[k, j] = P(k -> k + 1 + j); U = 0 for chains that only move down.

    Raises:
        ValueError: if shapes differ, an entry is negative or not finite, a move leaves the state space, or a row
            exceeds 1.

    Example:
        >>> from theory.exact.chain import moments
        >>> coin = Chain(down=np.array([[0.0], [0.5]]), up=np.zeros((2, 0)))
        >>> moments(coin)[0].tolist()
        [0.0, 2.0]
    """

    down: NDArray[np.float64]
    up: NDArray[np.float64]

    def __post_init__(self) -> None:
        down = np.ascontiguousarray(self.down, dtype=np.float64)
        up = np.ascontiguousarray(self.up, dtype=np.float64)
        if down.ndim != 2 or up.ndim != 2 or down.shape[0] != up.shape[0] or down.shape[0] < 1:
            raise ValueError(
                f"`down` and `up` must be matrices (states, bands) with one row per state; got shapes {down.shape} and "
                f"{up.shape}. Pass up=np.zeros((states, 0)) for a chain that only moves down."
            )
        for name, band in (("down", down), ("up", up)):
            if not bool(np.all(np.isfinite(band) & (band >= 0.0))):
                raise ValueError(
                    f"`{name}` must hold probabilities in [0, 1]; got a negative or non-finite entry. "
                    "Check the row that builds it."
                )
        rows = down[1:].sum(axis=1) + up[1:].sum(axis=1)
        if rows.size and rows.max() > 1.0 + 1e-9:
            raise ValueError(
                f"`down` and `up` together must sum to at most 1 in each row; got {rows.max():.17g} in row "
                f"{int(rows.argmax()) + 1}. The rest of the mass stays."
            )
        if _leaves(down, up):
            raise ValueError(
                "`down` and `up` must stay inside the state space {0, ..., m}; got a positive probability of leaving "
                "it. Set these entries to zero."
            )
        object.__setattr__(self, "down", down)
        object.__setattr__(self, "up", up)

    @property
    def states(self) -> int:
        """m, the largest state."""
        return self.down.shape[0] - 1

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> Chain:
        """The chain with P(k -> j) = matrix[k, j], rows of sum 1; row 0 is ignored, since state 0 absorbs."""
        advice = "Row k holds the law of the next state from state k."
        square = _check.floats("matrix", matrix, "probabilities, (states, states)", advice)
        if square.ndim != 2 or square.shape[0] != square.shape[1] or square.shape[0] < 1:
            raise ValueError(f"`matrix` must be square (states, states); got shape {square.shape}. {advice}")
        size = square.shape[0]
        sums = square[1:].sum(axis=1)
        if not bool(np.all(np.abs(sums - 1.0) <= 1e-9)):
            row = int(np.flatnonzero(~(np.abs(sums - 1.0) <= 1e-9))[0])
            raise ValueError(
                f"`matrix` must have rows of sum 1; got {sums[row]:.12g} in row {row + 1}. Add what is missing to the "
                "diagonal."
            )
        down, up = np.zeros((size, size - 1)), np.zeros((size, size - 1))
        for k in range(1, size):
            down[k, :k] = square[k, :k][::-1]
            up[k, : size - 1 - k] = square[k, k + 1 :]
        return cls(down, up)


@kernel
def _leaves(down: NDArray[np.float64], up: NDArray[np.float64]) -> bool:
    last = down.shape[0] - 1
    for k in range(1, last + 1):
        for j in range(k, down.shape[1]):
            if down[k, j] > 0.0:
                return True
        for j in range(last - k, up.shape[1]):
            if up[k, j] > 0.0:
                return True
    return False
