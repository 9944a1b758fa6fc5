"""Mean and variance of the hitting time of state 0, without subtraction.

Moves down only: forward substitution. Moves both ways: the state reduction of Grassmann, Taksar and Heyman.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel
from theory.exact.chain.bands import Chain

__all__ = ["mixed", "moments", "solve"]


def moments(chain: Chain) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected value and variance of the hitting time of state 0, from every state.

    E_k = 1 + sum_j P(k, j) E_j. Chains that only move down: E_k = (1 + sum_{j<k} P(k, j) E_j) / sum_{j<k} P(k, j), and
    the variance from the variances and squared differences of means after the next move. Otherwise E[T] and E[T (T -
    1)] are solved by state reduction; the variance then loses about log10(E[T]^2 / Var[T]) digits.

    Args:
        chain: the bands of its transition matrix.

    Returns:
        mean: float64[m + 1] in steps; inf where state 0 is not reached, or beyond the range of floats.
        variance: float64[m + 1] in steps squared; inf where the mean is.

    Source: Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> moments(Chain.from_matrix([[1, 0, 0], [0.5, 0, 0.5], [0, 1, 0]]))[0].round(12).tolist()
        [0.0, 3.0, 4.0]
    """
    if chain.up.shape[1] == 0 or not chain.up.any():
        mean, variance = _descend(chain.down)
    else:
        mean, variance = _reduce(chain.down, chain.up.copy())
    infinite = ~np.isfinite(mean)
    mean[infinite], variance[infinite | np.isnan(variance)] = math.inf, math.inf
    return mean, variance


def mixed(mean: NDArray[np.float64], variance: NDArray[np.float64], start: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and variance for a random start: the law of total variance.

    Args:
        mean: expected value from every state.
        variance: variance from every state.
        start: probability of every state.

    Returns:
        The mean and the variance; both inf if a possible start has an infinite mean.

    Source: elementary.

    Example:
        >>> mixed(np.array([0.0, 2.0]), np.array([0.0, 2.0]), np.array([0.5, 0.5]))
        (1.0, 2.0)
    """
    used = start > 0.0
    weights, means, variances = start[used], mean[used], variance[used]
    if not bool(np.all(np.isfinite(means))):
        return math.inf, math.inf
    average = math.fsum(weights * means)
    with np.errstate(over="ignore"):
        spread = weights * (variances + (means - average) ** 2)
    return average, math.fsum(spread) if bool(np.all(np.isfinite(spread))) else math.inf


def solve(inner: NDArray[np.float64], leave: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solves (I - Q) X = R for a sub-stochastic Q, with non-negative numbers only.

    The diagonal of Q is not needed: 1 - Q_kk is the sum of what leaves state k.

    Args:
        inner: float64[m, m], Q; changed in place.
        leave: float64[m], mass that leaves the block from each state; changed in place.
        right: float64[m], R; with R >= 0 nothing is subtracted at all.

    Returns:
        float64[m], X; inf where the block is not left.

    Source: Grassmann, Taksar and Heyman (1985).

    Example:
        >>> solve(np.array([[0.5, 0.25], [0.5, 0.0]]), np.array([0.25, 0.5]), np.ones(2)).round(12).tolist()
        [3.333333333333, 2.666666666667]
    """
    solution = right.copy()
    _solve(inner, leave, solution)
    return solution


@kernel
def _solve(inner: NDArray[np.float64], leave: NDArray[np.float64], right: NDArray[np.float64]) -> None:
    size = right.size
    total = np.zeros(size)
    trapped = np.zeros(size, np.bool_)  # may end where nothing leaves the block
    for k in range(size - 1, -1, -1):
        total[k] = leave[k]
        for y in range(k):
            total[k] += inner[k, y]
        if trapped[k] or total[k] == 0.0:
            total[k] = 1.0
            right[k] = math.inf
            for i in range(k):
                if inner[i, k] > 0.0:
                    trapped[i] = True
            continue
        for i in range(k):
            if inner[i, k] > 0.0:
                share = inner[i, k] / total[k]
                for y in range(k):
                    inner[i, y] += share * inner[k, y]
                leave[i] += share * leave[k]
                right[i] += share * right[k]
    for k in range(size):
        value = right[k]
        for y in range(k):
            if inner[k, y] > 0.0:
                value += inner[k, y] * right[y]
        right[k] = value / total[k]


@kernel
def _descend(down: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    states, bands = down.shape
    mean = np.zeros(states)
    variance = np.zeros(states)
    for k in range(1, states):
        leave = 0.0
        after = 0.0
        for j in range(min(bands, k)):
            if down[k, j] > 0.0:
                leave += down[k, j]
                after += down[k, j] * mean[k - 1 - j]
        if leave == 0.0:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        after = after / leave
        if after == math.inf:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        spread = 0.0
        for j in range(min(bands, k)):
            if down[k, j] > 0.0:
                away = mean[k - 1 - j] - after
                spread += down[k, j] * (variance[k - 1 - j] + away * away)
        mean[k] = 1.0 / leave + after
        variance[k] = max(0.0, 1.0 - leave) / (leave * leave) + spread / leave
    return mean, variance


@kernel
def _reduce(low: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    states = low.shape[0]
    below = low.shape[1]
    above = up.shape[1]
    low = low.copy()
    total = np.zeros(states)
    trapped = np.zeros(states, np.bool_)  # may end where state 0 is not reached
    mean = np.ones(states)
    for k in range(states - 1, 0, -1):
        for j in range(min(below, k)):
            total[k] += low[k, j]
        if trapped[k] or total[k] == 0.0:
            total[k] = 1.0
            mean[k] = math.inf
            for i in range(k - 1, max(0, k - 1 - above), -1):
                if up[i, k - i - 1] > 0.0:
                    trapped[i] = True
            continue
        for i in range(k - 1, max(0, k - 1 - above), -1):
            share = up[i, k - i - 1] / total[k] if up[i, k - i - 1] > 0.0 else 0.0
            up[i, k - i - 1] = share  # the multiplier, kept for the second right-hand side
            if share > 0.0:
                mean[i] += share * mean[k]
                for j in range(min(below, k)):
                    y = k - 1 - j
                    if y < i:
                        low[i, i - y - 1] += share * low[k, j]
                    elif y > i:
                        up[i, y - i - 1] += share * low[k, j]
    mean[0] = 0.0
    for k in range(1, states):
        value = mean[k]
        for j in range(min(below, k)):
            if low[k, j] > 0.0:
                value += low[k, j] * mean[k - 1 - j]
        mean[k] = value / total[k]
    second = np.zeros(states)  # E[T (T - 1)] solves the same system with right-hand side 2 (E[T] - 1)
    for k in range(1, states):
        second[k] = 2.0 * (mean[k] - 1.0)
    for k in range(states - 1, 0, -1):
        for i in range(k - 1, max(0, k - 1 - above), -1):
            if up[i, k - i - 1] > 0.0:
                second[i] += up[i, k - i - 1] * second[k]
    variance = np.zeros(states)
    for k in range(1, states):
        value = second[k]
        for j in range(min(below, k)):
            if low[k, j] > 0.0:
                value += low[k, j] * second[k - 1 - j]
        second[k] = value / total[k]
        variance[k] = math.inf
        if second[k] < math.inf:
            variance[k] = max(0.0, second[k] + mean[k] - mean[k] * mean[k])
    return mean, variance
