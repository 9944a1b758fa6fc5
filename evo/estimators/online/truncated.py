"""Truncated backpropagation through time: the gradient within one window of a stream."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from evo.estimators.base import AbstractEstimator, Estimate
from evo.estimators.parameters import norm, split
from evo.estimators.windows import begun, first_carry, mean_loss, sequence
from evo.oracles import child, jax_key, unroll


class TruncatedState(NamedTuple):
    """Where the lanes stand."""

    #: the carry after the last window, leaves [B, ...]
    carry: Any
    #: windows so far
    calls: Array


class TruncatedBackprop(AbstractEstimator):
    """Backpropagation through one window at a time: the carry goes on to the next window, gradients do not.

    With the window t+1, ..., t+K, its mean loss L over time and lanes, and the carry h_t held fixed,

        grads = d L(h_t, params) / d params.

    For a window that is a whole sequence this is the gradient that `Backprop` gives. For shorter ones it is biased:
    what parameters did before the window gets no gradient.

    Args:
        trainable: which leaves are trained, as in `Backprop`.

    The task must be a sequence task and the batch a `Window`. All lanes begin anew in the first call, later where
    `reset` says so, in any time step. `evaluations` is 3 a call, in forward passes of a window.

    Reference: Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories, Neural Computation 2, 1990 (there with overlapping windows).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import TruncatedBackprop
        >>> from evo.tasks import LeakyTracking
        >>> task = LeakyTracking(jnp.ones(3), length=20, window=5)
        >>> key, params, estimator = jax.random.key(0), jnp.zeros(3), TruncatedBackprop()
        >>> state = estimator.init(key, task, params, task.batch(key, 0))
        >>> for step in range(4):
        ...     found, state = estimator.estimate(key, task, params, task.batch(key, step), state)
        >>> bool(jnp.all(found.grads < 0))
        True
    """

    trainable: Any = None
    reference: ClassVar[tuple[str, ...]] = ("WilliamsPeng1990Online",)

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> TruncatedState:
        """The initial carry, after everything was checked."""
        task, window = sequence(task, batch)
        split(params, self.trainable)
        return TruncatedState(first_carry(task, params, window, jax_key(key)), jnp.zeros((), jnp.int32))

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: TruncatedState
    ) -> tuple[Estimate, TruncatedState]:
        """The exact gradient within the window."""
        task, window = sequence(task, batch)
        window = begun(window, state.calls)
        centre, rebuild = split(params, self.trainable)
        loss_key = child(jax_key(key), "loss")

        def loss(centre: Any) -> tuple[Array, Any]:
            carry, losses = unroll(task, rebuild(centre), state.carry, window, loss_key)
            return mean_loss(losses), carry

        (value, carry), grads = jax.value_and_grad(loss, has_aux=True)(centre)
        info = {"norm": norm(grads), "scale": jnp.ones((), value.dtype)}
        return Estimate(value, grads, 3, info), TruncatedState(carry, state.calls + 1)
