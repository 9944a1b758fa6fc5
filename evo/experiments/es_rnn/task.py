"""Copying with all strings listed: the same sequences in every batch, whole or window by window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx  # noqa: TID253
import jax  # noqa: TID253
import jax.numpy as jnp  # noqa: TID253
from jaxtyping import Array, PRNGKeyArray

from evo.core.keys import Key
from evo.oracles import AbstractSequenceTask, Window, child, unroll
from evo.tasks import Copying

__all__ = ["ListedCopying", "truncated_gradient"]


class ListedCopying(AbstractSequenceTask):
    """`Copying` on fixed strings.

    Args:
        copying: the task whose networks, steps and losses these are.
        training: all training strings as whole sequences, [T, B].
        held_out: the others.
        window: steps per batch, divides T; batch t is window t mod (T / window).
    """

    copying: Copying
    training: Window
    held_out: Window
    window: int = eqx.field(static=True)

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """That of `Copying`."""
        return self.copying.start(key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Window:
        """The window of this step."""
        del key
        T = len(self.training.reset)
        place = jnp.asarray(step, jnp.int32) % (T // self.window) * self.window
        return jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, place, self.window), self.training)

    def initial(self, params: Any, lanes: int, key: PRNGKeyArray) -> Any:
        """That of `Copying`."""
        return self.copying.initial(params, lanes, key)

    def advance(self, params: Any, carry: Any, x: Any, y: Any, key: PRNGKeyArray) -> tuple[Any, Array]:
        """That of `Copying`."""
        return self.copying.advance(params, carry, x, y, key)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The loss on held-out strings, and the share of their bits that get a probability above one half."""
        carry = self.initial(params, self.held_out.reset.shape[1], key)
        losses = unroll(self, params, carry, self.held_out, key)[1]
        said = losses[-self.copying.symbols :]
        return {"loss": jnp.mean(losses), "accuracy": jnp.mean(jnp.exp(-said) > 0.5)}


def truncated_gradient(task: AbstractSequenceTask, steps: int) -> Callable[[Any, Window, PRNGKeyArray], Any]:
    """The gradient of the loss of a whole sequence by backpropagation through `steps` time steps at most.

    The carry is held fixed where one part of `steps` steps follows another: a surrogate that misses what parameters do
    to later parts.
    """

    def loss(params: Any, window: Window, key: PRNGKeyArray) -> Array:
        carry = task.initial(params, window.reset.shape[1], child(key, "initial"))
        parts = jax.tree.map(lambda x: x.reshape(-1, steps, *x.shape[1:]), window)

        def part(carry: Any, entry: Window) -> tuple[Any, Array]:
            return unroll(task, params, jax.lax.stop_gradient(carry), entry, key)

        return jnp.mean(jax.lax.scan(part, carry, parts)[1])

    return jax.grad(loss)
