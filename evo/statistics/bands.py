"""Bands around an empirical distribution function that hold for every law and every sample size."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks


@dataclass(frozen=True, eq=False)
class EcdfBand:
    """An empirical distribution function between two step functions, all right-continuous.

    Args:
        points: distinct finite values in rising order, shape (points,).
        ecdf: share of the runs that took at most `points` steps, shape (points,).
        lower: lower edge, shape (points,).
        upper: upper edge, shape (points,).
        radius: half the height of the band where it is not cut at 0 and 1.
        confidence: probability with which the band holds the whole distribution function.
    """

    points: _checks.FloatArray
    ecdf: _checks.FloatArray
    lower: _checks.FloatArray
    upper: _checks.FloatArray
    radius: float
    confidence: float


def dkw_radius(n: int, confidence: float | None = None, *, alpha: float | None = None) -> float:
    """Return the radius within which an empirical distribution function stays, uniformly over all points and all laws.

    `P(sup |F_n - F| > r) <= 2 exp(-2 n r^2) = alpha` gives `r = sqrt(ln(2/alpha) / (2 n))`; discrete laws included. A
    radius above 1 is returned as it is: such a sample bounds nothing.

    Args:
        n: number of runs.
        confidence: 1 - alpha; give one of the two.
        alpha: chance to leave the band; the exact way to ask for 1e-9 or less.

    Returns:
        The radius, a difference of probabilities.

    Raises:
        ValueError: for n < 1, a level outside (0, 1), or not exactly one level.

    Reference:
        Dvoretzky, Kiefer and Wolfowitz (1956); the constant 2 is by Massart (1990), The tight constant in the DKW
        inequality.

    Example:
        >>> round(dkw_radius(10_000, alpha=1e-9), 4)
        0.0327
    """
    runs = _checks.count("n", n, minimum=1)
    if confidence is not None and alpha is None:
        level = 1.0 - _checks.confidence(confidence)
    elif alpha is not None and confidence is None:
        level = _checks.probability("alpha", alpha, advice="For a 95 per cent band pass alpha=0.05.")
    else:
        got = "neither" if alpha is None else "both"
        raise ValueError(
            f"one of `confidence` and `alpha` must be given; got {got}. Pass confidence=0.95 or alpha=0.05."
        )
    return math.sqrt(math.log(2.0 / level) / (2.0 * runs))


def ecdf_band(values: npt.ArrayLike, confidence: float = 0.95, *, horizon: float | None = None) -> EcdfBand:
    """Return the empirical distribution function of run times with the band of `dkw_radius`.

    Args:
        values: shape (runs,), `inf` for capped runs; these count in n and have no point.
        confidence: between 0 and 1, for the whole function at once.
        horizon: the smallest cap; larger values get no point. Needed where caps differ between runs.

    Returns:
        The band at the distinct finite values.

    Raises:
        ValueError: for empty values, NaN or confidence outside (0, 1).

    Reference:
        Massart (1990), The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality.

    Example:
        >>> ecdf_band([3, 1, float("inf"), 1]).ecdf.tolist()
        [0.5, 0.75]
    """
    array = np.sort(_checks.sample("values", values))
    level = _checks.confidence(confidence)
    radius = dkw_radius(array.size, level)
    limit = math.inf if horizon is None else _checks.horizon(horizon)
    points = np.unique(array[np.isfinite(array) & (array <= limit)])
    ecdf = np.searchsorted(array, points, side="right") / array.size
    return EcdfBand(points, ecdf, np.maximum(ecdf - radius, 0.0), np.minimum(ecdf + radius, 1.0), radius, level)
