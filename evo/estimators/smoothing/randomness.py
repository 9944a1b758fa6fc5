"""What is random in the loss besides the perturbation: shared by all members, or drawn for every pair."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
from jaxtyping import PRNGKeyArray

from evo.oracles import child


class AbstractRandomness(eqx.Module):
    """Which members of the population share the key of the loss; the two of a pair always do."""

    @abstractmethod
    def key(self, key: PRNGKeyArray, pair: Any) -> PRNGKeyArray:
        """The key that the loss of a pair gets."""


class Common(AbstractRandomness):
    """All members get one key (common random numbers): differences of losses are those of one function.

    Example:
        >>> import jax
        >>> from evo.estimators import Common
        >>> key = jax.random.key(0)
        >>> bool(Common().key(key, 0) == Common().key(key, 1))
        True
    """

    def key(self, key: PRNGKeyArray, pair: Any) -> PRNGKeyArray:
        """The same for all pairs."""
        del pair
        return child(key, "loss")


class PerPair(AbstractRandomness):
    """Every pair gets a key of its own: the estimate averages over what is random in the loss.

    Example:
        >>> import jax
        >>> from evo.estimators import PerPair
        >>> key = jax.random.key(0)
        >>> bool(PerPair().key(key, 0) == PerPair().key(key, 1))
        False
    """

    def key(self, key: PRNGKeyArray, pair: Any) -> PRNGKeyArray:
        """One for each pair."""
        return child(key, "loss", pair)
