"""The causal transformer."""

from __future__ import annotations

import equinox as eqx
import jax
from jaxtyping import Array, Float, Num, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._block import Block, LayerNorm, mixing, norm, sizes, stack
from evo.models._linear import Linear, normal
from evo.models.attention import AbstractAttention
from evo.models.reading import EMBEDDING, AbstractReading, Embedding, Tokens, Vectors
from evo.oracles import child, jax_key


class Transformer(eqx.Module):
    """A decoder-only transformer with causal attention and normalisation before each part.

    With d = width it has R + context d + layers (12 d^2 + 9 d) + 2 d + O parameters, where R = V d for tokens and
    (inputs + 1) d for vectors, O = (d + 1) readout, or 0 if the readout is the embedding. The defaults with 60 tokens
    have 103,424.

    Args:
        reads: `Tokens(vocabulary)` or `Vectors(size)`.
        width: d, a multiple of `heads`.
        layers: number of blocks.
        heads: attention heads in each block.
        attention: `SoftmaxAttention()` or `LinearAttention()`.
        context: the longest sequence, for which positions are learned; None for a transformer without positions, which
            takes sequences of any length.
        readout: number of outputs at each position; None for scores of the tokens by their embeddings.
        key: a JAX key.

    Takes one sequence of shape (T,) or (T, inputs) and returns (T, outputs); output t depends on inputs 0 to t.
    At the start matrices are N(0, 1 / inputs), those that end a residual branch divided by sqrt(2 layers), embeddings
    and positions N(0, 0.02^2), biases 0.

    Departs from the paper: matrices have variance 1 / inputs instead of 0.02^2, which suits any width; the attention
    has no biases.

    Reference: Radford et al., Language models are unsupervised multitask learners, 2019, section 2.3.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import Tokens, Transformer
        >>> Transformer(Tokens(60), key=jax.random.key(0))(jnp.arange(8)).shape
        (8, 60)
    """

    reading: AbstractReading
    positions: Float[Array, "context d"] | None
    blocks: tuple[Block, ...]
    norm: LayerNorm
    readout: Linear | None
    heads: int = eqx.field(static=True)
    attention: AbstractAttention

    def __init__(
        self,
        reads: Tokens | Vectors,
        width: int = 64,
        *,
        layers: int = 2,
        heads: int = 4,
        attention: AbstractAttention | None = None,
        context: int | None = None,
        readout: int | None = None,
        key: PRNGKeyArray,
    ) -> None:
        key = jax_key(key)
        checks.instance_of("reads", reads, (Tokens, Vectors), "Pass Tokens(60) or Vectors(4) of evo.models.")
        width, layers, heads = sizes(width, layers, heads)
        self.attention = mixing(attention)
        if readout is None and isinstance(reads, Vectors):
            raise checks.bad_value(
                "readout", None, "be a number for vectors", "Say how many outputs each position has."
            )
        self.reading = reads.built(width, child(key, "reading"))
        shape = None if context is None else (_doors.size("context", context), width)
        self.positions = None if shape is None else normal(child(key, "positions"), shape, EMBEDDING)
        self.blocks = stack(width, layers, key)
        self.norm = norm(width)
        outputs = None if readout is None else _doors.size("readout", readout)
        self.readout = None if outputs is None else Linear(width, outputs, key=child(key, "readout"))
        self.heads = heads

    def __call__(self, x: Num[Array, "T ..."]) -> Float[Array, "T outputs"]:
        """The outputs at all positions of one sequence."""
        h = self.reading(x)
        if self.positions is not None:
            if len(h) > len(self.positions):
                allowed = f"have at most context={len(self.positions)} positions"
                raise checks.bad_value("x", f"{len(h)} positions", allowed, "Build the transformer with more.")
            h = h + self.positions[: len(h)]
        for block in self.blocks:
            h = block(h, self.heads, self.attention)
        h = jax.vmap(self.norm)(h)
        if isinstance(self.reading, Embedding) and self.readout is None:
            return h @ self.reading.weight.T
        return jax.vmap(self.readout)(h)  # type: ignore[arg-type]
