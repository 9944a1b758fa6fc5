"""Compiled estimates of the gradient of a network, and what they need. This module loads JAX."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
import optax  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.estimators import AntitheticEs, LowRankEs
from evo.estimators.base import evaluator
from evo.estimators.parameters import dot, norm, size, split
from evo.estimators.smoothing.low_rank.traced import traced_loss
from evo.experiments.es_hyperscale.cells import Kind
from evo.models import Mlp
from evo.oracles import child

CLASSES = 10


class Program(NamedTuple):
    """A compiled estimate."""

    #: from a key, of which network, examples and perturbations are children, to the cosine with the gradient
    cosine: Any
    #: bytes
    temporary: int
    #: random numbers per pair
    numbers: int
    #: of the network
    parameters: int


def loss(model: Any, batch: tuple[Array, Array], key: PRNGKeyArray) -> Array:
    """The mean cross-entropy of the examples."""
    del key
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(jax.vmap(model)(batch[0]), batch[1]))


@lru_cache(maxsize=64)
def program(kind: Kind, width: int, pairs: int, examples: int, sigma: float, chunk: int) -> Program:
    """One estimate for a network with w inputs and layers of w, w / 2 and 10 units, compiled."""
    made, compared = _around(width, examples)
    estimator = {Kind.FULL: AntitheticEs, Kind.LOW: LowRankEs}[kind](pairs=pairs, sigma=sigma, chunk=chunk)
    key = jax.random.key(0)
    model, batch = made(key)
    state = estimator.init(key, loss, model, batch)

    def grads(key: PRNGKeyArray, model: Any, batch: Any) -> Any:
        return estimator.estimate(key, loss, model, batch, state)[0].grads

    compiled = jax.jit(grads).lower(key, model, batch).compile()
    memory: Any = compiled.memory_analysis()
    parameters = size(split(model).centre)
    numbers = parameters
    if kind is Kind.LOW:
        traced = traced_loss(evaluator(loss, model, batch, key), split(model), key, estimator.rank)
        numbers = size(traced.shapes())

    def cosine(key: PRNGKeyArray) -> Array:
        model, batch = made(key)
        return compared(compiled(child(key, "estimate"), model, batch), model, batch)

    return Program(cosine, memory.temp_size_in_bytes, numbers, parameters)


@lru_cache(maxsize=16)
def _around(width: int, examples: int) -> tuple[Any, Any]:
    """What makes a network with its examples, and what compares an estimate with the gradient."""

    def made(key: PRNGKeyArray) -> tuple[Mlp, tuple[Array, Array]]:
        model = Mlp((width, width, width // 2, CLASSES), key=child(key, "network"))
        x = jax.random.normal(child(key, "inputs"), (examples, width))
        return model, (x, jax.random.randint(child(key, "labels"), (examples,), 0, CLASSES))

    def compared(grads: Any, model: Mlp, batch: Any) -> Array:
        true = jax.grad(loss)(model, batch, jax.random.key(0))
        return dot(grads, true) / (norm(grads) * norm(true))

    return jax.jit(made), jax.jit(compared)
