"""The best of several independent offspring, ties broken uniformly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def best_of(pmf: Floats, count: int, ranks: NDArray[np.int64]) -> Floats:
    """float64[2^n]: which string is the best of `count` independent ones.

    P(the largest value is v) = F(v)^m - F(v-)^m; given v, the best is distributed as one offspring of value v.

    Args:
        pmf: float64[2^n], the law of one offspring.
        count: m, at least 1.
        ranks: int64[2^n], larger is better.
    """
    share, up_to = _by_rank(pmf, ranks)
    below = np.append(0.0, up_to[:-1])
    return share * (up_to**count - below**count)[ranks]


def best_of_two_kinds(
    pmfs: tuple[Floats, Floats], counts: tuple[int, int], ranks: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """float64[2^n] for each kind: which string is the best of all offspring, and of which kind.

    If i offspring of the first kind and j of the second have the largest value, the best is one of the first with
    probability i / (i + j).

    Args:
        pmfs: the laws of one offspring of each kind.
        counts: how many offspring of each kind there are, the sum at least 1.
        ranks: int64[2^n], larger is better.
    """
    shares, largest = [], []
    for pmf, count in zip(pmfs, counts, strict=True):
        share, up_to = _by_rank(pmf, ranks)
        below = np.append(0.0, up_to[:-1])
        shares.append(share)
        largest.append(  # [i, v]: i offspring of value v, the others below
            [math.comb(count, i) * (up_to - below) ** i * below ** (count - i) for i in range(count + 1)]
        )
    first, second = np.zeros(shares[0].size), np.zeros(shares[0].size)
    for i, one in enumerate(largest[0]):
        for j, other in enumerate(largest[1]):
            if i + j > 0:
                first += i / (i + j) * shares[0] * (one * other)[ranks]
                second += j / (i + j) * shares[1] * (one * other)[ranks]
    return first, second


def _by_rank(pmf: Floats, ranks: NDArray[np.int64]) -> tuple[Floats, Floats]:
    # the law within the strings of one rank, and the probability of a rank of at most v
    mass = np.asarray(np.bincount(ranks, weights=pmf), dtype=np.float64)
    share = np.divide(pmf, mass[ranks], out=np.zeros(pmf.size), where=mass[ranks] > 0.0)
    up_to = np.cumsum(mass)
    return share, up_to / up_to[-1]
