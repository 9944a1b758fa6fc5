"""Binomial weights to full double precision, by recurrence from the mode."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def window(count: int, rate: float) -> tuple[int, NDArray[np.float64]]:
    """P(Bin(count, rate) = first + i) for all i that matter (what is left out weighs less than 1e-30).

    Args:
        count: number of trials, at least 0.
        rate: success probability in [0, 1].

    Returns:
        first: the first number of successes listed.
        weights: their probabilities, which sum to 1 up to rounding.
    """
    if count == 0 or rate == 0.0:
        return 0, np.ones(1)
    if rate == 1.0:
        return count, np.ones(1)
    mode = min(count, int((count + 1) * rate))
    reach = int(16.0 * math.sqrt(count * rate * (1.0 - rate))) + 150
    first, last = max(0, mode - reach), min(count, mode + reach)
    odds = rate / (1.0 - rate)
    up = np.arange(mode, last, dtype=np.float64)
    down = np.arange(mode, first, -1, dtype=np.float64)
    weights = np.concatenate(
        [
            np.cumprod(down / ((count - down + 1.0) * odds))[::-1],
            np.ones(1),
            np.cumprod((count - up) / (up + 1.0) * odds),
        ]
    )
    total = math.fsum(weights[weights > 1e-22].tolist())  # the rest, relative to the mode, would only cost time
    return first, np.asarray(weights / total, dtype=np.float64)


def full(count: int, rate: float) -> NDArray[np.float64]:
    """P(Bin(count, rate) = i) for i = 0, 1, ... up to the last that matters."""
    first, weights = window(count, rate)
    return np.concatenate([np.zeros(first), weights])
