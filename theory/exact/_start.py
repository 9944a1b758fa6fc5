"""Where a search starts, as the law of the number of zero-bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _binomial, _check


def zeros_law(n: int, start: Any) -> tuple[int, NDArray[np.float64]]:
    """The law of the number of zero-bits at the start, as the first number and the probabilities from there on.

    Args:
        n: number of bits.
        start: None for a uniform string, a number of zero-bits, or n + 1 probabilities.

    Returns:
        The first number of zero-bits and the probabilities from there on.

    Raises:
        TypeError: for a start of a wrong type.
        ValueError: for a start out of range.
    """
    if start is None:
        return _binomial.window(n, 0.5)
    if np.ndim(start) == 0:
        zeros = _check.integer(
            "start", start, low=0, high=n, unit="zero-bits", advice="Pass None for a uniform random string."
        )
        return zeros, np.ones(1)
    advice = "Pass None for a uniform random string."
    weights = _check.floats("start", start, f"the probabilities of 0, ..., {n} zero-bits", advice)
    if weights.shape != (n + 1,) or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        raise ValueError(
            f"`start` must hold the probabilities of 0, ..., {n} zero-bits (non-negative, sum 1); got shape "
            f"{weights.shape}, sum {weights.sum():.12g}. {advice}"
        )
    return 0, weights / math.fsum(weights)


def whole_zeros_law(n: int, start: Any) -> NDArray[np.float64]:
    """The law of the number of zero-bits at the start, float64[n + 1]; as `zeros_law`."""
    first, weights = zeros_law(n, start)
    return np.concatenate([np.zeros(first), weights, np.zeros(n + 1 - first - weights.size)])
