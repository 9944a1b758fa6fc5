"""What recurrent networks have in common, and what is built on it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import Linear
from evo.oracles import jax_key


class AbstractRecurrent(eqx.Module):
    """A network that reads one time step after the other."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """The size of the output of a step."""

    @abstractmethod
    def initial(self) -> Any:
        """The carry before the first step."""

    @abstractmethod
    def __call__(self, carry: Any, x: Float[Array, " inputs"]) -> tuple[Any, Float[Array, " outputs"]]:
        """One time step: the carry after it, and its output."""


class WithReadout(AbstractRecurrent):
    """A recurrent network whose output goes through an affine map: y_t = W cell_t + b.

    It has the parameters of the cell and (cell outputs + 1) outputs; W ~ N(0, 1 / cell outputs) at the start, b = 0.

    Args:
        cell: a recurrent network.
        outputs: the number of outputs.
        key: a JAX key.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Lstm, WithReadout
        >>> key, other = jax.random.split(jax.random.key(0))
        >>> model = WithReadout(Lstm(4, 32, key=key), 4, key=other)
        >>> carry, y = model(model.initial(), jnp.ones(4))
        >>> y.shape
        (4,)
    """

    cell: AbstractRecurrent
    readout: Linear

    def __init__(self, cell: AbstractRecurrent, outputs: int, *, key: PRNGKeyArray) -> None:
        action = "Pass for example Lstm(4, 32, key=key) of evo.models."
        self.cell = checks.instance_of("cell", cell, AbstractRecurrent, action)
        self.readout = Linear(cell.outputs, _doors.size("outputs", outputs), key=jax_key(key))

    @property
    def outputs(self) -> int:
        """That of the readout."""
        return len(self.readout.bias)

    def initial(self) -> Any:
        """That of the cell."""
        return self.cell.initial()

    def __call__(self, carry: Any, x: Float[Array, " inputs"]) -> tuple[Any, Float[Array, " outputs"]]:
        """One time step."""
        carry, y = self.cell(carry, x)
        return carry, self.readout(y)


class Unrolled(eqx.Module):
    """A recurrent network as a map of whole sequences, (T, inputs) -> (T, outputs), from its initial carry.

    Args:
        model: the recurrent network; no parameters are added.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Gru, Unrolled
        >>> Unrolled(Gru(4, 8, key=jax.random.key(0)))(jnp.ones((5, 4))).shape
        (5, 8)
    """

    model: AbstractRecurrent

    def __call__(self, x: Float[Array, "T inputs"]) -> Float[Array, "T outputs"]:
        """The outputs of all steps."""
        return jax.lax.scan(lambda carry, entry: self.model(carry, entry), self.model.initial(), x)[1]
