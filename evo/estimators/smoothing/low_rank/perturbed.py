"""A weight plus a product of two thin factors, of which every member of a population has its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array


@dataclasses.dataclass(frozen=True)
class Perturbed:
    """The array base + scale * sum_k left[..., k] * right[..., k], never written out unless it must be.

    Each factor has the axes of `base` and a last one of size r. It *carries* an axis if it has the size of `base`
    there; on the others it has size 1 and is broadcast. A matrix has a left factor [m, 1, r] and a right one [1, n, r].
    Operations that only move axes act on the three arrays alike.

    Args:
        base: the weight, shared by all members.
        left: one factor.
        right: the other factor.
        scale: a scalar, sigma / sqrt(r) with the sign of the member.
        leaf: which leaf of the parameters this is.
        looked_up: whether rows were taken from it, so that it is as large as activations are.
    """

    base: Array
    left: Array
    right: Array
    scale: Array
    leaf: int
    looked_up: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array that this stands for."""
        return self.base.shape

    @property
    def factors(self) -> tuple[Array, Array]:
        """Left and right."""
        return self.left, self.right

    def changed(self, base: Array, factors: Sequence[Array], looked_up: bool = False) -> Perturbed:
        """Another array of the same leaf."""
        left, right = factors
        return Perturbed(base, left, right, self.scale, self.leaf, self.looked_up or looked_up)

    def carries(self, factor: Array, axis: int) -> bool:
        """Whether a factor varies along an axis (or could: an axis of size 1 is carried by both)."""
        return factor.shape[axis] == self.base.shape[axis]

    def written_out(self) -> Array:
        """The array itself, added up in the precision of the factors."""
        difference = jnp.sum(self.left * self.right, axis=-1)
        added = self.base.astype(difference.dtype) + self.scale.astype(difference.dtype) * difference
        return added.astype(self.base.dtype)
