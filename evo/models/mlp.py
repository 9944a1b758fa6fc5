"""The multilayer perceptron."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import equinox as eqx
import jax
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import Linear
from evo.oracles import child, jax_key


class Mlp(eqx.Module):
    """A multilayer perceptron: affine maps with an activation between them.

    h_0 = x,  h_l = activation(W_l h_{l-1} + b_l),  y = W_L h_{L-1} + b_L.

    It has sum_l (sizes[l-1] + 1) sizes[l] parameters. W_l ~ N(0, gain^2 / sizes[l-1]) at the start, without the gain in
    the last layer, and b_l = 0. Permuting the units of a hidden layer does not change the function.

    Args:
        sizes: inputs, hidden units of each layer, outputs; at least two numbers.
        activation: of the hidden units, entry by entry.
        gain: sqrt(2) for rectifiers (He et al.), 1 for tanh (LeCun et al.).
        key: a JAX key.

    Takes one example x of shape (inputs,).

    Reference: He, Zhang, Ren and Sun, Delving deep into rectifiers, ICCV 2015, section 2.2.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Mlp
        >>> Mlp((64, 32, 10), key=jax.random.key(0))(jnp.ones(64)).shape
        (10,)
    """

    layers: tuple[Linear, ...]
    activation: Callable[[Array], Array] = eqx.field(static=True)

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[Array], Array] = jax.nn.relu,
        gain: float = math.sqrt(2.0),
        key: PRNGKeyArray,
    ) -> None:
        key = jax_key(key)
        action = "Pass inputs, hidden units and outputs, for example (64, 32, 10)."
        checks.instance_of("sizes", sizes, (tuple, list), action)
        if len(sizes) < 2:
            raise checks.bad_value("sizes", sizes, "hold at least two numbers", action)
        if not callable(activation):
            raise checks.bad_type("activation", activation, "be a function", "Pass for example jax.nn.relu.")
        gain = checks.real("gain", gain, 0.0, math.inf, "It is sqrt(2) for rectifiers, 1 for tanh.", open_low=True)
        numbers = [_doors.size("sizes", number) for number in sizes]
        last = len(numbers) - 2
        self.layers = tuple(
            Linear(m, n, scale=1.0 if index == last else gain, key=child(key, "layer", index))
            for index, (m, n) in enumerate(pairwise(numbers))
        )
        self.activation = activation

    def __call__(self, x: Float[Array, " inputs"]) -> Float[Array, " outputs"]:
        """The outputs of one example."""
        _doors.length("x", x, self.layers[0].weight.shape[1])
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)
