"""Causal networks of sequences where recurrent ones are asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from evo.core import checks
from evo.models import _doors
from evo.models.recurrent import AbstractRecurrent


class History(NamedTuple):
    """What was read so far, then zeros, and how much it is."""

    inputs: Float[Array, "context inputs"]
    steps: Int[Array, ""]


class Rereading(AbstractRecurrent):
    """A causal network as a recurrent one: at every step it reads all inputs so far again.

    y_t = f(x_0, ..., x_t, 0, ..., 0)_t: as f is causal, the zeros for the future do not matter. A step costs f on
    `context` positions. No parameters are added.

    Args:
        network: maps a sequence of shape (context, inputs) to one of shape (context, outputs), where output t depends
            on inputs 0 to t alone, as a `Transformer` of `Vectors(inputs)` does.
        inputs: size of x.
        context: the longest sequence. What is read after it is lost, and outputs no longer change: nothing warns.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Rereading, Transformer, Vectors
        >>> network = Transformer(Vectors(3), 8, context=6, readout=4, key=jax.random.key(0))
        >>> model = Rereading(network, 3, 6)
        >>> carry, y = model(model.initial(), jnp.ones(3))
        >>> y.shape, int(carry.steps)
        ((4,), 1)
    """

    network: Any
    inputs: int = eqx.field(static=True)
    context: int = eqx.field(static=True)
    size: int = eqx.field(static=True)

    def __init__(self, network: Any, inputs: int, context: int) -> None:
        action = "Pass for example Transformer(Vectors(3), context=6, readout=4, key=key)."
        if not callable(network):
            raise checks.bad_type("network", network, "be a network of sequences", action)
        self.network = network
        self.inputs = _doors.size("inputs", inputs)
        self.context = checks.integer("context", context, 1, "Pass the longest sequence, for example context=6.")
        found = getattr(eqx.filter_eval_shape(lambda: network(self.initial().inputs)), "shape", ())
        if len(found) != 2 or found[0] != self.context:
            raise checks.bad_value("network", found, f"have outputs of shape ({self.context}, outputs)", action)
        self.size = found[1]

    @property
    def outputs(self) -> int:
        """That of the network at each position."""
        return self.size

    def initial(self) -> History:
        """Nothing was read."""
        found = [leaf.dtype for leaf in jax.tree.leaves(self.network) if hasattr(leaf, "dtype")]
        kinds = [dtype for dtype in found if jnp.issubdtype(dtype, jnp.inexact)]
        return History(
            jnp.zeros((self.context, self.inputs), jnp.result_type(*(kinds or [float]))), jnp.zeros((), jnp.int32)
        )

    def __call__(self, carry: History, x: Float[Array, " inputs"]) -> tuple[History, Float[Array, " outputs"]]:
        """One time step."""
        _doors.length("x", x, self.inputs)
        inputs = carry.inputs.at[carry.steps].set(x.astype(carry.inputs.dtype))
        return History(inputs, carry.steps + 1), self.network(inputs)[carry.steps]
