"""Rows of the chains with several offspring: the law of the best gain from every number of zero-bits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel


def gains_of_best(n: int, flips: NDArray[np.float64], offspring: int) -> NDArray[np.float64]:
    """float64[n + 1, 2 m + 1], the law of the best gain from k zero-bits, entry m + gain, for at most m flips."""
    return _gains_of_best(n, flips, offspring)


def sampled_gains(
    n: int, counts: NDArray[np.float64], offspring: int, taken: NDArray[np.float64]
) -> NDArray[np.float64]:
    """float64[n + 1, m], P(k -> k - 1 - j) of the (1+(lambda,lambda))-GA for at most m flips.

    State 0 also stands for a generation whose mutants contained the optimum. `taken` is [c, i], the probability that
    i of c bits come from the best mutant.
    """
    return _sampled_gains(n, counts, offspring, _crossovers(counts.size - 1, offspring, taken))


@kernel
def _hypergeometric(zeros: int, n: int, flips: int) -> NDArray[np.float64]:
    """P(a of the zero-bits are among `flips` uniform distinct positions), a = 0, ..., flips.

    By the ratio of successive terms from the mode, and division by their sum: positive terms only.
    """
    pmf = np.zeros(flips + 1)
    first = max(0, flips - (n - zeros))
    last = min(zeros, flips)
    mode = min(last, max(first, (flips + 1) * (zeros + 1) // (n + 2)))
    pmf[mode] = 1.0
    total = 1.0
    for a in range(mode, last):
        pmf[a + 1] = pmf[a] * ((zeros - a) * (flips - a) / ((a + 1.0) * (n - zeros - flips + a + 1.0)))
        total += pmf[a + 1]
    for a in range(mode, first, -1):
        pmf[a - 1] = pmf[a] * (a * (n - zeros - flips + a) / ((zeros - a + 1.0) * (flips - a + 1.0)))
        total += pmf[a - 1]
    for a in range(first, last + 1):
        pmf[a] /= total
    return pmf


@kernel
def _best_of(pmf: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The law of the largest of `count` independent numbers: P(max = j) = F(j)^m - F(j - 1)^m.

    With F(j - 1) = F(j) - P(j) the difference is F(j)^m (1 - (1 - P(j) / F(j))^m), which keeps its relative accuracy.
    """
    best = np.zeros(pmf.size)
    below = 0.0
    for j in range(pmf.size):
        if pmf[j] > 0.0:
            below += pmf[j]
            share = min(1.0, pmf[j] / below)
            beaten = -math.expm1(count * math.log1p(-share)) if share < 1.0 else 1.0
            best[j] = math.exp(count * math.log(min(1.0, below))) * beaten
    return best


@kernel
def _gains_of_best(n: int, flips: NDArray[np.float64], offspring: int) -> NDArray[np.float64]:
    most = flips.size - 1
    table = np.zeros((n + 1, 2 * most + 1))
    for k in range(n + 1):
        gains = np.zeros(2 * most + 1)
        for r in range(most + 1):
            if flips[r] > 0.0:
                gained = _hypergeometric(k, n, r)
                for a in range(r + 1):
                    gains[most + 2 * a - r] += flips[r] * gained[a]
        table[k] = _best_of(gains, offspring)
    return table


@kernel
def _crossovers(most: int, offspring: int, taken: NDArray[np.float64]) -> NDArray[np.float64]:
    # [a, b, j]: P(best gain of the crossovers = j), j >= 1, where the best mutant gained a bits and lost b
    table = np.zeros((most + 1, most + 1, most + 1))
    for a in range(most + 1):
        for b in range(most + 1 - a):
            gains = np.zeros(a + b + 1)
            for i in range(a + 1):
                for j in range(b + 1):
                    gains[b + i - j] += taken[a, i] * taken[b, j]
            best = _best_of(gains, offspring)
            for j in range(1, a + 1):
                table[a, b, j] = best[b + j]
    return table


@kernel
def _sampled_gains(
    n: int, counts: NDArray[np.float64], offspring: int, crossovers: NDArray[np.float64]
) -> NDArray[np.float64]:
    most = counts.size - 1
    down = np.zeros((n + 1, most))
    for k in range(1, n + 1):
        for flips in range(1, most + 1):
            if counts[flips] == 0.0:
                continue
            best = _best_of(_hypergeometric(k, n, flips), offspring)  # of the gained bits: with flips fixed, of fitness
            for a in range(flips + 1):
                chance = counts[flips] * best[a]
                if chance == 0.0:
                    continue
                if a == k and flips == k:  # a mutant is the optimum
                    down[k, k - 1] += chance
                    continue
                for j in range(1, min(a, k) + 1):
                    down[k, j - 1] += chance * crossovers[a, flips - a, j]
    return down
