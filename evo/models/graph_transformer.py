"""A transformer whose attention follows the edges of a graph."""

from __future__ import annotations

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._block import Block, LayerNorm, mixing, norm, sizes, stack
from evo.models._linear import Linear
from evo.models.attention import AbstractAttention
from evo.oracles import child, jax_key


class GraphTransformer(eqx.Module):
    """The same transformer at every node of a graph; in each block a node sees itself and its neighbours.

    A synchronous message-passing algorithm of `layers` rounds:

    - an output depends on the nodes at distance at most `layers` alone;
    - nodes have no places: if the nodes are renamed, the outputs are renamed with them;
    - so nodes with equal features on a regular graph all have the same output, whatever the parameters: only
      identifiers or random numbers among the features tell them apart.

    Softmax attention averages over neighbours and cannot count equal ones. With d = width it has
    (inputs + 1) d + layers (12 d^2 + 9 d) + 2 d + (d + 1) readout parameters, drawn as those of `Transformer`.

    Args:
        inputs: features of a node.
        width: d, a multiple of `heads`.
        layers: number of blocks, the rounds.
        heads: attention heads in each block.
        attention: `SoftmaxAttention()` or `LinearAttention()`.
        readout: outputs of a node.
        key: a JAX key.

    Takes the features, of shape (n, inputs), and the adjacency matrix, Boolean of shape (n, n), and returns
    (n, readout).

    Reference: Dwivedi and Bresson, A generalization of transformer networks to graphs, arXiv 2012.09699, 2020, section
    2 (attention among neighbours; here without positions, and normalised before each part).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import GraphTransformer
        >>> net = GraphTransformer(4, 8, readout=3, key=jax.random.key(0))
        >>> triangle = ~jnp.eye(3, dtype=bool)
        >>> net(jnp.ones((3, 4)), triangle).shape
        (3, 3)
    """

    linear: Linear
    blocks: tuple[Block, ...]
    norm: LayerNorm
    readout: Linear
    heads: int = eqx.field(static=True)
    attention: AbstractAttention

    def __init__(
        self,
        inputs: int,
        width: int = 32,
        *,
        layers: int = 3,
        heads: int = 2,
        attention: AbstractAttention | None = None,
        readout: int,
        key: PRNGKeyArray,
    ) -> None:
        key = jax_key(key)
        width, layers, self.heads = sizes(width, layers, heads)
        self.attention = mixing(attention)
        self.linear = Linear(_doors.size("inputs", inputs), width, key=child(key, "reading"))
        self.blocks = stack(width, layers, key)
        self.norm = norm(width)
        self.readout = Linear(width, _doors.size("readout", readout), key=child(key, "readout"))

    def __call__(self, x: Float[Array, "n inputs"], adjacency: Bool[Array, "n n"]) -> Float[Array, "n readout"]:
        """The outputs of all nodes of one graph."""
        inputs = self.linear.weight.shape[1]
        if x.ndim != 2 or x.shape[1] != inputs:
            action = "A row holds the features of a node; map the network over a batch with jax.vmap."
            raise checks.bad_value("x", f"shape {x.shape}", f"have shape (nodes, {inputs})", action)
        n = len(x)
        if adjacency.shape != (n, n) or adjacency.dtype != bool:
            got = f"shape {adjacency.shape} and dtype {adjacency.dtype}"
            action = "Entry (u, v) says whether nodes u and v are neighbours."
            raise checks.bad_value("adjacency", got, f"be Boolean of shape ({n}, {n})", action)
        seen = adjacency | np.eye(n, dtype=bool)
        h = jax.vmap(self.linear)(x)
        for block in self.blocks:
            h = block(h, self.heads, self.attention, seen)
        return jax.vmap(lambda row: self.readout(self.norm(row)))(h)
