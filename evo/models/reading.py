"""What a transformer reads: tokens or vectors."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import Linear, normal

#: standard deviation of embeddings (Radford et al., 2019)
EMBEDDING = 0.02


class AbstractReading(eqx.Module):
    """The map from the sequence to vectors of the width of the network."""

    @abstractmethod
    def __call__(self, x: Any) -> Float[Array, "T d"]:
        """The vectors of all positions."""


class Embedding(AbstractReading):
    """One learned vector per token, N(0, 0.02^2) at the start."""

    weight: Float[Array, "V d"]

    def __call__(self, x: Int[Array, " T"]) -> Float[Array, "T d"]:
        """The vectors of the tokens."""
        if x.ndim != 1 or x.dtype.kind not in "iu":
            allowed = "be one sequence of integers, of shape (T,)"
            action = "This transformer reads tokens; map it over a batch with jax.vmap."
            raise checks.bad_value("x", f"shape {x.shape} and dtype {x.dtype}", allowed, action)
        return jnp.asarray(self.weight)[x]


class ReadIn(AbstractReading):
    """A learned affine map of the vectors."""

    linear: Linear

    def __call__(self, x: Float[Array, "T inputs"]) -> Float[Array, "T d"]:
        """The mapped vectors."""
        inputs = self.linear.weight.shape[1]
        if x.ndim != 2 or x.shape[1] != inputs:
            allowed = f"be one sequence of vectors, of shape (T, {inputs})"
            action = "This transformer reads vectors; map it over a batch with jax.vmap."
            raise checks.bad_value("x", f"shape {x.shape}", allowed, action)
        return jax.vmap(self.linear)(x)


@dataclass(frozen=True)
class Tokens:
    """Sequences of integers in [0, vocabulary) are read, by embedding.

    Example:
        >>> from evo.models import Tokens
        >>> Tokens(60)
        Tokens(vocabulary=60)
    """

    vocabulary: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "vocabulary", _doors.size("vocabulary", self.vocabulary))

    def built(self, width: int, key: PRNGKeyArray) -> Embedding:
        """The embedding."""
        return Embedding(normal(key, (self.vocabulary, width), EMBEDDING))


@dataclass(frozen=True)
class Vectors:
    """Sequences of vectors of this size are read, by an affine map.

    Example:
        >>> from evo.models import Vectors
        >>> Vectors(4)
        Vectors(size=4)
    """

    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", _doors.size("size", self.size))

    def built(self, width: int, key: PRNGKeyArray) -> ReadIn:
        """The affine map."""
        return ReadIn(Linear(self.size, width, key=key))
