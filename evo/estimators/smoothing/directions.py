"""How the random directions of one call are drawn together."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.parameters import ravelled
from evo.estimators.smoothing.noise import AbstractNoise


class AbstractDirections(eqx.Module):
    """P directions whose entries have mean square 1, from a law of entries."""

    @abstractmethod
    def prepare(self, key: PRNGKeyArray, pairs: int, noise: AbstractNoise, like: Any) -> Any:
        """What all directions of a call have in common."""

    @abstractmethod
    def direction(self, prepared: Any, key: PRNGKeyArray, pair: Any, noise: AbstractNoise, like: Any) -> Any:
        """The direction of a pair, a tree shaped like `like`."""

    @abstractmethod
    def least_squares(self, pairs: int, D: int, noise: AbstractNoise) -> float:
        """The factor c for which E<c ghat, g> = E|c ghat|^2, with ghat = (1/P) sum_j <g, z_j> z_j."""

    def check(self, pairs: int, D: int) -> None:
        """Refuses impossible numbers of pairs."""
        del pairs, D


class Independent(AbstractDirections):
    """Independent entries: nothing is stored, every direction is made again from its key.

    The factor of least squares is c = P / (P + D + kurtosis - 2), because E|z|^2 <g, z>^2 = (D + kurtosis - 1)|g|^2.

    Example:
        >>> from evo.estimators import Independent, Rademacher
        >>> round(Independent().least_squares(pairs=8, D=33, noise=Rademacher()), 3)
        0.2
    """

    def prepare(self, key: PRNGKeyArray, pairs: int, noise: AbstractNoise, like: Any) -> None:
        """Nothing."""
        del key, pairs, noise, like

    def direction(self, prepared: None, key: PRNGKeyArray, pair: Any, noise: AbstractNoise, like: Any) -> Any:
        """The noise itself."""
        return noise.direction(key, pair, like)

    def least_squares(self, pairs: int, D: int, noise: AbstractNoise) -> float:
        """P / (P + D + kurtosis - 2)."""
        return pairs / (pairs + D + noise.kurtosis - 2.0)


class Orthogonal(AbstractDirections):
    """Orthogonal directions of length sqrt(D), at most D of them; they are stored, P x D numbers.

    The factor of least squares is c = P / D: `grads` is the orthogonal projection of the gradient.

    Reference: Choromanski, Rowland, Sindhwani, Turner and Weller, Structured evolution with compact architectures for
    scalable policy optimization, ICML 2018 (there with Gaussian lengths).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import ByteSum, Orthogonal
        >>> rows = Orthogonal().prepare(jax.random.key(0), 3, ByteSum(), jnp.zeros(5))
        >>> bool(jnp.allclose(rows @ rows.T, 5 * jnp.eye(3), atol=1e-4))
        True
    """

    def prepare(self, key: PRNGKeyArray, pairs: int, noise: AbstractNoise, like: Any) -> Float[Array, "P D"]:
        """The directions by QR."""
        drawn = jax.vmap(lambda pair: ravelled(noise.direction(key, pair, like))[0])(jnp.arange(pairs))
        return orthonormal(drawn) * math.sqrt(drawn.shape[1])

    def direction(
        self, prepared: Float[Array, "P D"], key: PRNGKeyArray, pair: Any, noise: AbstractNoise, like: Any
    ) -> Any:
        """One row."""
        del key, noise
        return ravelled(like)[1](prepared[pair])

    def least_squares(self, pairs: int, D: int, noise: AbstractNoise) -> float:
        """P / D."""
        return pairs / D

    def check(self, pairs: int, D: int) -> None:
        """At most D."""
        if pairs > D:
            action = f"{D} orthogonal pairs measure the whole gradient; pass pairs={D}."
            raise checks.bad_value("pairs", pairs, f"be at most D = {D}, the number of trained parameters", action)


#: rows that are made orthonormal one by one, before a product removes them from the others
_BLOCK = 32


def orthonormal(rows: Float[Array, "P D"]) -> Float[Array, "P D"]:
    """Rows that are orthonormal and span the same space, in the order of the given ones.

    Gram-Schmidt in blocks, twice each: matrix products alone. (Mapped LAPACK calls of several threads of one process
    can wait for each other for ever in JAX on CPUs.)
    """
    P, D = rows.shape
    size = min(_BLOCK, P)
    count = -(-P // size)
    padded = jnp.concatenate([rows, jnp.zeros((count * size - P, D), rows.dtype)])

    def without(vectors: Array, others: Array) -> Array:
        for _ in range(2):
            vectors = vectors - (vectors @ others.T) @ others
        return vectors

    def one(j: Array, block: Array) -> Array:
        before = jnp.where(jnp.arange(size)[:, None] < j, block, 0)
        rest = without(block[j][None], before)[0]
        length = jnp.sqrt(jnp.vdot(rest, rest))
        return block.at[j].set(rest / jnp.where(length > 0, length, 1))

    def add(i: Array, made: Array) -> Array:
        block = without(jax.lax.dynamic_slice_in_dim(padded, i * size, size), made)
        block = jax.lax.fori_loop(0, size, one, block)
        return jax.lax.dynamic_update_slice_in_dim(made, block, i * size, 0)

    return jax.lax.fori_loop(0, count, add, jnp.zeros_like(padded))[:P]
