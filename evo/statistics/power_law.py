"""How mean run times grow with the size of the problem: a power of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from evo.statistics import _cells, _checks
from evo.statistics.intervals import Interval


@dataclass(frozen=True, eq=False)
class PowerLawFit:
    """Mean run times as `factor n^exponent`.

    Args:
        exponent: the exponent with its bounds.
        factor: the factor with its bounds, in steps.
        covariance: of (ln factor, exponent), shape (2, 2).
        sizes: problem sizes in rising order, shape (cells,).
        means: measured means, in steps, shape (cells,).
        standard_errors: of the means, shape (cells,).
        chi_square: the smallest sum of squared residuals of ln mean, each divided by its standard error.
        freedom: number of cells minus 2.
        misfit_p: chance of a larger misfit if the law is a power; 1 if there is no freedom. Small for n ln n measured
            with many runs; then the exponent is only a slope over the measured range.
        confidence: of the intervals.
    """

    exponent: Interval
    factor: Interval
    covariance: _checks.FloatArray
    sizes: _checks.FloatArray
    means: _checks.FloatArray
    standard_errors: _checks.FloatArray
    chi_square: float
    freedom: int
    misfit_p: float
    confidence: float
    _fit: _cells.WeightedFit = field(repr=False)

    def predict(self, n: float) -> Interval:
        """Return the mean run time at one size, with bounds that hold for this size."""
        (value,), (half,) = self._fit.pointwise(_directions([n]), self.confidence)
        return _exponential(float(value), float(half), self.confidence, f"power law at n = {n:g}, Student t")

    def band(self, n: npt.ArrayLike) -> tuple[_checks.FloatArray, _checks.FloatArray, _checks.FloatArray]:
        """Return the fitted means at sizes n and the edges of a band that holds for all sizes at once (Scheffé)."""
        middle, half = self._fit.everywhere(_directions(n), self.confidence)
        return np.exp(middle), np.exp(middle - half), np.exp(middle + half)

    def __str__(self) -> str:
        k, a = self.exponent, self.factor
        return (
            f"T ~ a n^k with k = {k.estimate:.5g} [{k.lower:.5g}, {k.upper:.5g}], a = {a.estimate:.5g} "
            f"[{a.lower:.5g}, {a.upper:.5g}] ({100 * self.confidence:.10g} %); misfit p = {self.misfit_p:.2g}"
        )


def power_law_fit(cells: Mapping[float, npt.ArrayLike], confidence: float = 0.95) -> PowerLawFit:
    """Fit mean run times at several sizes by `a n^k`.

    Weighted least squares of `ln mean + e^2 / 2` on ln n, with `e` = standard error / mean: the delta method to second
    order. Weights, bounds, band and misfit as in `scaling_fit`; asymptotic in the number of runs per cell. Measured at
    95 per cent, five sizes (2000 fits): exponent and band cover 0.92 and 0.93 for exponential times with 10 runs each,
    0.94 and 0.94 with 50; for log-normal times (sigma = 1) 0.87 and 0.83 with 10, 0.92 and 0.91 with 50, 0.94 and 0.93
    with 100.

    Args:
        cells: run times by size n >= 1, two or more sizes; three or more runs per cell, none of them capped.
        confidence: between 0 and 1, of each interval by itself and of each band as a whole.

    Returns:
        Exponent and factor with bounds, the misfit, predictions and bands.

    Raises:
        ValueError: for capped runs (the mean of a capped cell is unknown), cells without spread or with mean 0, one
            size only, NaN or sizes below 1.

    Reference:
        That of `scaling_fit`.

    Example:
        >>> print(power_law_fit({n: [0.9 * n**2, n**2, 1.1 * n**2] for n in (10, 20, 40)}))
        T ~ a n^k with k = 2 [1.8365, 2.1635], a = 1.0017 [0.6004, 1.6711] (95 %); misfit p = 1
    """
    level = _checks.confidence(confidence)
    found = _cells.measured(cells, minimum=2)
    relative = found.errors / found.means
    line = _cells.fit(found, _directions(found.sizes), np.log(found.means) + 0.5 * relative**2, relative)
    (factor, exponent), (around, half) = (array.tolist() for array in line.pointwise(np.eye(2), level))
    return PowerLawFit(
        exponent=Interval(exponent, exponent - half, exponent + half, level, "slope of ln mean on ln n, Student t"),
        factor=_exponential(factor, around, level, "level of ln mean at n = 1, Student t"),
        covariance=line.covariance,
        sizes=found.sizes,
        means=found.means,
        standard_errors=found.errors,
        chi_square=line.chi_square,
        freedom=line.freedom,
        misfit_p=line.misfit_p,
        confidence=level,
        _fit=line,
    )


def _directions(n: npt.ArrayLike) -> _checks.FloatArray:
    """Return the factors of (ln factor, exponent) in ln mean, one row per size."""
    logs = np.log(_cells.sizes(n))
    return np.stack([np.ones_like(logs), logs], axis=1)


def _exponential(value: float, half: float, level: float, method: str) -> Interval:
    return Interval(math.exp(value), math.exp(value - half), math.exp(value + half), level, method)
