"""Minibatches of arrays."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from evo.core import checks
from evo.oracles import child


class Minibatches(eqx.Module):
    """Random examples by step: each epoch goes through all examples in a fresh random order.

    Epoch e is a permutation drawn from child(key, "epoch", e); step t takes the `size` examples at place
    t mod (n // size) of epoch t // (n // size). The n mod size examples that are left over wait for the next epoch.

    Args:
        arrays: a tree of arrays whose first axes have the same length n.
        size: examples per batch, at most n.

    Example:
        >>> import jax, numpy as np
        >>> from evo.tasks import Minibatches
        >>> first, second = (Minibatches(np.arange(4), 2)(jax.random.key(0), step) for step in (0, 1))
        >>> sorted([*first.tolist(), *second.tolist()])
        [0, 1, 2, 3]
    """

    arrays: Any
    size: int = eqx.field(static=True)

    def __init__(self, arrays: Any, size: int) -> None:
        lengths = {jnp.shape(leaf)[:1] for leaf in jax.tree.leaves(arrays)}
        if len(lengths) != 1 or lengths == {()}:
            shown = sorted(jnp.shape(leaf) for leaf in jax.tree.leaves(arrays))
            action = "The first axis counts the examples."
            raise checks.bad_value("arrays", shown, "be arrays with the same first length", action)
        ((n,),) = lengths
        self.size = checks.integer("size", size, 1, f"There are {n} examples.", high=n)
        self.arrays = jax.tree.map(jnp.asarray, arrays)

    def __call__(self, key: PRNGKeyArray, step: Any) -> Any:
        """The examples of a step, of the structure of the arrays."""
        n = len(jax.tree.leaves(self.arrays)[0])
        batches = n // self.size
        epoch, place = jnp.divmod(jnp.asarray(step, jnp.int32), batches)
        order = jax.random.permutation(child(key, "epoch", epoch), n)
        chosen = jax.lax.dynamic_slice_in_dim(order, place * self.size, self.size)
        return jax.tree.map(lambda leaf: leaf[chosen], self.arrays)
