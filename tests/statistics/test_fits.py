"""The zero of a fitted line: closed forms, Fieller's limits, coverage."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import linear_crossing

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_fit_equals_weighted_least_squares():
    y, errors = np.array([-2.1, -0.9, 0.2, 1.0, 2.2]), np.array([0.1, 0.2, 0.1, 0.3, 0.2])
    crossing = linear_crossing(X, y, errors)
    slope, intercept = np.polyfit(X, y, 1, w=1 / errors)
    assert crossing.interval.estimate == pytest.approx(-intercept / slope, rel=1e-12)
    np.testing.assert_allclose(crossing.line(X), intercept + slope * X, atol=1e-12)
    assert crossing.chi_square == pytest.approx((((y - intercept - slope * X) / errors) ** 2).sum(), rel=1e-10)
    assert crossing.misfit_p == pytest.approx(scipy.stats.chi2.sf(crossing.chi_square, 3), rel=1e-10)


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-9])
def test_bounds_are_fiellers(scale):
    y, errors = np.array([-2.0, -1.0, 0.1, 1.0, 2.0]), scale * np.array([0.1, 0.2, 0.1, 0.3, 0.2])
    interval = linear_crossing(X, y, errors, 0.9).interval
    # By hand, in coordinates centred at the crossing so that nothing cancels.
    rows = np.stack([np.ones(5), X - interval.estimate], axis=1) / errors[:, None]
    covariance = np.linalg.inv(rows.T @ rows)
    slope = (covariance @ rows.T @ (y / errors))[1]
    z2 = scipy.stats.norm.isf(0.05) ** 2
    a, b, c = slope**2 - z2 * covariance[1, 1], -2 * z2 * covariance[0, 1], -z2 * covariance[0, 0]
    root = math.sqrt(b * b - 4 * a * c)
    # the offset is known to the rounding of the estimate, 1e-15, relative to bounds of size `scale`
    assert interval.lower - interval.estimate == pytest.approx((-b - root) / (2 * a), rel=1e-9 + 1e-14 / scale)
    assert interval.upper - interval.estimate == pytest.approx((-b + root) / (2 * a), rel=1e-9 + 1e-14 / scale)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_coverage(fewest_hits, degree):
    rng, trials, confidence = np.random.default_rng(degree), 1000, 0.9
    x = np.linspace(0.0, 2.0, 9)
    truth = np.array([-0.7, 1.0, 0.2, 0.1][: degree + 1])
    errors = np.linspace(0.05, 0.15, 9)
    zeros = np.polynomial.polynomial.polyroots(truth)
    zero = next(float(r.real) for r in zeros if abs(r.imag) < 1e-9 and 0 < r.real < 2)
    mean = np.polynomial.polynomial.polyval(x, truth)
    hits = sum(
        zero in linear_crossing(x, rng.normal(mean, errors), errors, confidence, degree=degree).interval
        for _ in range(trials)
    )
    # exact for a line; above it the set may have further parts, which only matter where p is nearly flat
    assert hits >= fewest_hits(trials, confidence)


def test_coverage_would_find_errors_taken_too_small(fewest_hits):
    rng, trials = np.random.default_rng(7), 1000
    errors = np.full(5, 0.2)
    hits = sum(3.0 in linear_crossing(X, rng.normal(X - 3.0, errors), errors / 2, 0.9).interval for _ in range(trials))
    assert hits < fewest_hits(trials, 0.9)


def test_a_flat_line_bounds_nothing():
    interval = linear_crossing(X, [-0.1, 0.0, 0.05, 0.0, 0.1], np.full(5, 1.0)).interval
    assert (interval.lower, interval.upper) == (-math.inf, math.inf) and "unbounded" in interval.method


def test_a_crossing_outside_is_marked():
    interval = linear_crossing(X, X + 1.0, np.full(5, 0.1)).interval
    assert interval.estimate == pytest.approx(-1.0) and "extrapolated" in interval.method
    assert "extrapolated" not in linear_crossing(X, X - 5.0, np.full(5, 0.1)).interval.method


def test_a_bent_curve_shows_as_misfit():
    y = (X - 3.0) + (X - 3.0) ** 2
    assert linear_crossing(X, y - 0.5, np.full(5, 0.1)).misfit_p < 1e-9
    exact = linear_crossing(X[:2], [-1.0, 1.0], [0.1, 0.1])
    assert exact.misfit_p == 1.0 and exact.freedom == 0
    assert str(exact).startswith("crossing at 1.5 [")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.floats(-3, 3), st.floats(0.5, 20), st.floats(0.1, 10), st.sampled_from([-1.0, 1.0]))
def test_crossing_moves_with_the_units(shift, stretch, height, sign):
    y, errors = np.array([-2.1, -0.9, 0.2, 1.0, 2.2]), np.full(5, 0.1)
    plain = linear_crossing(X, y, errors).interval
    moved = linear_crossing(shift + stretch * X, sign * height * y, height * errors).interval
    for a, b in [(plain.estimate, moved.estimate), (plain.lower, moved.lower), (plain.upper, moved.upper)]:
        assert b == pytest.approx(shift + stretch * a, rel=1e-10, abs=1e-10)  # rounding of x and of the roots


def test_no_single_crossing_is_refused():
    with pytest.raises(ValueError, match=r"`y` must cross zero once in the range of `x`; got 2 crossings"):
        linear_crossing(X, (X - 2) * (X - 4), np.full(5, 0.1), degree=2)
    with pytest.raises(ValueError, match=r"`y` must cross zero; got a fit that does not"):
        linear_crossing(X, (X - 2) ** 2 + 1, np.full(5, 0.1), degree=2)
    with pytest.raises(ValueError, match=r"`y` must cross zero; got a fit that does not"):
        linear_crossing(X, np.zeros(5), np.full(5, 0.1))
