"""The affine map that all networks share."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray


class Linear(eqx.Module):
    """x -> W x + b, with W ~ N(0, scale^2 / inputs) and b = 0 at the start."""

    weight: Float[Array, "outputs inputs"]
    bias: Float[Array, " outputs"]

    def __init__(self, inputs: int, outputs: int, *, scale: float = 1.0, key: PRNGKeyArray) -> None:
        self.weight = normal(key, (outputs, inputs), scale * inputs**-0.5)
        self.bias = jnp.zeros(outputs)

    def __call__(self, x: Float[Array, " inputs"]) -> Float[Array, " outputs"]:
        return self.weight @ as_type_of(self.weight, x) + self.bias


def normal(key: PRNGKeyArray, shape: tuple[int, ...], deviation: float) -> Array:
    """Normal numbers of this standard deviation, in the default type."""
    return deviation * jax.random.normal(key, shape)


def as_type_of(weight: Array, x: Array) -> Array:
    """The input in the type of the parameters: float32 data serve float64 and bfloat16 networks without promotion."""
    return jnp.asarray(x, weight.dtype)
