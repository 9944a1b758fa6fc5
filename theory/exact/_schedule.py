"""Rates that depend on the step, as a function or as a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check


def rates_by_step(rates: Any) -> Callable[[int, int], NDArray[np.float64]]:
    """A function of a step t and a count that gives the rates from step t on, checked.

    Args:
        rates: t -> flip probability per bit in step t = 1, 2, ..., or an array of them, whose last one is kept.

    Returns:
        The function; it raises ValueError for a rate outside [0, 1].

    Raises:
        TypeError: for anything but a function or numbers.
        ValueError: for a list that is empty or holds a rate outside [0, 1].
    """
    unit, advice = "probability per bit", "For one expected flip per step pass 1/n."
    if callable(rates):
        return lambda t, count: np.array(
            [
                _check.real("rates", rates(step), "[0, 1]", unit=f"{unit}, step {step}", advice=advice)
                for step in range(t, t + count)
            ]
        )
    listed = np.atleast_1d(_check.floats("rates", rates, f"a function of t, or at least one {unit} in [0, 1]", advice))
    if listed.ndim != 1 or not listed.size or not bool(np.all((listed >= 0.0) & (listed <= 1.0))):
        raise ValueError(
            f"`rates` must be a function of t, or at least one {unit} in [0, 1]; got {rates!r:.200}. {advice}"
        )
    return lambda t, count: listed[np.minimum(np.arange(t - 1, t - 1 + count), listed.size - 1)]
