"""The population: antithetic pairs in chunks, so that memory does not grow with their number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from jaxtyping import Array, Float

#: numbers that a chunk of perturbations holds by default, and the most pairs that it takes
_NUMBERS, _PAIRS = 2**20, 64


class Population(NamedTuple):
    """P pairs, evaluated `chunk` at a time, divided among all devices of a mesh."""

    pairs: int
    chunk: int
    mesh: Mesh | None = None

    def map(self, function: Callable[..., Any], first: Callable[[Array], Any] | None = None) -> Any:
        """The outputs of a function of the pair's number, stacked to [P, ...].

        Args:
            function: of the pair's number, and of what `first` made of it, if there is a `first`.
            first: of the pair's number; its outputs are in memory, a chunk of them, before the function is evaluated.
        """

        def block(indices: Array) -> Any:
            if first is None:
                return jax.vmap(function)(indices)
            return jax.vmap(function)(indices, jax.lax.map(first, indices))

        def blocks(indices: Array) -> Any:
            found = _over(block, indices)
            found = jax.tree.map(lambda x: x.reshape(indices.size, *x.shape[2:]), found)
            if self.mesh is None:
                return found
            names = self.mesh.axis_names
            # Gathered, so that whatever follows is the same on every device.
            return jax.tree.map(lambda x: jax.lax.all_gather(x, names, tiled=True), found)

        found = self._shared(blocks)(jnp.asarray(self._indices().reshape(-1, self.chunk)))
        return jax.tree.map(lambda x: x[: self.pairs], found)

    def sum(self, function: Callable[[Array], Any], weights: Float[Array, " P"], like: Any) -> Any:
        """sum_j weights_j function(j), for trees shaped like `like`, without holding them all.

        Args:
            function: of the pair's number.
            weights: one number per pair.
            like: a tree of arrays with the shapes and dtypes of the sum.
        """
        indices = self._indices()
        padded = jnp.concatenate([weights, jnp.zeros(len(indices) - self.pairs, weights.dtype)])

        def partial(numbers: Array, factors: Array) -> Any:
            def add(total: Any, chunk: tuple[Array, Array]) -> tuple[Any, None]:
                index, weight = chunk
                found = jax.vmap(function)(index)
                return jax.tree.map(lambda t, x: t + jnp.tensordot(weight.astype(t.dtype), x, 1), total, found), None

            start = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), like)
            if len(numbers) == 1:
                total = add(start, (numbers[0], factors[0]))[0]
            else:
                total = jax.lax.scan(add, start, (numbers, factors))[0]
            return total if self.mesh is None else jax.lax.psum(total, self.mesh.axis_names)

        return self._shared(partial)(jnp.asarray(indices.reshape(-1, self.chunk)), padded.reshape(-1, self.chunk))

    def of(self, pairs: int) -> Population:
        """A population of another size with the same chunks and devices."""
        return Population(pairs, min(self.chunk, pairs), self.mesh)

    def _shared(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function of chunks, each device with its own; it returns the same on all of them."""
        if self.mesh is None:
            return function
        chunks = PartitionSpec(self.mesh.axis_names)
        spread = jax.shard_map(function, mesh=self.mesh, in_specs=chunks, out_specs=PartitionSpec(), check_vma=False)
        return jax.jit(spread)  # as a whole also where the caller does not compile

    def _indices(self) -> np.ndarray:
        """The numbers of the pairs, padded to whole chunks on every device; the padding repeats the last pair."""
        devices = 1 if self.mesh is None else self.mesh.size
        whole = self.chunk * devices
        count = -(-self.pairs // whole) * whole
        return np.minimum(np.arange(count, dtype=np.uint32), np.uint32(self.pairs - 1))


def population(pairs: int, D: int, chunk: int | None, mesh: Mesh | None) -> Population:
    """A population whose chunks hold about 2^20 numbers unless their size is given, with little padding."""
    devices = 1 if mesh is None else mesh.size
    local = -(-pairs // devices)
    wanted = max(1, min(_PAIRS, _NUMBERS // max(1, D))) if chunk is None else chunk
    blocks = math.ceil(local / wanted)
    return Population(pairs, math.ceil(local / blocks), mesh)


def _over(function: Callable[[Array], Any], blocks: Array) -> Any:
    """`jax.lax.map`, without a loop around a single block."""
    if len(blocks) == 1:
        return jax.tree.map(lambda x: x[None], function(blocks[0]))
    return jax.lax.map(function, blocks)
