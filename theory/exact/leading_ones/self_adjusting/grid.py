"""The rates that the success rule can reach, and where it moves from each of them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory import _check

__all__ = ["RateGrid", "rate_grid"]

_DENOMINATOR = 64  # largest denominator of s
_HUGE = 10**300  # a fraction beyond floats is no s
_SAME = 1e-9  # rates that agree to this relative precision are one
_RATES = 2e6  # most rates that a grid may hold


class RateGrid(NamedTuple):
    """Ascending rates, the rate after a success and after a failure by index, and the index of the first rate."""

    rates: NDArray[np.float64]
    raised: NDArray[np.int64]
    lowered: NDArray[np.int64]
    first: int


def rate_grid(
    n: int, *, factor: float, s: Any, low: float | None, high: float | None, initial: float | None
) -> RateGrid:
    """All rates that p <- min(F^s p, high) and p <- max(p / F, low) reach, for rational s.

    With s = a / b they are initial, high and low times powers of F^(1 / b).

    Args:
        n: number of bits, at least 1; sets the default limits.
        factor: F > 1.
        s: a positive rational number with a denominator of at most 64: an integer, a Fraction, or a float that is one
            of these up to rounding.
        low: lowest rate, in (0, high]; None for 1/n^2, at most high.
        high: highest rate, in (0, 1]; None for 1/2.
        initial: rate of the first step, in [low, high]; None for 1/n, moved into [low, high].

    Returns:
        The grid.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, s that is not such a number, or a grid of more than 2 million rates.

    Source: elementary.

    Example:
        >>> grid = rate_grid(4, factor=2.0, s=1, low=None, high=None, initial=None)
        >>> grid.rates.round(12).tolist(), grid.raised.tolist(), grid.lowered.tolist(), grid.first
        ([0.0625, 0.125, 0.25, 0.5], [1, 2, 3, 3], [0, 0, 1, 2], 2)
    """
    factor = _check.real("factor", factor, "(1, inf)", unit="quotient of rates", advice="Pass 1.5, say.")
    ratio = _ratio(s)
    unit = "probability per bit"
    top = 0.5 if high is None else _check.real("high", high, "(0, 1]", unit=unit, advice="Pass 0.5, say.")
    span = f"(0, {top!r}]"
    bottom = min(top, n**-2.0) if low is None else _check.real("low", low, span, unit=unit, advice="Pass 1/n**2, say.")
    span = f"[{bottom!r}, {top!r}]"
    first = min(top, max(bottom, 1.0 / n))
    if initial is not None:
        first = _check.real("initial", initial, span, unit=unit, advice="Pass None for 1/n.")
    step = math.log(factor) / ratio.denominator
    cells = 3.0 * math.log(top / bottom) / step
    if cells > _RATES:
        raise ValueError(
            f"`factor` must be so large that at most {_RATES:.0g} rates occur; factor={factor!r} and s={ratio} give "
            f"about {cells:.2g}. Pass a larger factor, a smaller denominator of s, or narrower limits."
        )
    logs = _logs(math.log(first), math.log(bottom), math.log(top), step)
    rates = np.exp(logs)
    rates[0], rates[-1] = bottom, top
    start = _nearest(logs, np.array([math.log(first)]))[0]
    rates[start] = first
    raised = _nearest(logs, np.minimum(logs + ratio.numerator * step, logs[-1]))
    lowered = _nearest(logs, np.maximum(logs - ratio.denominator * step, logs[0]))
    return RateGrid(rates, raised, lowered, int(start))


def _ratio(s: Any) -> Fraction:
    if not isinstance(s, Fraction) or s > _HUGE:
        s = _check.real("s", s, "(0, inf)", unit="exponent of a success", advice="Pass 4 for the one-fifth rule.")
    ratio = Fraction(s).limit_denominator(_DENOMINATOR)
    if ratio <= 0 or abs(Fraction(s) - ratio) > Fraction(1, 10**14) * ratio:
        raise ValueError(
            f"`s` must be a positive rational number with a denominator of at most {_DENOMINATOR} (else the rates fill "
            f"an interval); got {s!r}. Pass a neighbour, say Fraction({max(ratio, Fraction(1, _DENOMINATOR))})."
        )
    return ratio


def _logs(first: float, bottom: float, top: float, step: float) -> NDArray[np.float64]:
    up, down = int((top - first) / step) + 1, int((first - bottom) / step) + 1
    across = np.arange(int((top - bottom) / step) + 1) * step
    points = np.concatenate([first + np.arange(-down, up + 1) * step, top - across, bottom + across])
    points = np.sort(points[(points > bottom + _SAME) & (points < top - _SAME)])
    inner = points[np.diff(points, prepend=-math.inf) > _SAME]
    return np.unique(np.concatenate([[bottom], inner, [top]]))


def _nearest(logs: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.int64]:
    right = np.clip(np.searchsorted(logs, points), 0, logs.size - 1)
    left = np.maximum(right - 1, 0)
    return np.where(points - logs[left] < logs[right] - points, left, right).astype(np.int64)
