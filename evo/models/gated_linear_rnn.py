"""The linear recurrent network with gates at input and output."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.models import _doors
from evo.models._linear import normal
from evo.models.lstm import with_one
from evo.models.recurrent import AbstractRecurrent
from evo.oracles import child, jax_key


class GatedLinearRnn(AbstractRecurrent):
    """A linear diagonal recurrence between two products, which can be linear self-attention exactly.

    h' = lambda * h + (W_m x~) * (W_x x~),  y = D ((V_m h') * (V_x h')),  x~ = [x; 1],  lambda = sigmoid(w).

    It has N + 2 N (inputs + 1) + 2 M N + outputs M parameters. At the start w ~ N(0, 4) and matrices are
    N(0, 1 / columns). N = d (d + 1) / 2 + d units suffice for linear self-attention on inputs of size d.

    Args:
        inputs: size of x.
        hidden: N, the number of units.
        outputs: size of y.
        products: M, the number of output products.
        key: a JAX key.

    Reference: Zucchet et al., Gated recurrent neural networks discover attention, 2023.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import GatedLinearRnn
        >>> model = GatedLinearRnn(2, 5, outputs=2, products=8, key=jax.random.key(0))
        >>> carry, y = model(model.initial(), jnp.ones(2))
        >>> carry.shape, y.shape
        ((5,), (2,))
    """

    decay: Float[Array, " N"]
    input_gate: Float[Array, "N k"]
    input_value: Float[Array, "N k"]
    output_gate: Float[Array, "M N"]
    output_value: Float[Array, "M N"]
    readout: Float[Array, "outputs M"]

    def __init__(self, inputs: int, hidden: int, *, outputs: int, products: int, key: PRNGKeyArray) -> None:
        key = jax_key(key)
        k, N = _doors.size("inputs", inputs) + 1, _doors.size("hidden", hidden)
        O, M = _doors.size("outputs", outputs), _doors.size("products", products)  # noqa: E741
        self.decay = normal(child(key, "decay"), (N,), 2.0)
        self.input_gate = normal(child(key, "input gate"), (N, k), k**-0.5)
        self.input_value = normal(child(key, "input value"), (N, k), k**-0.5)
        self.output_gate = normal(child(key, "output gate"), (M, N), N**-0.5)
        self.output_value = normal(child(key, "output value"), (M, N), N**-0.5)
        self.readout = normal(child(key, "readout"), (O, M), M**-0.5)

    @property
    def outputs(self) -> int:
        """The size of y."""
        return len(self.readout)

    def initial(self) -> Float[Array, " N"]:
        """Zeros."""
        return jnp.zeros_like(self.decay)

    def __call__(
        self, carry: Float[Array, " N"], x: Float[Array, " inputs"]
    ) -> tuple[Float[Array, " N"], Float[Array, " outputs"]]:
        """One time step."""
        x = with_one(self.decay, x, self.input_gate.shape[1] - 1)
        h = jax.nn.sigmoid(self.decay) * carry + (self.input_gate @ x) * (self.input_value @ x)
        return h, self.readout @ ((self.output_gate @ h) * (self.output_value @ h))
