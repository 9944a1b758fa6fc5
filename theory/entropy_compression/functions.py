"""Strictly monotone functions: x <= y bit by bit and x != y imply f(x) < f(y)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact.enumeration.tables import MAX_BITS

__all__ = ["bin_val", "linear", "random_monotone"]


def linear(weights: Sequence[Any]) -> Callable[[NDArray[np.uint8]], Any]:
    """The linear function f(x) = sum of w_i x_i.

    Args:
        weights: positive numbers; sums of Python integers and fractions are exact.

    Returns:
        A function of uint8[n].

    Raises:
        ValueError: for weights that are not positive, or none.

    Source: none.

    Example:
        >>> linear([1, 2, 4])(np.array([1, 0, 1], dtype=np.uint8))
        5
    """
    kept = list(weights)
    if not kept or not all(weight > 0 for weight in kept):
        raise ValueError(f"`weights` must be positive numbers, one at least; got {weights!r}. Leave zeros out.")

    def value(x: NDArray[np.uint8]) -> Any:
        return sum(weight for weight, bit in zip(kept, x.tolist(), strict=True) if bit)

    return value


def bin_val(x: NDArray[np.uint8]) -> bytes:
    """BinVal with position 0 the most significant: strings compare like numbers in binary.

    Args:
        x: bits, uint8[n].

    Returns:
        The bits as bytes, which Python compares from the first to the last.

    Source: none.

    Example:
        >>> bin_val(np.array([1, 0, 0], dtype=np.uint8)) > bin_val(np.array([0, 1, 1], dtype=np.uint8))
        True
    """
    return np.asarray(x, dtype=np.uint8).tobytes()


def random_monotone(n: int, seed: int) -> NDArray[np.int64]:
    """A random strictly monotone function without equal values: a random linear extension of the order of the cube.

    Strings get random keys and are listed one after the other: of those above no unlisted string, the one with the
    smallest key. The value of a string is its place in the list. (Not every linear extension is equally likely.)

    Args:
        n: number of bits, at most 12.
        seed: of numpy's default generator.

    Returns:
        int64[2^n], entry x for the string with bit i of x at position i, as `theory.enumeration` orders them.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: none.

    Example:
        >>> values = random_monotone(3, seed=1)
        >>> int(values[0]), int(values[7]), bool(values[3] > values[1])
        (0, 7, True)
    """
    n = _check.bits(n, high=MAX_BITS)
    rng = np.random.default_rng(_check.integer("seed", seed, low=0, unit="seed", advice="Pass a seed."))
    keys = rng.permutation(2**n).tolist()
    missing = [x.bit_count() for x in range(2**n)]  # strings just below that are not listed
    values = np.empty(2**n, dtype=np.int64)
    free = [(keys[0], 0)]
    for place in range(2**n):
        _, x = heapq.heappop(free)
        values[x] = place
        for bit in range(n):
            above = x | 1 << bit
            if above != x:
                missing[above] -= 1
                if not missing[above]:
                    heapq.heappush(free, (keys[above], above))
    return values


def demand_monotone(n: int, ranks: NDArray[np.int64]) -> None:
    """Refuse a table that is not strictly monotone, with two strings that show it."""
    strings = np.arange(2**n)
    for bit in range(n):
        below = strings[(strings >> bit & 1) == 0]
        wrong = below[ranks[below] >= ranks[below | 1 << bit]]
        if wrong.size:
            raise ValueError(
                f"`values` must be strictly monotone; got no larger value at string {int(wrong[0]) | 1 << bit} than at "
                f"{int(wrong[0])}, which has one one-bit less. Pass a strictly monotone function, random_monotone(n, "
                "seed) say."
            )
