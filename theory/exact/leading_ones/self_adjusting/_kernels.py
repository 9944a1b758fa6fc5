"""The chain on (level, rate): moments level by level from the optimum, and the law of the state pushed forward."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel


@kernel
def sweep(
    n: int,
    rates: NDArray[np.float64],
    raised: NDArray[np.int64],
    lowered: NDArray[np.int64],
    above: int,
    below: int,
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> None:
    # in: zeros; out: mean and variance of the time from a level >= 0 that is drawn by fair coins, for every rate
    size = rates.size
    up = np.zeros((size, above))  # the chain inside one level, without its loops
    down = np.zeros((size, below))
    better = np.zeros(size)
    equal = np.zeros(size)
    worse = np.zeros(size)
    leave = np.zeros(size)
    total = np.zeros(size)
    expected = np.zeros(size)
    spread = np.zeros(size)
    for level in range(n - 1, -1, -1):
        for j in range(size):
            rate = rates[j]
            keep = math.exp(level * math.log1p(-rate)) if rate < 1.0 else (1.0 if level == 0 else 0.0)
            better[j] = rate * keep
            equal[j] = (1.0 - rate) * keep
            worse[j] = -math.expm1(level * math.log1p(-rate)) if rate < 1.0 else (0.0 if level == 0 else 1.0)
            leave[j] = better[j]
            for i in range(above):
                up[j, i] = 0.0
            for i in range(below):
                down[j, i] = 0.0
            if raised[j] > j:
                up[j, raised[j] - j - 1] = equal[j]
            if lowered[j] < j:
                down[j, j - lowered[j] - 1] = worse[j]
            expected[j] = 1.0
            if better[j] > 0.0:
                expected[j] += better[j] * mean[raised[j]]
        for k in range(size - 1, -1, -1):  # eliminate the highest rate that is left
            total[k] = leave[k]
            for i in range(min(below, k)):
                total[k] += down[k, i]
            if total[k] == 0.0:
                total[k] = 1.0
                expected[k] = math.inf
            for j in range(k - 1, max(-1, k - 1 - above), -1):
                share = up[j, k - j - 1] / total[k] if up[j, k - j - 1] > 0.0 else 0.0
                up[j, k - j - 1] = share
                if share > 0.0:
                    leave[j] += share * leave[k]
                    expected[j] += share * expected[k]
                    for i in range(min(below, k)):
                        target = k - 1 - i
                        if target < j:
                            down[j, j - target - 1] += share * down[k, i]
                        elif target > j:
                            up[j, target - j - 1] += share * down[k, i]
        for k in range(size):
            value = expected[k]
            for i in range(min(below, k)):
                if down[k, i] > 0.0:
                    value += down[k, i] * expected[k - 1 - i]
            expected[k] = value / total[k]
        for j in range(size):  # the same system, with the variance over one step on the right
            after = expected[j] - 1.0
            spread[j] = 0.0
            if after == math.inf:
                spread[j] = math.inf
                continue
            if equal[j] > 0.0:
                away = expected[raised[j]] - after
                spread[j] += equal[j] * away * away
            if worse[j] > 0.0:
                away = expected[lowered[j]] - after
                spread[j] += worse[j] * away * away
            if better[j] > 0.0:
                away = mean[raised[j]] - after
                spread[j] += better[j] * (away * away + variance[raised[j]])
        for k in range(size - 1, -1, -1):
            for j in range(k - 1, max(-1, k - 1 - above), -1):
                if up[j, k - j - 1] > 0.0:
                    spread[j] += up[j, k - j - 1] * spread[k]
        for k in range(size):
            value = spread[k]
            for i in range(min(below, k)):
                if down[k, i] > 0.0:
                    value += down[k, i] * spread[k - 1 - i]
            spread[k] = value / total[k]
        for j in range(size):
            if expected[j] == math.inf or mean[j] == math.inf:
                mean[j] = math.inf
                variance[j] = math.inf
            else:
                half = 0.5 * (expected[j] - mean[j])
                mean[j] = 0.5 * (expected[j] + mean[j])
                variance[j] = 0.5 * (spread[j] + variance[j]) + half * half


@kernel
def push(
    rates: NDArray[np.float64],
    raised: NDArray[np.int64],
    lowered: NDArray[np.int64],
    law: NDArray[np.float64],
    table: NDArray[np.float64],
) -> None:
    n, size = law.shape
    log_keep = np.zeros(size)
    for j in range(size):
        log_keep[j] = math.log1p(-rates[j]) if rates[j] < 1.0 else -math.inf
    for t in range(table.size):
        carried = np.zeros(size)  # mass that has left a lower level and not come to rest
        for level in range(n):
            after = np.zeros(size)
            moved = np.zeros(size)
            for j in range(size):
                mass = law[level, j]
                if mass > 0.0:
                    keep = math.exp(level * log_keep[j]) if level > 0 else 1.0
                    moved[raised[j]] += mass * keep * rates[j]
                    after[raised[j]] += mass * keep * (1.0 - rates[j])
                    if level > 0:
                        after[lowered[j]] -= mass * math.expm1(level * log_keep[j])
            for j in range(size):
                law[level, j] = after[j] + 0.5 * carried[j]
                carried[j] = 0.5 * carried[j] + moved[j]
        arrived = 0.0
        for j in range(size):
            arrived += carried[j]
        table[t] = arrived
