"""What the recurrent tasks on tokens share: how a network reads and predicts them, and streams of sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractSequenceTask, Window, child
from evo.tasks import _doors
from evo.tasks._cross_entropy import cross_entropy


class AbstractTokenTask(AbstractSequenceTask):
    """A recurrent network reads one-hot tokens and its outputs are the logits of the target token.

    The parameters are the network: `params.initial()` is the carry of one lane, `params(carry, x)` returns the carry
    after a step and the logits.
    """

    #: makes the network of a JAX key
    model: eqx.AbstractVar[Callable[[PRNGKeyArray], Any]]
    #: tokens are 0 to vocabulary - 1
    vocabulary: eqx.AbstractVar[int]

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def initial(self, params: Any, lanes: int, key: PRNGKeyArray) -> Any:
        """The initial carry of the network in every lane."""
        del key
        return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (lanes, *jnp.shape(leaf))), params.initial())

    def advance(
        self, params: Any, carry: Any, x: Int[Array, " B"], y: Int[Array, " B"], key: PRNGKeyArray
    ) -> tuple[Any, Float[Array, " B"]]:
        """One time step: the cross-entropy of each lane in nats."""
        del key
        carry, logits = jax.vmap(lambda c, token: params(c, token))(carry, jax.nn.one_hot(x, self.vocabulary))
        return carry, cross_entropy(logits, y)


def checked_network(model: Any, V: int, *sizes: int) -> Callable[..., Any]:
    """A function that makes networks with V logits of V inputs."""
    _doors.maker("model", model, f"lambda key: WithReadout(Lstm({V}, 32, key=key), {V}, key=key)")
    action = f"It must read one-hot vectors of size {V} and return {V} logits; add WithReadout(cell, {V}, key=key)."

    def run(key: PRNGKeyArray) -> Any:
        network = model(*sizes, key)
        return network(network.initial(), jnp.zeros(V))[1]

    _doors.output("model", run, (V,), action)
    return model


def stream(
    make: Callable[[PRNGKeyArray], tuple[Array, Array]],
    key: PRNGKeyArray,
    step: Any,
    *,
    delays: tuple[int, ...],
    window: int,
    length: Any,
    shortest: int,
) -> Window:
    """The window of a step from endless lanes of sequences, one after the other.

    Args:
        make: inputs and targets of one sequence, of its key; at least `length` entries, of which the first count.
        key: the data key of the run; sequence j of lane b has its own child.
        step: the number of the window.
        delays: one number per lane. All begin their first sequence at time 0; that of lane b ends delays[b] steps early
            (modulo the length).
        window: T.
        length: steps per sequence, which may be traced.
        shortest: no length is below, a number.
    """
    lanes = len(delays)
    index = jnp.arange(lanes, dtype=jnp.int32)
    ahead = jnp.asarray(delays, jnp.int32) % length
    begin = jnp.asarray(step, jnp.int32) * window
    first = (begin + ahead) // length

    def lane(index: Array, first: Array) -> tuple[Array, Array]:
        key_of_lane = child(key, "lane", index)
        numbers = first + jnp.arange((window - 1) // shortest + 2, dtype=jnp.int32)
        return jax.vmap(lambda number: make(child(key_of_lane, "sequence", number)))(numbers)

    inputs, targets = jax.vmap(lane)(index, first)
    now = jnp.broadcast_to((begin + jnp.arange(window, dtype=jnp.int32))[:, None], (window, lanes))
    since = now + ahead[None, :]
    phase = jnp.where(since < length, now, since % length)
    place = jnp.broadcast_to(index[None, :], now.shape), since // length - first[None, :], phase
    return Window(inputs[place], targets[place], phase == 0)


def checked_delays(delays: Any, lanes: int) -> tuple[int, ...]:
    """One number of steps >= 0 for each lane; zeros if None."""
    numbers = np.zeros(lanes, int) if delays is None else np.asarray(delays)
    if numbers.shape != (lanes,) or numbers.dtype.kind not in "iu" or np.any(numbers < 0):
        action = "Pass one number of steps per lane, for example staggered(lanes, length) of evo.oracles."
        raise checks.bad_value("delays", delays, f"hold {lanes} integers >= 0", action)
    return tuple(numbers.tolist())


def whole(
    make: Callable[[PRNGKeyArray], tuple[Array, Array]], key: PRNGKeyArray, step: Any, *, lanes: int, length: int
) -> Window:
    """The window of a step that is one whole sequence in each lane."""
    keys = jax.vmap(lambda index: child(child(key, "lane", index), "sequence", step))(jnp.arange(lanes))
    inputs, targets = jax.vmap(make, out_axes=1)(keys)
    return Window(inputs, targets, jnp.broadcast_to((jnp.arange(length) == 0)[:, None], (length, lanes)))
