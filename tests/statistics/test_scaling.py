"""Fits of run times over sizes: against NumPy's weighted fit, by hand, recovery, misfit and refusals."""

import math

import numpy as np
import pytest
import scipy.stats

from evo.statistics import Growth, power_law_fit, scaling_fit

SIZES = (20, 40, 80, 160)
LINES = (Growth(1), Growth(0))


def cell(mean, error, runs=9):
    """Run times with this mean and standard error."""
    pattern = scipy.stats.norm.ppf((np.arange(runs) + 0.5) / runs)
    pattern *= error * math.sqrt(runs) / pattern.std(ddof=1)
    return mean + pattern


def test_fit_equals_numpys_where_the_spread_is_a_power_of_n():
    rng = np.random.default_rng(1)
    errors = {n: 0.3 * n**0.8 for n in SIZES}
    means = {n: 50 + 4 * n + rng.normal(0, errors[n]) for n in SIZES}
    fit = scaling_fit({n: cell(means[n], errors[n]) for n in SIZES}, LINES)
    weights = 1 / np.array(list(errors.values()))
    coefficients, covariance = np.polyfit(SIZES, list(means.values()), 1, w=weights, cov="unscaled")
    np.testing.assert_allclose([c.estimate for c in fit.coefficients], coefficients, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-9)
    residuals = (np.polyval(coefficients, SIZES) - list(means.values())) * weights
    assert fit.chi_square == pytest.approx(residuals @ residuals, rel=1e-9)
    assert (fit.freedom, fit.sizes.tolist()) == (2, list(SIZES))
    # Johansen's law by hand
    rows = np.vander(SIZES, 2) * weights[:, None]
    leverage = np.diag(rows @ np.linalg.inv(rows.T @ rows) @ rows.T)
    a = ((1 - leverage) ** 2 / 8).sum()
    expected = scipy.stats.f.sf(fit.chi_square / (2 + 2 * a - 6 * a / 4), 2, 8 / (3 * a))
    assert fit.misfit_p == pytest.approx(expected, rel=1e-9)


def test_weights_are_smoothed_and_the_covariance_is_of_the_errors_found():
    rng = np.random.default_rng(2)
    errors = np.array([3.0, 9.0, 8.0, 40.0])
    means = 4 * np.array(SIZES) + 50 + rng.normal(0, errors)
    fit = scaling_fit({n: cell(mean, error) for n, mean, error in zip(SIZES, means, errors)}, LINES)
    logs = np.log(SIZES)
    smooth = np.exp(np.polyval(np.polyfit(logs, np.log(errors), 1), logs))
    rows = np.vander(SIZES, 2)
    inverse = np.linalg.inv((rows.T / smooth**2) @ rows) @ (rows.T / smooth**2)
    np.testing.assert_allclose([c.estimate for c in fit.coefficients], inverse @ means, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, inverse @ np.diag(errors**2) @ inverse.T, rtol=1e-9)
    # the misfit is that of each cell's own weights: the smallest there is
    best = np.polyval(np.polyfit(SIZES, means, 1, w=1 / errors), SIZES)
    assert fit.chi_square == pytest.approx((((means - best) / errors) ** 2).sum(), rel=1e-9)


def test_intervals_and_bands_of_one_growth_by_hand():
    fit = scaling_fit({10: cell(20, 1.0, 5), 40: cell(84, 4.0, 5)}, [Growth(1)], 0.9)
    # both cells tell the factor with the standard error 0.1: equal weights, 4 + 4 degrees of freedom
    assert fit.coefficients[0].estimate == pytest.approx(2.05, rel=1e-12)
    half = scipy.stats.t.ppf(0.95, 8) * 0.1 / math.sqrt(2)
    assert fit.coefficients[0].upper - 2.05 == pytest.approx(half, rel=1e-9)
    at = fit.predict(100)
    assert (at.estimate, at.upper - at.estimate) == pytest.approx((205, 100 * half), rel=1e-9)
    middle, lower, upper = fit.band([100])
    assert (middle[0], lower[0], upper[0]) == pytest.approx((at.estimate, at.lower, at.upper), rel=1e-9)  # one growth
    two = scaling_fit({n: cell(3 * n, n / 10) for n in SIZES})
    _, lower, upper = two.band([50, 500])
    assert all(lower[i] < two.predict(n).lower and two.predict(n).upper < upper[i] for i, n in enumerate([50, 500]))


def test_order_and_labels_do_not_matter():
    cells = {n: cell(n * math.log(n), n / 9) for n in SIZES}
    fit, turned = scaling_fit(cells), scaling_fit(dict(reversed(cells.items())), (Growth(1), Growth(1, 1)))
    np.testing.assert_allclose(
        [c.estimate for c in fit.coefficients], [c.estimate for c in turned.coefficients[::-1]], atol=1e-9
    )
    assert fit.coefficients[0].estimate == pytest.approx(1, abs=1e-9)
    assert str(fit).startswith("T ~ 1 [") and "n ln n + " in str(fit) and str(fit).endswith("misfit p = 1")


def test_a_wrong_form_shows_as_misfit():
    rng = np.random.default_rng(3)
    cells = {n: rng.normal(n * math.log(n), n / 5, 60) for n in (20, 40, 80, 160, 320)}
    assert scaling_fit(cells).misfit_p > 1e-9
    assert scaling_fit(cells, [Growth(1)]).misfit_p < 1e-9
    assert power_law_fit(cells).misfit_p < 1e-4  # n ln n is close to a power over one decade and a half


def test_power_law_by_hand():
    cells = {n: cell(3 * n**1.5, 0.03 * n**1.5, 30) for n in SIZES}
    fit = power_law_fit(cells, 0.9)
    assert fit.exponent.estimate == pytest.approx(1.5, rel=1e-9)
    assert fit.factor.estimate == pytest.approx(3 * math.exp(0.5e-4), rel=1e-9)  # e = 0.01 in every cell
    logs = np.log(SIZES)
    error = 0.01 / math.sqrt(((logs - logs.mean()) ** 2).sum())
    shares = (logs - logs.mean()) ** 4
    degrees = ((logs - logs.mean()) ** 2).sum() ** 2 / (shares.sum() / 29)
    assert fit.exponent.upper - 1.5 == pytest.approx(scipy.stats.t.ppf(0.95, degrees) * error, rel=1e-6)
    assert fit.predict(100).estimate == pytest.approx(3000 * math.exp(0.5e-4), rel=1e-9)
    middle, lower, upper = fit.band([100.0, 10_000.0])
    assert (lower < middle).all() and (middle < upper).all() and lower[0] < fit.predict(100).lower
    assert fit.misfit_p == pytest.approx(1.0) and str(fit).startswith("T ~ a n^k with k = 1.5 [")
    assert 1.5 in fit.exponent and 1.52 not in fit.exponent
    exact = power_law_fit({20: cells[20], 40: cells[40]})
    assert exact.freedom == 0 and exact.misfit_p == 1.0


def test_growths():
    assert [str(g) for g in (Growth(), Growth(0.5), Growth(2, 1), Growth(0, 1), Growth(-1, 2))] == [
        "n", "n^0.5", "n^2 ln n", "ln n", "n^-1 (ln n)^2",
    ]  # fmt: skip
    assert Growth(2, 1)(10.0) == pytest.approx(100 * math.log(10)) and Growth(0, 0)(7.0) == 1.0
    assert Growth(1, 1) == Growth(1.0, 1.0) and hash(Growth(1, 1)) == hash(Growth(1.0, 1.0))
