"""Keys: every random draw comes from an explicit seed, by label.

A key is 128 bits. A child key is one block of the Threefry-4x32-20 cipher (Salmon et al., 2011), keyed by the
parent, of the message (64-bit hash of the label, 64-bit index). The label is hashed once on the host; the index may
be traced. The cipher uses only 32-bit additions, rotations and exclusive ors, so that the same body runs on Python
integers here, on `jax` arrays under any flags, and, as a twin, in numba kernels.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from typing import Any

import numpy as np

from evo.core import checks

_MASK = 0xFFFFFFFF
_PARITY = 0x1BD11BDA
_INTEGERS = (int, np.integer)
_ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))


def threefry(key: tuple[Any, ...], block: tuple[Any, ...], mask: Any = _MASK) -> tuple[Any, ...]:
    """Threefry-4x32 with 20 rounds: four 32-bit words of `block` enciphered under four words of `key`.

    Words are Python integers in [0, 2^32), or `uint32` arrays (traced ones too) with a `uint32` mask.

    Reference: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011.
    """
    schedule = (*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ (mask & _PARITY))
    x0, x1, x2, x3 = ((word + part) & mask for word, part in zip(block, key, strict=True))
    for round_ in range(20):
        left, right = _ROTATIONS[round_ % 8]
        x0 = (x0 + x1) & mask
        x1 = (((x1 << left) & mask) | (x1 >> (32 - left))) ^ x0
        x2 = (x2 + x3) & mask
        x3 = (((x3 << right) & mask) | (x3 >> (32 - right))) ^ x2
        x1, x3 = x3, x1
        if round_ % 4 == 3:
            turn = round_ // 4 + 1
            x0 = (x0 + schedule[turn % 5]) & mask
            x1 = (x1 + schedule[(turn + 1) % 5]) & mask
            x2 = (x2 + schedule[(turn + 2) % 5]) & mask
            x3 = (x3 + schedule[(turn + 3) % 5] + turn) & mask
    return x0, x1, x2, x3


@functools.lru_cache(maxsize=4096)
def label_words(label: str) -> tuple[int, int]:
    """The 64-bit hash of a label as two 32-bit words, low word first."""
    number = int.from_bytes(hashlib.blake2b(label.encode(), digest_size=8, person=b"evo.label").digest(), "little")
    return number & _MASK, number >> 32


class Key:
    """A 128-bit key from which all randomness of a computation is derived by label.

    Args:
        seed: a non-negative integer of any size, or a key, which is taken as it is.

    `Key(7).child("run", 3)` does not depend on which other children exist, or on their order. A key is immutable and
    compares by value; it is never a pytree leaf.

    Example:
        >>> Key(7).child("run", 3) == Key(7).child("run", 3)
        True
    """

    __slots__ = ("_words",)
    _words: tuple[Any, ...]

    def __init__(self, seed: int | Key) -> None:
        if isinstance(seed, Key):
            self._words = seed._words
            return
        number = checks.integer("seed", seed, 0, "Pass a non-negative integer such as seed=0, or an evo.Key.")
        raw = number.to_bytes((number.bit_length() + 7) // 8 or 1, "little")
        digest = hashlib.blake2b(raw, digest_size=16, person=b"evo.seed").digest()
        self._words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))

    @classmethod
    def _of(cls, words: tuple[Any, ...]) -> Key:
        key = object.__new__(cls)
        key._words = words
        return key

    def child(self, label: str, index: Any = 0) -> Key:
        """The key of one consumer: Threefry-4x32-20 of (hash of label, index) under this key.

        Args:
            label: who draws, for example "start".
            index: an integer in [0, 2^64), or a traced integer in [0, 2^32).
        """
        if not isinstance(label, str):
            raise checks.bad_type("label", label, "be a string", 'Name the consumer, as in key.child("start").')
        if isinstance(index, np.ndarray) and index.ndim == 0:
            index = index[()]
        if isinstance(index, _INTEGERS):
            number = checks.integer("index", index, 0, "Count from 0.", high=2**64 - 1)
            words: tuple[Any, ...] = (number & _MASK, number >> 32)
        elif hasattr(index, "astype") and getattr(index, "ndim", None) == 0 and index.dtype.kind in "iu":
            words = (index.astype(np.uint32), 0)
        else:
            raise checks.bad_type("index", index, "be an integer, or a traced integer scalar", "Count from 0.")
        block = (*label_words(label), *words)
        traced = [word for word in (*self._words, *words) if not isinstance(word, _INTEGERS)]
        if not traced:
            return Key._of(threefry(self._words, block))
        zero = traced[0] ^ traced[0]
        key, block = (
            tuple(zero ^ np.uint32(w) if isinstance(w, _INTEGERS) else w for w in t) for t in (self._words, block)
        )
        return Key._of(threefry(key, block, np.uint32(_MASK)))

    def words(self) -> np.ndarray:
        """The key as `uint64[2]`, which numba kernels take."""
        a, b, c, d = (int(word) for word in self._words)
        return np.array([a | b << 32, c | d << 32], dtype=np.uint64)

    @classmethod
    def from_words(cls, words: Any) -> Key:
        """The key whose `words()` these two integers in [0, 2^64) are."""
        return cls._of(tuple(int(word) >> shift & _MASK for word in words for shift in (0, 32)))

    def jax(self) -> Any:
        """The key as a typed JAX key (threefry, from the first 64 bits)."""
        jax = importlib.import_module("jax")  # by name: this layer does not depend on jax
        numpy = importlib.import_module("jax.numpy")
        data = numpy.stack([numpy.asarray(word, dtype=np.uint32) for word in self._words[:2]])
        return jax.random.wrap_key_data(data, impl="threefry2x32")

    def numpy(self) -> np.random.Generator:
        """A fresh NumPy generator (Philox) keyed by these 128 bits."""
        return np.random.Generator(np.random.Philox(key=self.words()))

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "_words"):
            raise AttributeError("A Key is immutable; derive another one with key.child(label, index).")
        object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, self._words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._words == other._words

    def __hash__(self) -> int:
        return hash(("evo.Key", self._words))

    def __repr__(self) -> str:
        try:
            return "Key(" + "".join(f"{int(word):08x}" for word in reversed(self._words)) + ")"
        except TypeError:  # traced words have no value yet
            return "Key(traced)"


def _restore(*words: int) -> Key:
    return Key._of(words)
