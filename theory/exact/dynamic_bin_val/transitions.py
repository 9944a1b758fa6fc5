"""The chain of the number of zero-bits on Dynamic BinVal."""

import math

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory._compile import kernel
from theory.exact import chain

__all__ = ["bands"]

RARE = 1e-40  # steps with more flips than this probability allows are left out of chain and moments


def bands(n: int, *, strength: float | None = None, rate: float | None = None) -> chain.Chain:
    """The chain of the number of zero-bits of the (1+1)-EA on Dynamic BinVal.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        The chain on {0, ..., n}, without steps of more flips than occur with probability 1e-40.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `law`.

    Example:
        >>> bands(n=2, rate=0.5).down.tolist()
        [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
    """
    n = _check.bits(n)
    return chain_of(n, _check.rate_of(n, strength, rate), RARE)


def chain_of(n: int, rate: float, rare: float) -> chain.Chain:
    """The chain without steps of more flips than occur with probability `rare`."""
    if rate == 1.0:
        matrix = np.eye(n + 1)
        for k in range(1, n + 1):
            matrix[k, k] -= k / n
            matrix[k, n - k] += k / n
        return chain.Chain.from_matrix(matrix)
    cap = most_flips(n, rate, rare)
    return chain.Chain(*_rows(n, rate, cap))


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
def _rows(n: int, rate: float, cap: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    down = np.zeros((n + 1, cap))
    up = np.zeros((n + 1, max(0, cap - 2)))
    for k in range(1, n + 1):
        gained = _weights(k, rate, cap)
        lost = _weights(n - k, rate, cap)
        for a in range(1, gained.size):
            for b in range(min(lost.size, cap - a + 1)):
                move = gained[a] * lost[b] * a / (a + b)
                if a > b:
                    down[k, a - b - 1] += move
                elif b > a:
                    up[k, b - a - 1] += move
    return down, up
