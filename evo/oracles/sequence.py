"""Tasks that unfold in time: streams of windows over lanes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from evo.oracles.base import AbstractTask
from evo.oracles.keys import child


class Window(NamedTuple):
    """T consecutive time steps of B lanes: the batch of a sequence task.

    With `reset` true at the first step alone it is a whole sequence; successive windows without reset are a stream.
    """

    #: [T, B, ...]
    inputs: Array
    #: [T, B, ...]
    targets: Array
    #: whether a lane begins anew before this step
    reset: Bool[Array, "T B"]


class AbstractSequenceTask(AbstractTask):
    """A task whose loss is a sum over time: `initial` and `advance` say how it unfolds, the loss follows."""

    @abstractmethod
    def initial(self, params: Any, lanes: int, key: PRNGKeyArray) -> Any:
        """The carry before the first step: a tree whose leaves begin with the axis of the lanes, [B, ...]."""

    @abstractmethod
    def advance(self, params: Any, carry: Any, x: Any, y: Any, key: PRNGKeyArray) -> tuple[Any, Float[Array, " B"]]:
        """One time step of all lanes: the carry after it, and the loss of each lane.

        Args:
            params: the parameters.
            carry: leaves [B, ...].
            x: the inputs of the step, [B, ...].
            y: the targets of the step, [B, ...].
            key: for everything random in the step.
        """

    def loss(self, params: Any, batch: Window, key: PRNGKeyArray) -> Array:
        """The mean over time and lanes, from the initial carry; resets are obeyed."""
        lanes = batch.reset.shape[1]
        carry = self.initial(params, lanes, child(key, "initial"))
        return jnp.mean(unroll(self, params, carry, batch, key)[1])


def unroll(
    task: AbstractSequenceTask, params: Any, carry: Any, window: Window, key: PRNGKeyArray
) -> tuple[Any, Float[Array, "T B"]]:
    """The carry after a window and the losses of its steps; a lane that resets starts from its initial carry.

    Args:
        task: what unfolds.
        params: the parameters, the same at all steps.
        carry: before the window, leaves [B, ...].
        window: T steps of B lanes.
        key: its children "initial" and "advance", by step, reach the task.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.oracles import AbstractSequenceTask, Window, unroll
        >>> class Counter(AbstractSequenceTask):
        ...     def start(self, key):
        ...         return jnp.ones(())
        ...     def batch(self, key, step):
        ...         return Window(jnp.ones((3, 1)), jnp.ones((3, 1)), jnp.array([[True], [False], [True]]))
        ...     def initial(self, params, lanes, key):
        ...         return jnp.zeros(lanes)
        ...     def advance(self, params, carry, x, y, key):
        ...         return carry + params * x, (carry + params * x - y) ** 2
        >>> task, key = Counter(), jax.random.key(0)
        >>> carry, losses = unroll(task, 1.0, jnp.zeros(1), task.batch(key, 0), key)
        >>> carry.tolist(), losses[:, 0].tolist()
        ([1.0], [0.0, 1.0, 0.0])
    """
    lanes = window.reset.shape[1]

    def step(carry: Any, entry: tuple[Window, Array]) -> tuple[Any, Array]:
        now, t = entry
        fresh = task.initial(params, lanes, child(key, "initial", t))
        carry = jax.tree.map(lambda new, old: _where(now.reset, new, old), fresh, carry)
        return task.advance(params, carry, now.inputs, now.targets, child(key, "advance", t))

    return jax.lax.scan(step, carry, (window, jnp.arange(len(window.reset))))


def _where(mask: Array, new: Array, old: Array) -> Array:
    mask = mask.reshape(mask.shape + (1,) * (new.ndim - 1))
    return jnp.where(mask, new, old).astype(old.dtype)
