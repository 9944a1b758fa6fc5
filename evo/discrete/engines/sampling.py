"""Exact samplers of flipped positions, shared by the mutation operators."""

from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines.streams import below, uniform

#: more flips than this have a probability below 2^-53 where the number is drawn by inversion (n rate <= 16)
TABLE = 120


@register_jitable
def flip_number(rate, n, stream, memo):
    """The number of flips of standard bit mutation, Bin(n, rate), by inversion; n rate <= 16 and 0 < rate < 1.

    The memo holds the last rate, how far the distribution function of the number of flips is known, its last
    probability, and its values from memo[3] on.
    """
    if memo[0] != rate:
        memo[0], memo[1] = rate, 0.0
        memo[2] = math.exp(n * math.log1p(-rate))
        memo[3] = memo[2]
    u, count, last = uniform(stream), 0, min(n, TABLE)
    while u >= memo[3 + count] and count < last:
        count += 1
        if count > memo[1]:
            memo[1] = count
            memo[2] *= rate * (n - count + 1) / ((1.0 - rate) * count)
            memo[3 + count] = memo[3 + count - 1] + memo[2]
    return count


@register_jitable
def positive_flip_number(rate, n, stream, memo):
    """The number of flips of standard bit mutation given that it is not 0, by inversion; the memo as in `flip_number`.

    P(k) = C(n, k) rate^k (1 - rate)^(n - k) / q with q = 1 - (1 - rate)^n, computed without cancellation; n rate <= 16
    and 0 < rate < 1.
    """
    if memo[0] != rate:
        memo[0], memo[1] = rate, 1.0
        keeps = math.log1p(-rate)
        memo[2] = n * rate * math.exp((n - 1) * keeps) / -math.expm1(n * keeps)
        memo[3] = memo[2]
    u, count, last = uniform(stream), 1, min(n, TABLE)
    while u >= memo[2 + count] and count < last:
        count += 1
        if count > memo[1]:
            memo[1] = count
            memo[2] *= rate * (n - count + 1) / ((1.0 - rate) * count)
            memo[2 + count] = memo[1 + count] + memo[2]
    return count


@register_jitable
def jumps(rate, n, stream, out):
    """Standard bit mutation from flip to flip, by geometric jumps i += 1 + floor(ln(1 - U) / ln(1 - rate))."""
    scale = 1.0 / math.log1p(-rate)
    position, count = -1, 0
    while True:
        jump = math.log(1.0 - uniform(stream)) * scale
        if jump >= n - 1 - position:
            return count
        position += 1 + int(jump)
        out[count] = position
        count += 1


@register_jitable
def distinct_positions(stream, n, count, out):
    """Write `count` distinct positions into `out`, all sets equally likely.

    Few by Floyd's algorithm, at O(count^2) without a mark per position; many by a partial shuffle, at O(n).
    """
    if count <= TABLE or count * count <= 4 * n:
        for place in range(count):
            position = below(stream, n - count + place + 1)
            for earlier in range(place):
                if out[earlier] == position:
                    position = n - count + place
                    break
            out[place] = position
        return
    for place in range(n):
        out[place] = place
    for place in range(count):
        other = place + below(stream, n - place)
        position = out[other]
        out[other] = out[place]
        out[place] = position


@register_jitable
def first_above(table, low, bound):
    """The first place from `low` on whose number exceeds the bound, by bisection; the table does not fall."""
    high = table.shape[0]
    while low < high:
        middle = (low + high) // 2
        if table[middle] > bound:
            high = middle
        else:
            low = middle + 1
    return low


def cumulative(probabilities: np.ndarray) -> np.ndarray:
    """The table for `first_above(table, 0, uniform(stream))`: place k then has the k-th of these probabilities.

    Summed from the end, so that no rounding accumulates in a long tail; places of probability 0 are never drawn.
    """
    after = np.append(np.cumsum(probabilities[::-1])[::-1][1:], 0.0)
    table = np.minimum(np.maximum.accumulate(1.0 - after / probabilities.sum()), 1.0)
    table[: int(np.flatnonzero(probabilities)[0])] = 0.0
    table[int(np.flatnonzero(probabilities)[-1]) :] = 1.0
    return table
