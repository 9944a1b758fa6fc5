"""The long short-term memory."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.models import _doors
from evo.models._linear import as_type_of, normal
from evo.models.recurrent import AbstractRecurrent
from evo.oracles import child, jax_key


class LstmCarry(NamedTuple):
    """The state of an LSTM."""

    h: Float[Array, " n"]
    c: Float[Array, " n"]


class Lstm(AbstractRecurrent):
    """A long short-term memory with forget gate.

    z = [x; h; 1] W;  i, f, o = sigmoid(z_i, z_f, z_o), g = tanh(z_g);  c' = f c + i g,  h' = o tanh(c'),  y = h'.

    It has 4 n (inputs + n + 1) parameters, in one matrix, the columns in the order i, f, o, g. At the start the rows of
    x are N(0, 1 / inputs), those of h orthogonal matrices, the biases 0 and 1 in the forget gate.

    Args:
        inputs: size of x.
        hidden: n, the number of units.
        key: a JAX key.

    Reference: Gers, Schmidhuber and Cummins, Learning to forget, 2000; forget bias: Jozefowicz, Zaremba and Sutskever,
    An empirical exploration of recurrent network architectures, ICML 2015.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Lstm
        >>> model = Lstm(4, 32, key=jax.random.key(0))
        >>> carry, y = model(model.initial(), jnp.ones(4))
        >>> y.shape
        (32,)
    """

    weight: Float[Array, "m p"]
    inputs: int = eqx.field(static=True)
    hidden: int = eqx.field(static=True)

    def __init__(self, inputs: int, hidden: int, *, key: PRNGKeyArray) -> None:
        key = jax_key(key)
        self.inputs, self.hidden = m, n = _doors.size("inputs", inputs), _doors.size("hidden", hidden)
        bias = jnp.zeros((4, n)).at[1].set(1.0).reshape(1, 4 * n)
        self.weight = jnp.concatenate([normal(child(key, "x"), (m, 4 * n), m**-0.5), orthogonal(key, n, 4), bias])

    @property
    def outputs(self) -> int:
        """The number of units."""
        return self.hidden

    def initial(self) -> LstmCarry:
        """Zeros."""
        zero = jnp.zeros(self.hidden, self.weight.dtype)
        return LstmCarry(zero, zero)

    def __call__(self, carry: LstmCarry, x: Float[Array, " inputs"]) -> tuple[LstmCarry, Float[Array, " n"]]:
        """One time step."""
        z = with_one(self.weight, x, self.inputs, carry.h) @ self.weight
        i, f, o = (jax.nn.sigmoid(part) for part in jnp.split(z[: 3 * self.hidden], 3))
        c = f * carry.c + i * jnp.tanh(z[3 * self.hidden :])
        h = o * jnp.tanh(c)
        return LstmCarry(h, c), h


def orthogonal(key: PRNGKeyArray, n: int, count: int) -> Float[Array, "n p"]:
    """Independent random orthogonal matrices side by side (Saxe, McClelland and Ganguli, ICLR 2014)."""
    return jnp.concatenate(list(jax.random.orthogonal(child(key, "h"), n, (count,))), axis=1)


def with_one(weight: Array, x: Array, inputs: int, *others: Array) -> Float[Array, " m"]:
    """[x; others; 1] in the type of the weight."""
    _doors.length("x", x, inputs)
    return jnp.concatenate([as_type_of(weight, x), *others, jnp.ones(1, weight.dtype)])
