"""Functions on all strings of n bits as tables: the values of one function, or who beats whom in a random one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact.enumeration.mutations import sizes

__all__ = ["dynamic", "dynamic_bin_val", "tabulate"]

MAX_BITS = 12  # of any table here


def tabulate(n: int, function: Callable[[NDArray[np.uint8]], Any]) -> list[Any]:
    """The values of a function on all strings of n bits, in the order that `law` expects.

    Args:
        n: number of bits, at most 12.
        function: takes uint8[n], position i first to last, and returns a comparable value.

    Returns:
        2^n values, entry x for the string with bit i of x at position i.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: none.

    Example:
        >>> tabulate(2, lambda x: int(x[0]) + 2 * int(x[1]))
        [0, 1, 2, 3]
    """
    n = _check.bits(n, high=MAX_BITS)
    return [function(string) for string in _strings(n)]


def dynamic(n: int, beats: Callable[[int, int], float]) -> NDArray[np.float64]:
    """The matrix that `law` expects for a fresh random function in every step.

    Args:
        n: number of bits, at most 12 (the function is called 4^n times).
        beats: beats(x, y) = P(f(y) > f(x)) for parent x and offspring y != x; equal values must have probability zero.

    Returns:
        float64[2^n, 2^n], entry [x, y].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: none.

    Example:
        >>> dynamic(1, lambda x, y: float(y > x)).tolist()
        [[0.0, 1.0], [0.0, 0.0]]
    """
    n = _check.bits(n, high=MAX_BITS)
    strings = range(2**n)
    return np.array([[beats(x, y) if x != y else 0.0 for y in strings] for x in strings], dtype=np.float64)


def dynamic_bin_val(n: int) -> NDArray[np.float64]:
    """Dynamic BinVal: with a bits gained and b lost, the offspring is better with probability a / (a + b).

    Each step draws a fresh uniform order of the positions, and the first flipped position in it decides.

    Args:
        n: number of bits, at most 12.

    Returns:
        float64[2^n, 2^n], P(offspring y beats parent x).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: Lengler and Meier (2020) for the function.

    Example:
        >>> dynamic_bin_val(2)[1].tolist()
        [0.0, 0.0, 0.5, 1.0]
    """
    n = _check.bits(n, high=MAX_BITS)
    count = sizes(n)
    strings = np.arange(2**n)
    gained = count[~strings[:, None] & strings[None, :]]
    flipped = count[strings[:, None] ^ strings[None, :]]
    return gained / np.maximum(1, flipped)


def _strings(n: int) -> NDArray[np.uint8]:
    return (np.arange(2**n)[:, None] >> np.arange(n)[None, :] & 1).astype(np.uint8)
