"""How far the estimates of windows, and of whole episodes, are from a known gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.estimators.base import AbstractEstimator
from evo.oracles import AbstractTask, child, jax_key


class Accuracy(NamedTuple):
    """Errors relative to |g| or |g|^2, g the given gradient, each with its standard error."""

    #: |mean estimate - g| / |g|; of an unbiased estimator this is about `bias_error`
    bias: Array
    #: the root mean square of what chance adds to it
    bias_error: Array
    #: |estimate - g|^2 / |g|^2 of one call, averaged over the calls of an episode
    window: Array
    window_error: Array
    #: the same of the mean over all calls of an episode
    episode: Array
    episode_error: Array
    #: the mean estimate, shaped like the parameters
    mean: Any


def accuracy(
    estimator: AbstractEstimator,
    task: AbstractTask,
    params: Any,
    gradient: Any,
    windows: int,
    repeats: int,
    key: PRNGKeyArray,
) -> Accuracy:
    """The errors of an estimator at fixed parameters, over independent episodes.

    Args:
        estimator: with scale=Unbiased(), if its bias is of interest.
        task: its batches 0, ..., windows - 1 are one episode.
        params: where the gradient is estimated.
        gradient: g, that of the mean loss of the episode, shaped like the trained parameters.
        windows: n, at least 1.
        repeats: episodes, at least 2, all at once: memory grows with their number.
        key: a JAX key; every episode has its own child of it.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import TruncatedBackprop
        >>> from evo.estimators.accuracy import accuracy
        >>> from evo.tasks import LeakyTracking
        >>> task, params = LeakyTracking(jnp.ones(5), length=100, window=10), jnp.zeros(5)
        >>> found = accuracy(TruncatedBackprop(), task, params, task.gradient(params), 10, 2, jax.random.key(0))
        >>> round(float(found.bias), 3)
        0.782
    """
    estimates, by_window = episodes(estimator, task, params, gradient, windows, repeats, key)
    true, unravel = ravel_pytree(gradient)
    unit = true @ true
    mean = jnp.mean(estimates, axis=0)
    by_episode = jnp.sum((estimates - true) ** 2, axis=1) / unit
    chance = jnp.sum(jnp.var(estimates, axis=0, ddof=1)) / repeats
    return Accuracy(
        jnp.sqrt(jnp.sum((mean - true) ** 2) / unit),
        jnp.sqrt(chance / unit),
        *_mean(by_window),
        *_mean(by_episode),
        unravel(mean),
    )


def episodes(
    estimator: AbstractEstimator,
    task: AbstractTask,
    params: Any,
    gradient: Any,
    windows: int,
    repeats: int,
    key: PRNGKeyArray,
) -> tuple[Float[Array, "repeats D"], Float[Array, " repeats"]]:
    """For every episode, the mean of its estimates, and the mean of their squared errors relative to |g|^2.

    Args:
        estimator: as in `accuracy`, like all others.
        task: its batches 0, ..., windows - 1 are one episode.
        params: where the gradient is estimated.
        gradient: g.
        windows: n, at least 1.
        repeats: episodes, at least 2.
        key: a JAX key.
    """
    windows = checks.integer("windows", windows, 1, "Pass how many windows an episode has.")
    repeats = checks.integer("repeats", repeats, 2, "Pass how many episodes are averaged, for example 1000.")
    key = jax_key(key)
    true = ravel_pytree(gradient)[0]
    unit = true @ true

    def episode(index: Array) -> tuple[Array, Array]:
        own = child(key, "episode", index)
        data = child(own, "data")
        state = estimator.init(child(own, "init"), task, params, task.batch(data, 0))

        def window(carry: tuple[Any, Array, Array], step: Array) -> tuple[tuple[Any, Array, Array], None]:
            state, total, error = carry
            batch = task.batch(data, step)
            found, state = estimator.estimate(child(own, "estimate", step), task, params, batch, state)
            estimate = ravel_pytree(found.grads)[0]
            return (state, total + estimate, error + jnp.sum((estimate - true) ** 2)), None

        start = (state, jnp.zeros_like(true), jnp.zeros_like(unit))
        (_, total, error), _ = jax.lax.scan(window, start, jnp.arange(windows))
        return total / windows, error / windows / unit

    return jax.jit(jax.vmap(episode))(jnp.arange(repeats))


def _mean(numbers: Array) -> tuple[Array, Array]:
    return jnp.mean(numbers), jnp.std(numbers, ddof=1) / jnp.sqrt(len(numbers))
