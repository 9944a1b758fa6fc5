"""Means of run times at several sizes, and straight-line fits to them."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks


class Cells(NamedTuple):
    """Sizes in rising order with the means found there, each array of shape (cells,)."""

    sizes: _checks.FloatArray
    means: _checks.FloatArray
    errors: _checks.FloatArray
    runs: _checks.IntArray


def measured(cells: Mapping[float, npt.ArrayLike], *, minimum: int) -> Cells:
    """Return sizes, means, standard errors and counts of `minimum` or more cells, refusing capped runs."""
    if not isinstance(cells, Mapping):
        raise TypeError(
            f"`cells` must map each size n to its run times; got {type(cells).__name__}. Pass {{100: steps, 200: ...}}."
        )
    if len(cells) < minimum:
        raise ValueError(f"`cells` must hold {minimum} or more sizes for this fit; got {len(cells)}. Measure at more.")
    rows = []
    for size, steps in cells.items():
        n = _checks.real("size", size)
        if not (1.0 <= n < math.inf):
            raise ValueError(f"the sizes of `cells` must be finite and at least 1; got {n:g}. Pass problem sizes n.")
        name = f"cells[{size!r}]"
        times = _checks.finite_sample(
            name,
            steps,
            minimum=3,
            instead="A mean without them would be too small, and one with the cap too: raise the cap of this cell, or "
            "leave it out of the fit.",
        )
        _checks.not_negative(name, times)
        if times.min() == times.max():
            raise ValueError(
                f"`{name}` must have spread; got {times[0]:g} in all {times.size} runs. Measure with more runs, or "
                "leave this cell out of the fit."
            )
        rows.append((n, times.mean(), times.std(ddof=1) / math.sqrt(times.size), times.size))
    sizes, means, errors, runs = np.array(sorted(rows), dtype=np.float64).T
    if np.unique(sizes).size < sizes.size:
        raise ValueError("`cells` must hold each size once; got one twice. Join the runs of that size.")
    return Cells(sizes, means, errors, runs.astype(np.int64))


def sizes(n: npt.ArrayLike) -> _checks.FloatArray:
    """Return the sizes at which a fit is asked for its mean, checked."""
    array = _checks.finite_sample("n", n, instead="Pass finite sizes.")
    if array.min() < 1.0:
        raise ValueError(f"`n` must be at least 1; got {array.min():g}. Pass problem sizes.")
    return array


class WeightedFit(NamedTuple):
    """Coefficients of weighted least squares with what their errors are made of."""

    coefficients: _checks.FloatArray
    #: effect of one standard error of each cell on each coefficient, shape (coefficients, cells)
    effects: _checks.FloatArray
    #: runs - 1 per cell
    degrees: _checks.FloatArray
    chi_square: float
    freedom: int
    misfit_p: float

    @property
    def covariance(self) -> _checks.FloatArray:
        """The covariance matrix of the coefficients."""
        return self.effects @ self.effects.T

    def pointwise(self, directions: npt.ArrayLike, level: float) -> tuple[_checks.FloatArray, _checks.FloatArray]:
        """Return linear combinations of the coefficients, one per row, and the half-widths of their intervals."""
        from scipy.special import stdtrit

        values, errors, degrees = self._along(directions)
        return values, -np.asarray(stdtrit(degrees, (1.0 - level) / 2)) * errors

    def everywhere(self, directions: npt.ArrayLike, level: float) -> tuple[_checks.FloatArray, _checks.FloatArray]:
        """Return linear combinations and their half-widths in Scheffé's band, which holds for all of them at once."""
        from scipy.special import fdtri

        values, errors, degrees = self._along(directions)
        count = self.coefficients.size
        return values, np.sqrt(count * np.asarray(fdtri(count, degrees, level))) * errors

    def _along(self, directions: npt.ArrayLike) -> tuple[_checks.FloatArray, _checks.FloatArray, _checks.FloatArray]:
        """Return linear combinations, their standard errors and Satterthwaite's degrees of freedom."""
        vectors = np.asarray(directions, dtype=np.float64)
        shares = (vectors @ self.effects) ** 2
        variances = shares.sum(axis=1)
        spread = np.sum(shares**2 / self.degrees, axis=1)
        some = np.full_like(variances, self.degrees.sum())  # at a size where every growth is 0
        degrees = np.divide(variances**2, spread, out=some, where=spread > 0.0)
        return vectors @ self.coefficients, np.sqrt(variances), degrees


def fit(found: Cells, rows: _checks.FloatArray, values: _checks.FloatArray, errors: _checks.FloatArray) -> WeightedFit:
    """Fit `values` with standard errors `errors` by `rows @ coefficients`."""
    from scipy.special import fdtrc

    degrees = (found.runs - 1).astype(np.float64)
    inverse, _ = _inverse(rows, _smooth(found, errors))
    freedom = values.size - rows.shape[1]
    chi_square, misfit_p = 0.0, 1.0
    if freedom:  # judged with each cell's own standard error, as Johansen's law of the residuals has it
        own, leverage = _inverse(rows, errors)
        chi_square = float(np.sum(((values - rows @ (own @ values)) / errors) ** 2))
        a = float(np.sum((1.0 - leverage) ** 2 / degrees))
        factor = freedom + 2.0 * a - 6.0 * a / (freedom + 2.0)
        misfit_p = float(fdtrc(freedom, freedom * (freedom + 2.0) / (3.0 * a), chi_square / factor))
    return WeightedFit(inverse @ values, inverse * errors, degrees, chi_square, freedom, misfit_p)


def _smooth(found: Cells, errors: _checks.FloatArray) -> _checks.FloatArray:
    """Return standard errors from standard deviations that are a power of n, fitted through those of the cells."""
    deviations = np.log(errors * np.sqrt(found.runs))
    logs = np.log(found.sizes)
    if found.sizes.size < 3:
        return errors
    line = np.polynomial.Polynomial.fit(logs, deviations, 1, w=np.sqrt(found.runs - 1.0))
    return np.exp(line(logs)) / np.sqrt(found.runs)


def _inverse(rows: _checks.FloatArray, errors: _checks.FloatArray) -> tuple[_checks.FloatArray, _checks.FloatArray]:
    """Return the matrix that takes values to coefficients weighted by 1/errors^2, and the leverages of the cells."""
    standard = rows / errors[:, None]
    scale = np.linalg.norm(standard, axis=0)
    if not scale.all() or np.linalg.cond(standard / scale) > 1e10:
        raise ValueError(
            "`cells` and the growths must tell the coefficients apart; got sizes at which the growths are "
            "proportional. Measure at more sizes, or fit fewer growths."
        )
    inverse = np.linalg.pinv(standard / scale) / scale[:, None]
    return inverse / errors, np.einsum("ki,ik->i", inverse, standard)
