"""The probability to leave a level in one step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check

__all__ = ["improvement", "rates_of"]


def improvement(n: int, strength: float | None, rate: Any) -> NDArray[np.float64]:
    """q_i = p_i (1 - p_i)^i, the probability to leave level i in one step.

    Args:
        n: number of bits.
        strength: expected flips per step, or None.
        rate: a rate, one rate per level, or None.

    Returns:
        float64[n].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> improvement(3, None, 0.5).tolist()
        [0.5, 0.25, 0.125]
    """
    rates = rates_of(n, strength, rate)
    return rates * kept(rates)


def kept(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 - p_i)^i, the probability that the i leading ones survive a step at level i."""
    levels = np.arange(rates.size, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        survive = np.exp(levels * np.log1p(-rates))
    survive[levels == 0] = 1.0
    return survive


def rates_of(n: int, strength: float | None, rate: Any, *, zero: bool = False) -> NDArray[np.float64]:
    """One rate per level, from a strength, one rate or n of them.

    Args:
        n: number of bits.
        strength: expected flips per step, or None.
        rate: a rate, one rate per level, or None.
        zero: whether rates of 0 are allowed.

    Returns:
        float64[n].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> rates_of(3, 1.5, None).tolist()
        [0.5, 0.5, 0.5]
    """
    advice = f"For one expected flip per step pass rate=1/n={1 / n:g}."
    single = rate is None or np.ndim(rate) == 0
    if single and not (zero and rate == 0.0 and not isinstance(rate, (bool, np.bool_))):
        return np.full(n, _check.rate_of(n, strength, rate))
    if strength is not None:
        _check.rate_of(n, strength, rate)
    rates = np.full(n, 0.0) if single else _check.floats("rate", rate, "probabilities per bit, one per level", advice)
    if rates.shape != (n,) or not bool(np.all((rates >= 0.0) & (rates <= 1.0) & (zero | (rates > 0.0)))):
        span = "[0, 1]" if zero else "(0, 1]"
        raise ValueError(
            f"`rate` must be one probability per bit in {span}, or {n} of them, one per level; got {rate!r:.200}. "
            f"{advice}"
        )
    return rates
