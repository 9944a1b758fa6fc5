"""Backpropagation: the reference."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from evo.estimators.base import AbstractEstimator, Estimate, evaluator
from evo.estimators.parameters import norm, split
from evo.oracles import child, jax_key


class NoState(NamedTuple):
    """Nothing survives a call."""


class Backprop(AbstractEstimator):
    """The gradient of the loss by reverse-mode automatic differentiation: grads = d loss / d params.

    Args:
        trainable: which leaves are trained: None for all floating-point arrays, a predicate of (path, leaf), or a tree
            of bools.

    `evaluations` is 3 a call: a forward pass, and a backward pass that costs about two.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import Backprop
        >>> key, params = jax.random.key(0), jnp.array([1.0, 2.0])
        >>> loss = lambda params, batch, key: jnp.sum(params**2)
        >>> estimator = Backprop()
        >>> state = estimator.init(key, loss, params, None)
        >>> value, grads, state = estimator.value_and_grad(loss)(state, key, params, None)
        >>> grads.tolist()
        [2.0, 4.0]
    """

    trainable: Any = None
    reference: ClassVar[tuple[str, ...]] = ()

    def init(self, key: PRNGKeyArray, task: Any, params: Any, batch: Any) -> NoState:
        """Nothing, after the parameters and the loss were checked."""
        split(params, self.trainable)
        evaluator(task, params, batch, jax_key(key))
        return NoState()

    def estimate(
        self, key: PRNGKeyArray, task: Any, params: Any, batch: Any, state: NoState
    ) -> tuple[Estimate, NoState]:
        """The exact gradient on the batch."""
        key = jax_key(key)
        centre, rebuild = split(params, self.trainable)
        loss_key = child(key, "loss")
        loss = evaluator(task, params, batch, loss_key)
        both = jax.value_and_grad(lambda centre: loss.both(rebuild(centre), loss_key), has_aux=True)
        (value, aux), grads = both(centre)
        info = {"norm": norm(grads), "scale": jnp.ones((), value.dtype)}
        return Estimate(value, grads, 3, info, aux), state
