"""How the axes of a leaf are divided between two thin factors."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

#: kernels with more axes are cut in two, not divided in every way
_FREE = 4


class Split(NamedTuple):
    """The axes of a leaf: those of the left factor, of the right one, and of both (a stack of matrices)."""

    shape: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    rank: int
    both: tuple[int, ...] = ()

    def factor_shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of the factors: size 1 on axes of the other one, the rank last."""
        left, right = (
            (*(size if axis in (*own, *self.both) else 1 for axis, size in enumerate(self.shape)), self.rank)
            for own in (self.left, self.right)
        )
        return left, right

    @property
    def sides(self) -> tuple[int, int, int]:
        """m, n and the number of matrices."""
        left, right, both = (math.prod(self.shape[axis] for axis in axes) for axes in self[1:3] + (self.both,))
        return left, right, both

    def numbers(self) -> int:
        """How many random numbers a direction takes."""
        m, n, matrices = self.sides
        return self.rank * (m + n) * matrices

    def excess(self, kurtosis: float) -> float:
        """K - mn, where E <G, E>^2 |E|^2 = K |G|^2 for E = A B^T / sqrt(r) and any matrix G.

        By the pairings of four factors, K = ((r - 1)(mn + 2) + (m + kurtosis - 1)(n + kurtosis - 1)) / r.
        """
        m, n, _ = self.sides
        own = kurtosis - 1.0
        return ((self.rank - 1) * 2.0 + own * (m + n + own)) / self.rank

    def combine(self, left: Array, right: Array, weights: Float[Array, " P"]) -> Array:
        """sum_j weights_j left_j right_j^T / sqrt(r), as one matrix product over pairs and ranks."""
        axes = "abcdefghij"[: len(self.shape)]
        of_left, of_right = (
            "".join(axes[axis] for axis in range(len(axes)) if axis in (*own, *self.both))
            for own in (self.left, self.right)
        )
        pairs = len(weights)
        slim_left = left.reshape(pairs, *(self.shape[axes.index(c)] for c in of_left), self.rank)
        slim_right = right.reshape(pairs, *(self.shape[axes.index(c)] for c in of_right), self.rank)
        weighted = slim_left * (weights / math.sqrt(self.rank)).reshape(-1, *(1,) * (slim_left.ndim - 1))
        return jnp.einsum(f"y{of_left}z,y{of_right}z->{axes}", weighted, slim_right)


def candidates(shape: tuple[int, ...], rank: int) -> list[Split]:
    """The ways to divide the axes of a leaf that save random numbers; none for vectors and for slight matrices."""
    axes = range(len(shape))
    found = []
    for both in [()] if len(shape) < 3 else [(), (0,)]:
        free = [axis for axis in axes if axis not in both]
        if len(free) > _FREE:
            chosen = [tuple(free[:cut]) for cut in range(1, len(free))]
        else:  # each way once: the first free axis is always on the left
            chosen = [
                (free[0], *more) for count in range(len(free) - 1) for more in itertools.combinations(free[1:], count)
            ]
        for left in chosen:
            right = tuple(axis for axis in free if axis not in left)
            found.append(Split(shape, left, right, rank, both))
    return [split for split in found if split.numbers() < math.prod(shape)]
