"""Estimates of a gradient that stays or turns, generation by generation: one compiled scan for many runs.

This module loads JAX and is imported where rows are computed.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.estimators import AbstractEstimator
from evo.oracles import child


def linear(params: Array, batch: Any, key: PRNGKeyArray) -> Array:
    """<g, x>, without noise."""
    del key
    return jnp.vdot(batch[0], params)


def noisy(params: Array, batch: Any, key: PRNGKeyArray) -> Array:
    """<g, x> and a normal error that is another one at every x."""
    gradient, deviation = batch
    value = jnp.vdot(gradient, params)
    own = jax.random.fold_in(key, jax.lax.bitcast_convert_type(value, jnp.uint32))
    return value + deviation * jax.random.normal(own)


@eqx.filter_jit
def squared_cosines(
    estimator: AbstractEstimator,
    keys: PRNGKeyArray,
    cosine: Array,
    deviation: Array,
    memory: Array,
    n: int,
    generations: int,
    loss: Any,
) -> Array:
    """The squared cosine between estimate and gradient in every generation.

    Args:
        estimator: what estimates.
        keys: one typed key per run.
        cosine: between successive gradients.
        deviation: of the error of an evaluation.
        memory: factor of the sum of earlier estimates that is added to each before it is judged.
        n: number of parameters.
        generations: how many.
        loss: `linear` or `noisy`.

    Returns:
        float32[runs, generations].
    """
    at = jnp.zeros(n)
    start = estimator.init(jax.random.key(0), loss, at, (at, deviation))

    def run(key: PRNGKeyArray) -> Array:
        def generation(carry: Any, t: Array) -> tuple[Any, Array]:
            gradient, state, total = carry
            own = child(key, "generation", t)
            found, state = estimator.estimate(child(own, "estimate"), loss, at, (gradient, deviation), state)
            total = memory * total + found.grads
            squared = jnp.vdot(total, gradient) ** 2
            length = jnp.vdot(total, total)
            return (_turned(child(own, "turn"), gradient, cosine), state, total), _ratio(squared, length)

        first = (_unit(jax.random.normal(child(key, "gradient"), (n,))), start, at)
        return jax.lax.scan(generation, first, jnp.arange(generations))[1]

    return jax.vmap(run)(keys)


def _turned(key: PRNGKeyArray, gradient: Array, cosine: Array) -> Array:
    """A unit vector at the given angle, in a uniformly random direction."""
    fresh = jax.random.normal(key, gradient.shape)
    fresh = _unit(fresh - jnp.vdot(fresh, gradient) * gradient)
    return _unit(cosine * gradient + jnp.sqrt(jnp.maximum(1.0 - cosine**2, 0.0)) * fresh)


def _unit(vector: Array) -> Array:
    return vector / jnp.linalg.norm(vector)


def _ratio(a: Array, b: Array) -> Array:
    return jnp.where(b > 0.0, a / jnp.where(b > 0.0, b, 1.0), 0.0)
