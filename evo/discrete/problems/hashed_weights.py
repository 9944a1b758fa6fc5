"""Binary weights in an order that 64-bit hashes of the positions give, without ties and without a table.

Positions at which a given string x has the `favoured` bit come first; the order within them, and within the others, is
uniformly random.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from evo.core.keys import Key
from evo.discrete.engines.streams import position_word, position_words
from evo.discrete.problems.bin_val import binary_values
from evo.discrete.problems.flips import holds

#: the favoured bit where there is none
NOBODY = -1


@register_jitable
def outweighs(stream, x, favoured, one, other):
    """Whether position `one` has a larger weight than position `other`."""
    leads = np.int64(x[one]) == favoured
    if leads != (np.int64(x[other]) == favoured):
        return leads
    return position_word(stream, one) > position_word(stream, other)


@register_jitable
def _heaviest_without(stream, x, favoured, flips, count, others, other_count):
    """The heaviest of `flips[:count]` that is not in `others[:other_count]`; -1 if there is none."""
    heaviest = np.int64(-1)
    for place in range(count):
        position = flips[place]
        if holds(others, other_count, position):
            continue
        if heaviest < 0 or outweighs(stream, x, favoured, position, heaviest):
            heaviest = position
    return heaviest


@register_jitable
def hashed_contest(stream, x, favoured, first, first_count, second, second_count):
    """Which of two offspring of x is better: the heaviest position that only one of them flips decides."""
    one = _heaviest_without(stream, x, favoured, first, first_count, second, second_count)
    other = _heaviest_without(stream, x, favoured, second, second_count, first, first_count)
    if one < 0 and other < 0:
        return np.int64(0)
    if other < 0 or (one >= 0 and outweighs(stream, x, favoured, one, other)):
        return 1 - 2 * np.int64(x[one])
    return 2 * np.int64(x[other]) - 1


@register_jitable
def hashed_order(stream, favoured, first, second):
    """Which of two strings is better: the heaviest position at which they differ decides.

    The favoured bits are those of `first`.
    """
    heaviest = np.int64(-1)
    for position in range(first.shape[0]):
        if first[position] == second[position]:
            continue
        if heaviest < 0 or outweighs(stream, first, favoured, position, heaviest):
            heaviest = position
    return np.int64(0) if heaviest < 0 else 2 * np.int64(first[heaviest]) - 1


def hashed_values(strings: np.ndarray, leading: np.ndarray, step: int, key: Key) -> np.ndarray:
    """The rows of `uint8[k, n]` as exact Python integers under f_step; `leading` positions have the largest weights."""
    words = position_words(key.child("function"), step, strings.shape[1])
    order = np.lexsort((words, leading))
    return binary_values(strings[:, order[::-1]])
