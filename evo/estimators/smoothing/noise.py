"""Laws of perturbation entries: each a pure function of key, pair, leaf and element."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

#: mixing constants of a 32-bit hash of low bias; and 2^32 divided by the golden ratio, made odd
_FIRST, _SECOND, _GOLDEN = np.uint32(0x7FEB352D), np.uint32(0x846CA68B), np.uint32(0x9E3779B9)
_BYTE_PAIRS = np.uint32(0x00FF00FF)
_ZERO = np.uint32(0)
#: the sum of four bytes has mean 510 and variance 4 (256^2 - 1) / 12
_BYTES_DEVIATION = math.sqrt(21845.0)


class AbstractNoise(eqx.Module):
    """Independent entries of mean 0 and variance 1 with a symmetric law.

    Any such law gives the same estimate to first order; they differ in cost. Entries do not depend on the number of
    pairs, on chunks or on devices.
    """

    #: E z^4
    kurtosis: ClassVar[float]

    @abstractmethod
    def entries(self, key: PRNGKeyArray, shape: tuple[int, ...], dtype: Any) -> Array:
        """The entries of one leaf in one direction, whose own key is given."""

    def direction(self, key: PRNGKeyArray, pair: Any, like: Any) -> Any:
        """The direction of a pair: a tree shaped like `like`.

        Args:
            key: the key of all directions of a call.
            pair: the number of the pair, which may be traced.
            like: a tree of arrays; its leaves are numbered in their order.
        """
        leaves, structure = jax.tree.flatten(like)
        own = jax.random.fold_in(key, pair)
        return structure.unflatten(
            [self.entries(jax.random.fold_in(own, i), x.shape, x.dtype) for i, x in enumerate(leaves)]
        )


class Gaussian(AbstractNoise):
    """Standard normal entries from the Threefry generator of JAX: the reference, several times as slow as others.

    Reference: Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import Gaussian
        >>> entries = Gaussian().entries(jax.random.key(0), (10_000,), jnp.float32)
        >>> bool(abs(jnp.mean(entries)) < 0.07), bool(abs(jnp.mean(entries**2) - 1) < 0.1)
        (True, True)
    """

    kurtosis: ClassVar[float] = 3.0

    def entries(self, key: PRNGKeyArray, shape: tuple[int, ...], dtype: Any) -> Array:
        """`jax.random.normal`."""
        return jax.random.normal(key, shape, dtype)


class ByteSum(AbstractNoise):
    """The centred sum of the four bytes of a 32-bit hash, divided by its standard deviation: nearly normal, and cheap.

    z_i = (sum of the bytes of h(i) - 510) / sqrt(21845), in [-3.45, 3.45], where h(i) is a multiply-and-shift hash of i
    (32 bits, three rounds) into which the first word of the leaf's key enters before, and a hash of both after the
    first round.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import ByteSum
        >>> entries = ByteSum().entries(jax.random.key(0), (10_000,), jnp.float32)
        >>> bool(abs(jnp.mean(entries)) < 0.07), bool(abs(jnp.mean(entries**2) - 1) < 0.1)
        (True, True)
    """

    kurtosis: ClassVar[float] = 3.0 - 6.0 / 5.0 / 4.0 * (256.0**2 + 1.0) / (256.0**2 - 1.0)

    def entries(self, key: PRNGKeyArray, shape: tuple[int, ...], dtype: Any) -> Array:
        """One hash per entry."""
        word = hashed(key, places(shape)).reshape(shape)
        pairs = (word & _BYTE_PAIRS) + ((word >> 8) & _BYTE_PAIRS)
        total = (pairs & np.uint32(0xFFFF)) + (pairs >> 16)
        number = total.astype(jnp.int32).astype(dtype)
        return (number - jnp.asarray(510, dtype)) * jnp.asarray(1 / _BYTES_DEVIATION, dtype)


class Popcount(AbstractNoise):
    """The centred number of ones among the 32 bits of a hash, divided by sqrt(8): binomial, and cheap.

    The hash is that of `ByteSum`.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import Popcount
        >>> entries = Popcount().entries(jax.random.key(0), (10_000,), jnp.float32)
        >>> bool(abs(jnp.mean(entries)) < 0.07), bool(abs(jnp.mean(entries**2) - 1) < 0.1)
        (True, True)
    """

    kurtosis: ClassVar[float] = 3.0 - 2.0 / 32.0

    def entries(self, key: PRNGKeyArray, shape: tuple[int, ...], dtype: Any) -> Array:
        """One hash per entry."""
        ones = jax.lax.population_count(hashed(key, places(shape))).reshape(shape)
        number = ones.astype(jnp.int32).astype(dtype)
        return (number - jnp.asarray(16, dtype)) * jnp.asarray(1 / math.sqrt(8.0), dtype)


class Rademacher(AbstractNoise):
    """Entries -1 and 1, each with probability 1/2, from single bits of the hash of `ByteSum`.

    Reference: Spall, Multivariate stochastic approximation using a simultaneous perturbation gradient approximation,
    IEEE Transactions on Automatic Control 37, 1992.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import Rademacher
        >>> sorted(set(Rademacher().entries(jax.random.key(0), (100,), jnp.float32).tolist()))
        [-1.0, 1.0]
    """

    kurtosis: ClassVar[float] = 1.0

    def entries(self, key: PRNGKeyArray, shape: tuple[int, ...], dtype: Any) -> Array:
        """Bit i mod 32 of word floor(i / 32)."""
        place = places(shape)
        bits = (hashed(key, place >> 5) >> (place & np.uint32(31))) & np.uint32(1)
        return (2 * bits.reshape(shape).astype(jnp.int32) - 1).astype(dtype)


def places(shape: tuple[int, ...]) -> Array:
    """0, ..., count - 1 for the count of numbers of a leaf, `uint32[count]`."""
    count = math.prod(shape)
    if count > 2**32:
        raise ValueError(f"A leaf must hold at most 2^32 numbers to be perturbed; got {count}. Split it into several.")
    return jnp.arange(count, dtype=jnp.uint32)


def hashed(key: PRNGKeyArray, place: Array) -> Array:
    """The hashes of `uint32` numbers under the two words of a key."""
    words = jax.random.key_data(key).reshape(-1)
    # The second word is mixed by itself first: keys that differ in one bit then differ in many where they enter.
    second = _mixed(words[1] ^ _mixed(words[0], _ZERO), _ZERO)
    return _mixed((place * _GOLDEN) ^ words[0], second)


def _mixed(x: Array, word: Any) -> Array:
    """Three rounds of a multiply-and-shift hash of 32 bits, with a word that enters after the first."""
    x = (x ^ (x >> 16)) * _FIRST + word
    x = (x ^ (x >> 15)) * _SECOND
    x = (x ^ (x >> 13)) * _FIRST
    return x ^ (x >> 16)
