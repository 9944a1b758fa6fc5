"""What tells the nodes of a graph apart before seeds do."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, UInt8

__all__ = ["AbstractIdentifiers", "Anonymous", "Identifiers"]


class AbstractIdentifiers(eqx.Module):
    """Which identifiers n nodes can have, and how a network reads them."""

    @abstractmethod
    def count(self, n: int) -> int:
        """How many ways there are to give them to n nodes."""

    @abstractmethod
    def size(self, n: int) -> int:
        """Features of a node."""

    @abstractmethod
    def bits(self, n: int) -> int:
        """The length of the bit strings that `decoded` takes."""

    @abstractmethod
    def drawn(self, key: PRNGKeyArray, n: int) -> Int[Array, " n"]:
        """Uniform ones."""

    @abstractmethod
    def numbered(self, index: Any, n: int) -> Int[Array, " n"]:
        """Those of number `index`, from 0 to `count(n)` - 1."""

    @abstractmethod
    def decoded(self, bits: UInt8[Array, " bits"], n: int) -> Int[Array, " n"]:
        """Those of a bit string; every string has some, and all have a string."""

    @abstractmethod
    def features(self, identifiers: Int[Array, " n"]) -> Float[Array, "n size"]:
        """What the network reads."""


class Anonymous(AbstractIdentifiers):
    """None: all nodes look alike, and have identifier 0.

    Example:
        >>> from evo.tasks import Anonymous
        >>> Anonymous().count(8), Anonymous().size(8)
        (1, 0)
    """

    def count(self, n: int) -> int:
        """One."""
        return 1

    def size(self, n: int) -> int:
        """None."""
        return 0

    def bits(self, n: int) -> int:
        """None."""
        return 0

    def drawn(self, key: PRNGKeyArray, n: int) -> Int[Array, " n"]:
        """Zeros."""
        return jnp.zeros(n, jnp.int32)

    def numbered(self, index: Any, n: int) -> Int[Array, " n"]:
        """Zeros."""
        return jnp.zeros(n, jnp.int32)

    def decoded(self, bits: UInt8[Array, " bits"], n: int) -> Int[Array, " n"]:
        """Zeros."""
        return jnp.zeros(n, jnp.int32)

    def features(self, identifiers: Int[Array, " n"]) -> Float[Array, "n size"]:
        """No columns."""
        return jnp.zeros((len(identifiers), 0), float)


class Identifiers(AbstractIdentifiers):
    """The numbers 0 to n - 1 in any order, read as one-hot vectors; an adversary may choose the order.

    Example:
        >>> from evo.tasks import Identifiers
        >>> ids = Identifiers()
        >>> ids.count(3), [ids.numbered(i, 3).tolist() for i in (0, 1, 5)]
        (6, [[0, 1, 2], [0, 2, 1], [2, 1, 0]])
    """

    def count(self, n: int) -> int:
        """All orders, n!."""
        return math.factorial(n)

    def size(self, n: int) -> int:
        """One per identifier, n."""
        return n

    def bits(self, n: int) -> int:
        """A number of ceil(log2 n) binary digits for each node."""
        return n * _digits(n)

    def drawn(self, key: PRNGKeyArray, n: int) -> Int[Array, " n"]:
        """A uniform order."""
        return jax.random.permutation(key, jnp.arange(n, dtype=jnp.int32))

    def numbered(self, index: Any, n: int) -> Int[Array, " n"]:
        """The order of this place in the dictionary: of its digits in base (n - 1)!, ..., 1!, 0!."""
        left, numbers = jnp.asarray(index, jnp.int32), jnp.zeros(n, jnp.int32)
        bases = [math.factorial(n - 1 - place) for place in range(n)]
        digits = [(left // base) % (n - place) if base < 2**31 else left * 0 for place, base in enumerate(bases)]
        for place in range(n - 1, -1, -1):  # those after it that are not below are one more
            after = np.arange(n) > place
            numbers = jnp.where(after & (numbers >= digits[place]), numbers + 1, numbers)
            numbers = numbers.at[place].set(digits[place])
        return numbers

    def decoded(self, bits: UInt8[Array, " bits"], n: int) -> Int[Array, " n"]:
        """The ranks of n binary numbers, the highest digit first; of equal ones the first node has the lower rank."""
        weights = 2 ** np.arange(_digits(n), dtype=np.int32)[::-1]
        numbers = jnp.sum(jnp.asarray(bits, jnp.int32).reshape(n, _digits(n)) * weights, axis=1)
        return jnp.argsort(jnp.argsort(numbers, stable=True)).astype(jnp.int32)

    def features(self, identifiers: Int[Array, " n"]) -> Float[Array, "n size"]:
        """One-hot rows."""
        return jax.nn.one_hot(identifiers, len(identifiers), dtype=float)


def _digits(n: int) -> int:
    return (n - 1).bit_length()
