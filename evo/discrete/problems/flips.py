"""What kernels of several problems ask of sets of flipped positions, and counts that follow a string."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

_NONE = 2**40


@register_jitable
def holds(flips, count, position):
    """Whether `flips[:count]` contain a position."""
    found = False
    for place in range(count):
        found = found or flips[place] == position
    return found


@register_jitable
def smallest_without(flips, count, others, other_count):
    """The smallest of `flips[:count]` that is not in `others[:other_count]`; a huge number if there is none."""
    smallest = np.int64(_NONE)
    for place in range(count):
        if flips[place] < smallest and not holds(others, other_count, flips[place]):
            smallest = flips[place]
    return smallest


@register_jitable
def ups_and_downs(x, flips, count):
    """(zero-bits, one-bits) of x among the flipped positions."""
    ups = 0
    for place in range(count):
        ups += 1 - np.int64(x[flips[place]])
    return ups, count - ups


class ZeroCount(NamedTuple):
    """The number of zero-bits of the current string."""

    zeros: np.ndarray


@register_jitable
def zero_count(x):
    """Count the zero-bits."""
    zeros = np.zeros(1, dtype=np.int64)
    for bit in x:
        zeros[0] += 1 - np.int64(bit)
    return ZeroCount(zeros)


@register_jitable
def keep_count(cache, x, flips, count):
    """Bring the count up to date; x already holds the offspring."""
    lost, gained = ups_and_downs(x, flips, count)
    cache.zeros[0] += lost - gained
