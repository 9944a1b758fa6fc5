"""The gated recurrent unit."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.models import _doors
from evo.models._linear import normal
from evo.models.lstm import orthogonal, with_one
from evo.models.recurrent import AbstractRecurrent
from evo.oracles import child, jax_key


class Gru(AbstractRecurrent):
    """A gated recurrent unit whose reset gate acts after the product.

    r, z = sigmoid([x; h; 1] W);  n = tanh([x; 1] W_n + r * [h; 1] U_n);  h' = z h + (1 - z) n,  y = h'.

    It has 3 n (inputs + n + 1) + n parameters. At the start the rows of x are N(0, 1 / inputs), those of h orthogonal
    matrices, the biases 0.

    Args:
        inputs: size of x.
        hidden: n, the number of units.
        key: a JAX key.

    Departs from the paper: there r multiplies h before the product; here all products are with [x; 1] or [h; 1].

    Reference: Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014, section 2.3.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Gru
        >>> model = Gru(4, 32, key=jax.random.key(0))
        >>> carry, y = model(model.initial(), jnp.ones(4))
        >>> y.shape
        (32,)
    """

    gates: Float[Array, "m p"]
    candidate_x: Float[Array, "k n"]
    candidate_h: Float[Array, "l n"]
    inputs: int = eqx.field(static=True)
    hidden: int = eqx.field(static=True)

    def __init__(self, inputs: int, hidden: int, *, key: PRNGKeyArray) -> None:
        key = jax_key(key)
        self.inputs, self.hidden = m, n = _doors.size("inputs", inputs), _doors.size("hidden", hidden)
        x, h = normal(child(key, "x"), (m, 3 * n), m**-0.5), orthogonal(key, n, 3)
        self.gates = jnp.concatenate([x[:, : 2 * n], h[:, : 2 * n], jnp.zeros((1, 2 * n))])
        self.candidate_x = jnp.concatenate([x[:, 2 * n :], jnp.zeros((1, n))])
        self.candidate_h = jnp.concatenate([h[:, 2 * n :], jnp.zeros((1, n))])

    @property
    def outputs(self) -> int:
        """The number of units."""
        return self.hidden

    def initial(self) -> Float[Array, " n"]:
        """Zeros."""
        return jnp.zeros(self.hidden, self.gates.dtype)

    def __call__(
        self, carry: Float[Array, " n"], x: Float[Array, " inputs"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """One time step."""
        a = with_one(self.gates, x, self.inputs, carry)
        r, z = jnp.split(jax.nn.sigmoid(a @ self.gates), 2)
        n = jnp.tanh(
            with_one(self.gates, x, self.inputs) @ self.candidate_x + r * (a[self.inputs :] @ self.candidate_h)
        )
        h = z * carry + (1.0 - z) * n
        return h, h
