"""Hints and random directions of length 1 together: streamed from keys, or stored where exactness shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from evo.estimators.parameters import added, dot, norm, ravelled, scaled
from evo.estimators.smoothing.directions import orthonormal
from evo.estimators.smoothing.population import Population


class Made(NamedTuple):
    """How a streamed direction came about: u = (e - sum_i coefficients_i hint_i) * factor."""

    coefficients: Float[Array, " k"]
    factor: Float[Array, ""]


class Streamed(NamedTuple):
    """Random directions orthogonal to the hints, not quite to each other; each is made again from its key."""

    #: orthonormal, stacked [k, ...]
    hints: Any
    k: int
    #: place among the random directions -> entries
    entries: Callable[[Array], Any]
    centre: Any

    def unit(self, pair: Array) -> tuple[Any, Made]:
        """Direction `pair` of length 1 (the hints come first), and how it came about."""
        place = jnp.maximum(pair.astype(jnp.int32) - self.k, 0)
        drawn = self.entries(place)
        rest = drawn
        total: list[Array] = []
        # Once is enough: with few pairs D is large, and a random direction has little in common with a hint.
        hints = [self._hint(i) for i in range(self.k)]
        for hint in hints:
            total.append(dot(hint, rest))
            rest = added(rest, -total[-1], hint)
        factor = 1 / norm(rest)
        unit = scaled(factor, rest)
        if self.k:
            own = jax.tree.map(lambda x: x[jnp.minimum(pair, self.k - 1)], self.hints)
            unit = jax.tree.map(lambda a, b: jnp.where(pair < self.k, a, b), own, unit)
        return unit, Made(jnp.stack(total) if total else jnp.zeros(0, factor.dtype), factor)

    def combined(self, members: Population, weights: Float[Array, " P"], made: Made) -> Any:
        """sum_j weights_j u_j."""
        scaled_weights = weights[self.k :] * made.factor[self.k :].astype(weights.dtype)
        along = [weights[i] - jnp.vdot(scaled_weights, made.coefficients[self.k :, i]) for i in range(self.k)]
        if members.pairs == self.k:
            total = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), self.centre)
        else:
            rest = members.of(members.pairs - self.k)
            total = rest.sum(self.entries, scaled_weights, self.centre)
        for i in range(self.k):
            total = added(total, along[i], self._hint(i))
        return total

    def _hint(self, i: int) -> Any:
        return jax.tree.map(lambda x: x[i], self.hints)


class Stored(NamedTuple):
    """All directions orthonormal, held as a matrix."""

    rows: Float[Array, "P D"]
    unravel: Callable[[Array], Any]

    def unit(self, pair: Array) -> tuple[Any, None]:
        """Row `pair`."""
        return self.unravel(self.rows[pair]), None

    def combined(self, members: Population, weights: Float[Array, " P"], made: None) -> Any:
        """One product."""
        del members, made
        return self.unravel(weights.astype(self.rows.dtype) @ self.rows)


def stored(hints: Any, k: int, entries: Callable[[Array], Any], pairs: int, centre: Any) -> Stored:
    """The hints and pairs - k random directions, made orthonormal together by QR, the hints first."""
    flat, unravel = ravelled(centre)
    parts: list[Array] = []
    if k:
        parts.append(jax.vmap(lambda hint: ravelled(hint)[0])(hints))
    if pairs > k:
        drawn = jax.vmap(lambda place: ravelled(entries(place))[0])(jnp.arange(pairs - k))
        parts.append(drawn / jnp.sqrt(jnp.asarray(len(flat), drawn.dtype)))
    return Stored(orthonormal(jnp.concatenate(parts)), unravel)
