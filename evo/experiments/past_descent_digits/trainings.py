"""Training with an estimated gradient beside the true one: many runs in one compiled scan. This module loads JAX."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
from jax.flatten_util import ravel_pytree  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.estimators import AbstractEstimator
from evo.models import Mlp
from evo.oracles import child
from evo.tasks import Digits, from_npz, small_digits


class Course(NamedTuple):
    """What is kept of every step; `loss` has one entry more, of the start."""

    #: of the full batch, float32[runs, steps + 1]
    loss: Array
    #: between the estimate and the gradient of the full batch, float32[runs, steps]
    cosine: Array
    #: between successive gradients of the full batch, float32[runs, steps]; that of the first step is 0
    turn: Array


@lru_cache(maxsize=4)
def digits(data: str | None, examples: int, batch: int | None, hidden: int) -> Digits:
    """The first examples of a data set and a network with one hidden layer of tanh units."""
    found = small_digits() if data is None else from_npz(data)
    train = found.train
    examples = checks.integer("examples", examples, 1, "Take fewer.", high=len(train.labels))
    sizes = (int(train.images[0].size), hidden, int(train.labels.max()) + 1)
    part = type(train)(train.images[:examples], train.labels[:examples])
    return Digits(
        lambda key: Mlp(sizes, activation=jnp.tanh, gain=1.0, key=key),
        lambda model, image: model(image.reshape(-1)),
        data=found._replace(train=part),
        batch=batch,
    )


@eqx.filter_jit
def begun(task: Digits, keys: PRNGKeyArray, steps: int) -> tuple[Array, Any]:
    """Where runs start, float32[runs, D], and their batches, with the leading axes [runs, steps]; both regimes' alike.

    A deterministic task has one batch for all runs and steps, with the axes [1, 1].
    """
    start = jax.vmap(lambda key: ravel_pytree(task.start(key))[0])(keys)
    if not task.dynamic:
        return start, jax.tree.map(lambda x: x[None, None], task.batch(keys[0], 0))
    every = jnp.arange(steps)
    return start, jax.vmap(lambda key: jax.vmap(lambda t: task.batch(child(key, "batches"), t))(every))(keys)


@eqx.filter_jit
def trained(
    estimator: AbstractEstimator,
    full: Digits,
    keys: PRNGKeyArray,
    start: Array,
    batches: Any,
    rate: Array,
    steps: int,
) -> Course:
    """Plain gradient descent on batches, observed with the only batch of `full`.

    Args:
        estimator: of the gradient.
        full: all examples as one batch.
        keys: one typed key per run.
        start: float32[runs, D], as `begun` gives it.
        batches: of `begun`, too.
        rate: learning rate.
        steps: how many.
    """
    rebuild, whole = _rebuild(full), full.batch(keys[0], 0)

    def loss(params: Array, batch: Any, key: PRNGKeyArray) -> Array:
        return full.loss(rebuild(params), batch, key)

    def run(index: Array) -> Course:
        key = keys[index]

        def batch(t: Any) -> Any:
            return jax.tree.map(lambda x: x[index % x.shape[0], t % x.shape[1]], batches)

        def step(carry: Any, t: Array) -> tuple[Any, tuple[Array, Array, Array]]:
            params, state, before = carry
            value, true = jax.value_and_grad(loss)(params, whole, key)
            found, state = estimator.estimate(child(key, "step", t), loss, params, batch(t), state)
            seen = value, _cosine(found.grads, true), _cosine(before, true)
            return (params - rate * found.grads, state, true), seen

        state = estimator.init(key, loss, start[index], batch(0))
        first = (start[index], state, jnp.zeros_like(start[index]))
        (params, _, _), (values, cosine, turn) = jax.lax.scan(step, first, jnp.arange(steps))
        return Course(jnp.append(values, loss(params, whole, key)), cosine, turn)

    return jax.lax.map(run, jnp.arange(len(keys)))


def _rebuild(full: Digits) -> Any:
    """From a vector to the network."""
    shapes = jax.eval_shape(full.start, jax.random.key(0))
    return ravel_pytree(jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes))[1]


def _cosine(a: Array, b: Array) -> Array:
    lengths = jnp.linalg.norm(a) * jnp.linalg.norm(b)
    known = jnp.isfinite(lengths) & (lengths > 0)
    return jnp.where(known, jnp.vdot(a, b) / jnp.where(known, lengths, 1.0), 0.0)
