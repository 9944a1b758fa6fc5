"""A (1+1)-EA on OneMax as one plain compiled loop: what the reference engine is compared with.

It shares the random streams with the engine and has nothing else: no parts, no stops, no records.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from evo.discrete.engines.streams import below, seed_stream, uniform


def cumulative(n: int, strength: float) -> np.ndarray:
    """The distribution function of Bin(n, strength / n), followed by a number above 1."""
    p = strength / n
    chances = [math.exp(n * math.log1p(-p))]
    for k in range(min(n, 60)):
        chances.append(chances[-1] * (n - k) / (k + 1) * p / (1 - p))
    return np.append(np.cumsum(chances), 2.0)


@numba.njit
def plain_run(n, table, word0, word1, most):
    """The number of steps of one run from a uniform start."""
    x, flips, stream = np.zeros(n, np.uint8), np.zeros(n, np.int64), np.zeros(4, np.uint64)
    seed_stream(stream, word1, word0, 0)
    zeros = 0
    for position in range(n):
        x[position] = below(stream, 2)
        zeros += 1 - x[position]
    for step in range(1, most):
        seed_stream(stream, word0, word1, step)
        u, count = uniform(stream), 0
        while u >= table[count]:
            count += 1
        gain = 0
        for place in range(count):
            position = below(stream, n - count + place + 1)
            for earlier in range(place):
                if flips[earlier] == position:
                    position = n - count + place
                    break
            flips[place] = position
            gain += 1 - 2 * np.int64(x[position])
        if gain >= 0:
            for place in range(count):
                x[flips[place]] = 1 - x[flips[place]]
            zeros -= gain
            if zeros == 0:
                return step
    return most
