"""What the chain of the number of zero-bits says at finite n: means, chances of success, densities, drifts."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

#: up to this n the chance of success within the cap is computed, by powers of the whole transition matrix
MOST_BITS = 1000


@lru_cache(maxsize=4096)
def moments(n: int, strength: float) -> tuple[float, float]:
    """Mean and standard deviation of the run time in steps, from a uniform start."""
    from theory import dynamic_bin_val

    law = dynamic_bin_val.law(n, strength=strength)
    return float(law.mean), math.sqrt(float(law.variance))


@lru_cache(maxsize=512)
def success(n: int, strength: float, steps: int) -> float:
    """The chance to find the optimum within so many steps, from a uniform start.

    The chance from k zero-bits after t steps is row k of P^t applied to the indicator of 0; P^t by repeated squaring.
    States above n/2 + 6 sqrt(n) zero-bits are left out, and moves there stay: a uniform start lies so high with a
    probability below 2 exp(-72) by Hoeffding's inequality, and from there on the chain falls.
    """
    from scipy.stats import binom

    top = min(n, math.ceil(n / 2 + 6 * math.sqrt(n)))
    power = _matrix(n, strength, top)
    hit = np.zeros(top + 1)
    hit[0] = 1.0
    while steps:
        if steps & 1:
            hit = power @ hit
        steps >>= 1
        if steps:
            power = power @ power
    return float(min(1.0, binom.pmf(np.arange(top + 1), n, 0.5) @ hit))


@lru_cache(maxsize=16)
def median_strength(n: int, steps: int) -> float:
    """The strength at which half of the runs find the optimum within so many steps, up to 0.0005."""
    from scipy.optimize import brentq

    from theory import dynamic_bin_val

    def excess(strength: float) -> float:
        chance = success(n, strength, steps)
        return math.log(max(chance, 1e-300)) - math.log(max(1.0 - chance, 1e-300))

    low = float(dynamic_bin_val.threshold())
    high = low
    while high < 10.0 and success(n, high, steps) > 0.5:
        low, high = high, high + 0.25
    if not low < high < 10.0:
        return math.nan
    root: Any = brentq(excess, low, high, xtol=2e-4)
    return float(root)


@lru_cache(maxsize=64)
def stagnation(n: int, strength: float) -> float:
    """The mean density of zero-bits in stagnation: of the stationary law once moves to the optimum are forbidden.

    It differs from the quasi-stationary law by the mass next to the optimum, of order 1 / E[T].
    """
    from scipy.linalg import solve_banded

    from theory import dynamic_bin_val

    bands = dynamic_bin_val.bands(n, strength=strength)
    down, up = bands.down.copy(), bands.up
    for k in range(1, min(n, down.shape[1]) + 1):
        down[k, k - 1] = 0.0
    # Stationary: sum_k pi_k P(k -> j) = pi_j for all j but the pivot, whose weight is set to 1.
    below, above = up.shape[1], down.shape[1]
    pivot = max(1, min(n, round(n * float(dynamic_bin_val.stagnation_density(strength)))))
    table = np.zeros((below + above + 1, n))  # of the states 1..n: table[above + j - k, k - 1] = P(k -> j)
    table[above] = -(down[1:].sum(axis=1) + up[1:].sum(axis=1))
    for move in range(above):
        table[above - 1 - move, move + 1 :] = down[move + 2 :, move]
    for move in range(below):
        table[above + 1 + move, : n - 1 - move] = up[1 : n - move, move]
    for k in range(max(1, pivot - below), min(n, pivot + above) + 1):
        table[above + pivot - k, k - 1] = 1.0 if k == pivot else 0.0
    right = np.zeros(n)
    right[pivot - 1] = 1.0
    weights = np.maximum(solve_banded((below, above), table, right), 0.0)
    return float(np.arange(1, n + 1) @ weights / weights.sum() / n)


def transient(n: int, strength: float, steps: int) -> float:
    """How much of the way down from density 1/2 is left in the mean over the second half of the steps, fluid limit."""
    from scipy.integrate import solve_ivp

    from theory import dynamic_bin_val

    limit, end = float(dynamic_bin_val.stagnation_density(strength)), steps / n
    times = np.linspace(end / 2, end, 2001)
    path = solve_ivp(
        lambda _, density: [-float(dynamic_bin_val.fluid_drift(min(max(float(density[0]), 0.0), 1.0), strength))],
        (0.0, end),
        [0.5],
        t_eval=times,
        rtol=1e-9,
        atol=1e-12,
    )
    return abs(float(path.y[0].mean()) - limit)


def drift(n: int, zeros: int, strength: float) -> float:
    """The expected decrease of the number of zero-bits in one step."""
    down, up = _row(n, zeros, strength)
    return float(down @ np.arange(1, len(down) + 1) - up @ np.arange(1, len(up) + 1))


@lru_cache(maxsize=16)
def drift_root(n: int, zeros: int) -> float:
    """The strength at which that decrease is zero; nan if there is none in [0.5, 5]."""
    from scipy.optimize import brentq

    if not drift(n, zeros, 0.5) > 0.0 > drift(n, zeros, 5.0):
        return math.nan
    root: Any = brentq(lambda strength: drift(n, zeros, strength), 0.5, 5.0, xtol=1e-9)
    return float(root)


@lru_cache(maxsize=1024)
def _row(n: int, zeros: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    from theory import dynamic_bin_val

    bands = dynamic_bin_val.bands(n, strength=strength)
    return bands.down[zeros].copy(), bands.up[zeros].copy()


def _matrix(n: int, strength: float, top: int) -> np.ndarray:
    """The transition matrix on {0, ..., top}; 0 absorbs, and what leaves it stays."""
    from theory import dynamic_bin_val

    bands = dynamic_bin_val.bands(n, strength=strength)
    matrix = np.zeros((top + 1, top + 1))
    for move in range(min(bands.down.shape[1], top)):
        k = np.arange(move + 1, top + 1)
        matrix[k, k - 1 - move] = bands.down[k, move]
    for move in range(min(bands.up.shape[1], top - 1)):
        k = np.arange(1, top - move)
        matrix[k, k + 1 + move] = bands.up[k, move]
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, 1.0 - matrix.sum(axis=1))
    return matrix
