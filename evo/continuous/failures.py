"""Losses that are not finite, for strategies that would be poisoned by one."""

from __future__ import annotations

import numpy as np


def replaced(losses: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    """The losses as `float64`, those that are not finite replaced by the worst finite one, or `otherwise` without one.

    Example:
        >>> replaced(np.array([1.0, np.nan, 3.0, -np.inf]))
        array([1., 3., 3., 3.])
    """
    numbers = np.array([float(loss) for loss in losses])
    finite = np.isfinite(numbers)
    return np.where(finite, numbers, numbers[finite].max() if finite.any() else otherwise)
