"""The block of transformers: attention, then a perceptron at each position."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import Linear, normal
from evo.models.attention import AbstractAttention, SoftmaxAttention
from evo.oracles import child


class LayerNorm(eqx.Module):
    """scale * (x - mean) / sqrt(variance + 1e-5) + shift, at one position."""

    scale: Float[Array, " d"]
    shift: Float[Array, " d"]

    def __call__(self, x: Float[Array, " d"]) -> Float[Array, " d"]:
        centred = x - jnp.mean(x)
        return self.scale * centred * jax.lax.rsqrt(jnp.mean(centred**2) + 1e-5) + self.shift


class Block(eqx.Module):
    """x + attention(norm(x)), then x + W_2 gelu(W_1 norm(x))."""

    norms: tuple[LayerNorm, LayerNorm]
    query: Float[Array, "d d"]
    key: Float[Array, "d d"]
    value: Float[Array, "d d"]
    mixed: Float[Array, "d d"]
    widen: Linear
    narrow: Linear

    def __init__(self, width: int, scale: float, key: PRNGKeyArray) -> None:
        self.norms = (norm(width), norm(width))
        self.query, self.key, self.value = (
            normal(child(key, label), (width, width), width**-0.5) for label in ("query", "key", "value")
        )
        self.mixed = normal(child(key, "mixed"), (width, width), scale * width**-0.5)
        self.widen = Linear(width, 4 * width, key=child(key, "widen"))
        self.narrow = Linear(4 * width, width, scale=scale, key=child(key, "narrow"))

    def __call__(
        self, x: Float[Array, "T d"], heads: int, attention: AbstractAttention, seen: Bool[Array, "T T"] | None = None
    ) -> Float[Array, "T d"]:
        T, d = x.shape
        read = jax.vmap(self.norms[0])(x)
        q, k, v = ((read @ w.T).reshape(T, heads, d // heads) for w in (self.query, self.key, self.value))
        mixed = jax.vmap(lambda q, k, v: attention(q, k, v, seen), in_axes=1, out_axes=1)
        y = mixed(q * (d // heads) ** -0.5, k, v)
        x = x + y.reshape(T, d) @ self.mixed.T
        return x + jax.vmap(lambda row: self.narrow(jax.nn.gelu(self.widen(self.norms[1](row)))))(x)


def norm(width: int) -> LayerNorm:
    """The normalisation at the start."""
    return LayerNorm(jnp.ones(width), jnp.zeros(width))


def sizes(width: Any, layers: Any, heads: Any) -> tuple[int, int, int]:
    """The sizes of a transformer, checked."""
    width, layers, heads = (
        _doors.size(name, value) for name, value in (("width", width), ("layers", layers), ("heads", heads))
    )
    if width % heads:
        raise checks.bad_value("width", width, f"be a multiple of heads={heads}", "Each head has width/heads units.")
    return width, layers, heads


def mixing(attention: Any) -> AbstractAttention:
    """The attention of a transformer, checked; softmax by default."""
    action = "Pass SoftmaxAttention() or LinearAttention() of evo.models."
    return checks.instance_of(
        "attention", SoftmaxAttention() if attention is None else attention, AbstractAttention, action
    )


def stack(width: int, layers: int, key: PRNGKeyArray) -> tuple[Block, ...]:
    """The blocks of a transformer with this key; at the start what they add has variance 1 in all."""
    return tuple(Block(width, (2 * layers) ** -0.5, child(key, "block", i)) for i in range(layers))
