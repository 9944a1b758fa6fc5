"""Gradient descent on the problem, many runs in one compiled scan. This module loads JAX."""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.estimators import AbstractEstimator, Estimate
from evo.oracles import child


def loss(params: Array, batch: Any, key: PRNGKeyArray) -> Array:
    """The loss above its minimum."""
    del key
    curvature, _ = batch
    return jnp.sum(curvature * params**2) / 2.0


def biased(params: Array, batch: Any, key: PRNGKeyArray) -> Array:
    """The gradient g with a bias, g + |g| v with a fixed unit vector v: its cosine with g is about 0.7."""
    del key
    curvature, bias = batch
    gradient = curvature * params
    return gradient + jnp.linalg.norm(gradient) * bias


class Follow(AbstractEstimator):
    """The biased gradient as it is."""

    reference: ClassVar[tuple[str, ...]] = ()
    trainable: Any = None

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> tuple[()]:
        """Nothing."""
        return ()

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: tuple[()]
    ) -> tuple[Estimate, tuple[()]]:
        """The loss is not asked."""
        return Estimate(jnp.zeros(()), biased(params, batch, key), 0, {}), state


@eqx.filter_jit
def gaps(
    estimator: AbstractEstimator,
    keys: PRNGKeyArray,
    rate: Array,
    start: Array,
    batch: tuple[Array, Array],
    iterations: int,
) -> Array:
    """The loss above its minimum after every iteration, float32[runs, iterations].

    Args:
        estimator: of the gradient.
        keys: one typed key per run.
        rate: learning rate.
        start: the first point, seen from the optimum.
        batch: curvatures, and the direction of the bias.
        iterations: how many.
    """
    empty = estimator.init(jax.random.key(0), loss, start, batch)

    def run(key: PRNGKeyArray) -> Array:
        def iteration(carry: Any, t: Array) -> tuple[Any, Array]:
            params, state = carry
            found, state = estimator.estimate(child(key, "iteration", t), loss, params, batch, state)
            params = params - rate * found.grads
            return (params, state), loss(params, batch, key)

        return jax.lax.scan(iteration, (start, empty), jnp.arange(iterations))[1]

    return jax.vmap(run)(keys)
