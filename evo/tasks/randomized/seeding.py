"""How the seeds of a randomized algorithm are dealt to its inputs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from evo.oracles import child

__all__ = ["AbstractSeeding", "ConstantSeed", "OwnSeeds", "SharedSeeds"]

Draw = Callable[[PRNGKeyArray], Array]


class AbstractSeeding(eqx.Module):
    """Which seeds an input meets."""

    @abstractmethod
    def __call__(self, key: PRNGKeyArray, draw: Draw, inputs: int, seeds: int) -> Array:
        """Seeds of shape [inputs or 1, seeds, ...]; a leading 1 means that all inputs meet the same."""


class SharedSeeds(AbstractSeeding):
    """The same m fresh seeds for all inputs.

    What does not depend on the input is computed once per seed, and inputs are compared under common random numbers.

    Example:
        >>> import jax
        >>> from evo.tasks import SharedSeeds
        >>> SharedSeeds()(jax.random.key(0), lambda key: jax.random.bits(key, (8,)), inputs=5, seeds=3).shape
        (1, 3, 8)
    """

    def __call__(self, key: PRNGKeyArray, draw: Draw, inputs: int, seeds: int) -> Array:
        """Seeds of shape [1, seeds, ...]."""
        del inputs
        return _drawn(key, draw, seeds)[None]


class OwnSeeds(AbstractSeeding):
    """m fresh seeds for each input, independent of those of other inputs.

    Example:
        >>> import jax
        >>> from evo.tasks import OwnSeeds
        >>> OwnSeeds()(jax.random.key(0), lambda key: jax.random.bits(key, (8,)), inputs=5, seeds=3).shape
        (5, 3, 8)
    """

    def __call__(self, key: PRNGKeyArray, draw: Draw, inputs: int, seeds: int) -> Array:
        """Seeds of shape [inputs, seeds, ...]."""
        drawn = _drawn(key, draw, inputs * seeds)
        return drawn.reshape((inputs, seeds, *drawn.shape[1:]))


class ConstantSeed(AbstractSeeding):
    """The seed 0 for ever, at all inputs and all nodes: an algorithm that cannot be random.

    A random seed that is drawn once would still say something: a different one at each node of a graph is an
    identifier.

    Example:
        >>> import jax
        >>> from evo.tasks import ConstantSeed
        >>> ConstantSeed()(jax.random.key(0), lambda key: jax.random.bits(key, (8,)), inputs=5, seeds=3).shape
        (1, 1, 8)
    """

    def __call__(self, key: PRNGKeyArray, draw: Draw, inputs: int, seeds: int) -> Array:
        """Zeros of shape [1, 1, ...]."""
        del inputs, seeds
        seed = jax.eval_shape(draw, key)
        return jnp.zeros((1, 1, *seed.shape), seed.dtype)


def _drawn(key: PRNGKeyArray, draw: Draw, count: int) -> Array:
    return jax.vmap(lambda index: draw(child(key, "seed", index)))(jnp.arange(count))
