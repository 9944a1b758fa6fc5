"""Lines through measured points."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.intervals import Interval


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where a line through measured points crosses zero.

    Args:
        interval: the crossing with its bounds, in the unit of x.
        line: the fitted polynomial; callable.
        chi_square: sum of the squared residuals, each divided by its standard error.
        freedom: number of points minus number of coefficients.
        misfit_p: chance of a larger `chi_square` if the polynomial is right; 1 if there is no freedom. A small value
            says that the degree is too low, the range too wide or the standard errors too small, and that the
            interval cannot be trusted.
    """

    interval: Interval
    line: np.polynomial.Polynomial
    chi_square: float
    freedom: int
    misfit_p: float

    def __str__(self) -> str:
        return f"crossing at {self.interval}; misfit p = {self.misfit_p:.2g} ({self.chi_square:.3g} on {self.freedom})"


def linear_crossing(
    x: npt.ArrayLike, y: npt.ArrayLike, standard_error: npt.ArrayLike, confidence: float = 0.95, *, degree: int = 1
) -> Crossing:
    """Find where a measured quantity crosses zero: weighted least squares and Fieller's bounds.

    The polynomial p of the given degree minimises `sum ((y - p(x)) / standard_error)^2`. The bounds hold every x
    around the crossing at which zero is not refused, `p(x)^2 <= z^2 Var p(x)`; for a line these are Fieller's limits,
    exact for normal errors. If the leading coefficient may be 0, the set has no end: the bounds are infinite and
    `method` says so.

    Args:
        x: the parameter, shape (points,), with more than `degree` different values.
        y: measured values, shape (points,).
        standard_error: their known standard errors, positive, shape (points,).
        confidence: between 0 and 1.
        degree: of the polynomial; 1 is a line.

    Returns:
        The crossing within the range of x. If there is none there, the nearest one outside, marked as extrapolated.

    Raises:
        ValueError: if the polynomial has no zero at all or several within the range, and for malformed arrays.

    Reference:
        Fieller (1954), Some problems in interval estimation.

    Example:
        >>> print(linear_crossing([1, 2, 3], [-1.0, 0.1, 1.0], [0.1, 0.1, 0.1]))
        crossing at 1.96667 [1.85166, 2.08037] (95 %, Fieller); misfit p = 0.41 (0.667 on 1)
    """
    from scipy.special import chdtrc, ndtri

    level = _checks.confidence(confidence)
    order = _checks.count("degree", degree, minimum=1)
    abscissae = _checks.finite_sample("x", x, minimum=order + 1, instead="Drop these points.")
    values = _checks.finite_sample("y", y, minimum=order + 1, instead="Drop these points.")
    errors = _checks.finite_sample("standard_error", standard_error, minimum=order + 1, instead="Drop these points.")
    _checks.same_length("y", values.shape, "x", abscissae.size)
    _checks.same_length("standard_error", errors.shape, "x", abscissae.size)
    if errors.min() <= 0:
        raise ValueError(
            f"`standard_error` must be positive; got {errors.min():g} at index {int(np.argmin(errors))}. "
            "Measure with more runs, or drop points without spread."
        )
    if np.unique(abscissae).size <= order:
        found = np.unique(abscissae).size
        raise ValueError(f"`x` must hold more than `degree` = {order} different values; got {found}. Measure at more.")

    low, high = float(abscissae.min()), float(abscissae.max())
    unit = 0.5 * (high - low)

    def fit(centre: float) -> tuple[_checks.FloatArray, _checks.FloatArray]:
        """Return coefficients in (x - centre) / unit, and their covariance."""
        rows = np.vander((abscissae - centre) / unit, order + 1, increasing=True) / errors[:, None]
        inverse = np.linalg.pinv(rows, rcond=0.0)
        return inverse @ (values / errors), inverse @ inverse.T

    middle = 0.5 * (low + high)
    coefficients, _ = fit(middle)
    line = np.polynomial.Polynomial(coefficients, domain=[low, high])
    chi_square = float(np.sum(((values - line(abscissae)) / errors) ** 2))
    freedom = abscissae.size - order - 1
    zero, outside = _zero(coefficients)
    estimate = middle + unit * zero

    # p^2 - z^2 Var p in the distance from the estimate: well conditioned however small the standard errors are.
    local, covariance = fit(estimate)
    local[0] = 0.0  # up to rounding it is
    variance = np.zeros(2 * order + 1)
    for i in range(order + 1):
        variance[i : i + order + 1] += covariance[i]
    z = float(ndtri((1.0 - level) / 2))
    margin = np.polynomial.polynomial.polymul(local, local) - z**2 * variance
    ends = np.polynomial.polynomial.polyroots(margin)
    ends = ends[np.abs(ends.imag) <= 1e-9 * np.abs(ends)].real  # conjugate pairs are no ends
    lower = float(np.max(ends, where=ends < 0, initial=-math.inf))
    upper = float(np.min(ends, where=ends > 0, initial=math.inf))
    method = "Fieller" if order == 1 else f"Fieller, degree {order}"
    if margin[-1] <= 0:  # the set reaches infinity, on one side or around
        lower, upper = -math.inf, math.inf
        method += "; unbounded, the leading coefficient may be 0"
    if outside:
        method += "; extrapolated beyond the measured range"
    interval = Interval(estimate, estimate + unit * lower, estimate + unit * upper, level, method)
    return Crossing(interval, line, chi_square, freedom, float(chdtrc(freedom, chi_square)) if freedom else 1.0)


def _zero(coefficients: _checks.FloatArray) -> tuple[float, bool]:
    """Return the only zero within [-1, 1], or the nearest one outside and True."""
    trimmed = np.trim_zeros(coefficients, "b")
    roots = np.polynomial.polynomial.polyroots(trimmed) if trimmed.size else trimmed
    real = np.sort(roots[np.abs(roots.imag) <= 1e-9 * (1.0 + np.abs(roots))].real)
    if not real.size:
        raise ValueError(
            f"`y` must cross zero; got a fit that does not (coefficients {coefficients}). "
            "Measure at other x, or change `degree`."
        )
    inside = real[np.abs(real) <= 1.0 + 1e-9]  # rounding at a zero on the edge
    if inside.size > 1:
        raise ValueError(
            f"`y` must cross zero once in the range of `x`; got {inside.size} crossings. Pass the points around one."
        )
    return (float(inside[0]), False) if inside.size else (float(real[np.argmin(np.abs(real))]), True)
