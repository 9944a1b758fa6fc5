"""The chain of the number of zero-bits, from the probabilities of acceptance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel
from theory.exact import chain

Floats: TypeAlias = NDArray[np.float64]
#: accept(n, zeros, a, b) for arrays zeros[k, 1, 1] (or one number), a[a, 1] and b[b]; broadcasts to [k or 1, a, b]
Accept: TypeAlias = Callable[[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], Floats]


def chain_of(n: int, rate: float, rare: float, accept: Accept, phase: NDArray[np.int64]) -> chain.Chain:
    """The chain without steps of more flips than occur with probability `rare`.

    Args:
        n: number of bits.
        rate: flip probability per bit.
        rare: a probability.
        accept: the probability of acceptance.
        phase: int64[n + 1], numbers of zero-bits with one number here share their table of acceptance; the numbers
            are 0, 1, ...
    """
    cap = n if rate == 1.0 else most_flips(n, rate, rare)
    table = _table(n, cap, accept, phase)
    if rate == 1.0:
        matrix = np.eye(n + 1)
        for k in range(1, n + 1):
            chance = table[phase[k], k, n - k]
            matrix[k, k] -= chance
            matrix[k, n - k] += chance
        return chain.Chain.from_matrix(matrix)
    return chain.Chain(*_rows(n, rate, cap, table, phase))


def most_flips(n: int, rate: float, rare: float) -> int:
    """The number of flips that is exceeded with a probability of at most `rare`, by Chernoff's bound."""
    flips = math.ceil(n * rate)
    while flips < n:
        share = flips / n
        divergence = share * math.log(share / rate) + (1.0 - share) * math.log((1.0 - share) / (1.0 - rate))
        if share > rate and -n * divergence < math.log(rare):
            break
        flips += 1
    return flips


def _table(n: int, cap: int, accept: Accept, phase: NDArray[np.int64]) -> Floats:
    flips = np.arange(cap + 1)
    _, first = np.unique(phase, return_index=True)
    table = np.broadcast_to(
        accept(n, first[:, None, None], flips[:, None], flips), (first.size, cap + 1, cap + 1)
    ).astype(np.float64)
    table[:, 0, :] = 0.0
    return table


@kernel
def _weights(count: int, rate: float, cap: int) -> NDArray[np.float64]:
    # P(Bin(count, rate) = i) for i <= cap, by recurrence from the mode, so that no start underflows
    weights = np.zeros(count + 1)
    mode = min(count, int((count + 1) * rate))
    odds = rate / (1.0 - rate)
    weights[mode] = 1.0
    total = 1.0
    for i in range(mode, count):
        weights[i + 1] = weights[i] * ((count - i) / (i + 1.0) * odds)
        total += weights[i + 1]
        if weights[i + 1] < 1e-60:
            break
    for i in range(mode, 0, -1):
        weights[i - 1] = weights[i] * (i / ((count - i + 1.0) * odds))
        total += weights[i - 1]
    short = np.zeros(min(count, cap) + 1)
    for i in range(short.size):
        short[i] = weights[i] / total
    return short


@kernel
def _rows(
    n: int, rate: float, cap: int, table: NDArray[np.float64], phase: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    down = np.zeros((n + 1, cap))
    up = np.zeros((n + 1, max(0, cap - 2)))
    for k in range(1, n + 1):
        gained = _weights(k, rate, cap)
        lost = _weights(n - k, rate, cap)
        for a in range(1, gained.size):
            for b in range(min(lost.size, cap - a + 1)):
                move = gained[a] * lost[b] * table[phase[k], a, b]
                if a > b:
                    down[k, a - b - 1] += move
                elif b > a:
                    up[k, b - a - 1] += move
    return down, up
