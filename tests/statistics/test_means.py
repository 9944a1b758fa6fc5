"""Means without Student: the bootstrap by its definition, the distribution-free bounds summed exactly."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import bernstein_interval, bootstrap, bootstrap_interval, bounded_mean_interval, mean_interval

FIXED = settings(derandomize=True, deadline=None, max_examples=60)
TIMES = np.random.default_rng(1).exponential(100.0, 12)


def test_bootstrap_is_its_definition():
    interval = bootstrap_interval(TIMES, 0.9, seed=3, resamples=199)
    rng = np.random.default_rng(3)
    samples = [TIMES[rng.integers(0, 12, 12)] for _ in range(199)]
    ratios = sorted((x.mean() - TIMES.mean()) / scipy.stats.sem(x) for x in samples)
    error = scipy.stats.sem(TIMES)
    assert interval.lower == pytest.approx(TIMES.mean() - error * ratios[-10], rel=1e-12)  # (199 + 1) 0.05 = 10
    assert interval.upper == pytest.approx(TIMES.mean() - error * ratios[9], rel=1e-12)
    assert interval.estimate == TIMES.mean()
    assert interval.method == "bootstrap-t, 199 resamples of 12 runs"


def test_bootstrap_does_not_depend_on_how_much_is_resampled_at_once(monkeypatch):
    whole = bootstrap_interval(TIMES, seed=3, resamples=500)
    monkeypatch.setattr(bootstrap, "_ENTRIES", 100)
    assert bootstrap_interval(TIMES, seed=3, resamples=500) == whole
    assert bootstrap_interval(TIMES, seed=4, resamples=500) != whole


@pytest.mark.parametrize(("shift", "scale"), [(1000.0, 1.0), (0.0, 7.0), (-3.0, 0.01)])
def test_bootstrap_moves_with_the_unit(shift, scale):
    plain, moved = (bootstrap_interval(x, seed=1, resamples=999) for x in (TIMES, shift + scale * TIMES))
    np.testing.assert_allclose(
        (moved.lower, moved.upper), shift + scale * np.array([plain.lower, plain.upper]), rtol=1e-9
    )


def test_bootstrap_leans_to_the_long_side_and_ends_at_students_for_many_runs():
    skewed, student = bootstrap_interval(TIMES, seed=1), mean_interval(TIMES)
    assert skewed.upper - skewed.estimate > 1.2 * (skewed.estimate - skewed.lower)
    normal = np.random.default_rng(2).normal(5.0, 1.0, 4000)
    many, student = bootstrap_interval(normal, seed=1), mean_interval(normal)
    # an order statistic of 9999: its standard error is sqrt(0.025 0.975 / 9999) / density(1.96) = 0.027 of one z
    slack = 6.2 * 0.027 * normal.std() / math.sqrt(4000)
    assert abs(many.lower - student.lower) < slack and abs(many.upper - student.upper) < slack


def test_bootstrap_of_two_runs_bounds_nothing():
    interval = bootstrap_interval([1.0, 2.0], seed=1)
    assert (interval.lower, interval.upper) == (-math.inf, math.inf)


# ------------------------------------------------------------------------------------------ distribution-free bounds


@FIXED
@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.floats(0.05, 0.999))
def test_bounded_mean_is_the_area_under_the_band(values, confidence):
    interval = bounded_mean_interval(values, -1, 22, confidence)
    n, radius = len(values), math.sqrt(math.log(2 / (1 - confidence)) / (2 * len(values)))
    places = np.arange(-1, 22)  # F is constant from one integer to the next
    share = np.array([sum(v <= t for v in values) for t in places]) / n
    assert interval.upper == pytest.approx(22 - np.maximum(share - radius, 0).sum(), abs=1e-9)
    assert interval.lower == pytest.approx(-1 + np.maximum(1 - share - radius, 0).sum(), abs=1e-9)
    assert interval.upper - interval.estimate <= 23 * radius + 1e-9  # Hoeffding
    assert interval.estimate - interval.lower <= 23 * radius + 1e-9
    assert -1 <= interval.lower <= interval.estimate <= interval.upper <= 22


@pytest.mark.parametrize("method", [bounded_mean_interval, bernstein_interval])
@pytest.mark.parametrize("n", [5, 40, 400])
def test_distribution_free_coverage_summed_exactly(method, n):
    # Values 0 and 1: the law with the largest variance, where the bounds are tightest; every sample by its probability.
    confidence = 0.8
    intervals = [method(np.repeat([0.0, 1.0], [n - k, k]), 0, 1, confidence) for k in range(n + 1)]
    for p in (0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 0.995):
        covered = [k for k in range(n + 1) if p in intervals[k]]
        assert scipy.stats.binom.pmf(covered, n, p).sum() >= confidence


def test_bernstein_closed_form():
    values = np.random.default_rng(5).uniform(20, 30, 300)
    interval, log = bernstein_interval(values, 0, 100, 0.9), math.log(30)
    half = values.std(ddof=1) * math.sqrt(2 * log / 300) + 100 * log * (2 / math.sqrt(300 * 299) + 1 / 900)
    assert interval.upper - interval.estimate == pytest.approx(half, rel=1e-12)
    assert interval.estimate - interval.lower == pytest.approx(half, rel=1e-12)


def test_which_bound_is_narrower_depends_on_the_number_of_runs():
    few, many = (np.random.default_rng(6).gamma(9.0, 1.0, size) for size in (50, 2000))
    width = {
        (f.__name__, x.size): f(x, 0, 100).upper - f(x, 0, 100).lower
        for f in (bounded_mean_interval, bernstein_interval)
        for x in (few, many)
    }
    assert width["bounded_mean_interval", 50] < width["bernstein_interval", 50]
    assert width["bernstein_interval", 2000] < width["bounded_mean_interval", 2000]
