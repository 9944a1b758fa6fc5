"""Capped runs: survival curves against scipy, reductions to the uncapped case, coverage."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import expected_running_time, kaplan_meier, mean_interval, restricted_mean, smallest_cap

INF = math.inf
FIXED = settings(derandomize=True, deadline=None, max_examples=60)

runs_with_caps = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12)), min_size=2, max_size=40)


def capped(times, caps):
    """What is seen of run times under caps: steps and spent."""
    times, caps = np.asarray(times, dtype=float), np.asarray(caps, dtype=float)
    return np.where(times <= caps, times, INF), np.minimum(times, caps)


@FIXED
@given(runs_with_caps)
def test_kaplan_meier_equals_scipy(pairs):
    steps, spent = capped(*zip(*pairs))
    observed = np.isfinite(steps)
    curve = kaplan_meier(spent, observed)
    data = scipy.stats.CensoredData.right_censored(spent, ~observed)
    if not observed.any():
        assert curve.times.size == 0
        return
    expected = scipy.stats.ecdf(data).sf
    np.testing.assert_allclose(curve.survival, expected.evaluate(curve.times), rtol=1e-12, atol=1e-15)


def test_greenwood_equals_the_textbook():
    # Freireich's 6-MP remissions: Kaplan-Meier and Greenwood as tabulated by Klein and Moeschberger (2003), table 4.1A.
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    observed = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    curve = kaplan_meier(times, observed)
    np.testing.assert_array_equal(curve.times, [6, 7, 10, 13, 16, 22, 23])
    np.testing.assert_allclose(curve.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4)
    np.testing.assert_allclose(np.sqrt(curve.variance), [0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135], atol=5.1e-4)


def test_without_caps_the_curve_is_the_empirical_one_and_greenwood_binomial():
    values = np.random.default_rng(1).geometric(0.2, 50)
    curve = kaplan_meier(values, np.ones(50, dtype=bool))
    empirical = np.array([(values > t).mean() for t in curve.times])
    np.testing.assert_allclose(curve.survival, empirical, rtol=1e-12, atol=1e-15)  # 50 roundings
    np.testing.assert_allclose(curve.variance, empirical * (1 - empirical) / 50, rtol=1e-12, atol=1e-15)


@FIXED
@given(st.lists(st.integers(0, 50), min_size=2, max_size=40).filter(lambda x: len(set(x)) > 1))
def test_restricted_mean_without_caps_is_students(values):
    interval, plain = restricted_mean(values, values), mean_interval(values)
    assert interval.estimate == pytest.approx(plain.estimate, rel=1e-12)
    assert interval.upper == pytest.approx(plain.upper, rel=1e-9)  # the variance telescopes: cancellation of 40 terms
    assert interval.lower == pytest.approx(max(plain.lower, 0.0), rel=1e-9, abs=1e-9)


@FIXED
@given(runs_with_caps)
def test_restricted_mean_to_the_smallest_cap_is_the_mean_of_cut_values(pairs):
    steps, spent = capped(*zip(*pairs))
    horizon = smallest_cap(steps, spent)
    interval = restricted_mean(steps, spent)
    assert interval.estimate == pytest.approx(
        np.minimum(np.where(np.isinf(steps), INF, steps), horizon).mean(), rel=1e-12
    )
    assert 0 <= interval.lower <= interval.estimate <= interval.upper <= horizon


def test_restricted_mean_is_the_area_under_the_curve():
    rng = np.random.default_rng(2)
    steps, spent = capped(rng.geometric(0.1, 200), rng.integers(5, 40, 200))
    horizon = 20
    interval = restricted_mean(steps, spent, horizon)
    curve = kaplan_meier(spent, np.isfinite(steps))
    area = sum(np.append(1.0, curve.survival)[np.searchsorted(curve.times, t, side="right")] for t in range(horizon))
    assert interval.estimate == pytest.approx(area, rel=1e-12)
    assert "Kaplan-Meier" in interval.method and "20 steps" in interval.method


def test_restricted_mean_coverage_with_different_caps(fewest_hits):
    rng, trials, n, horizon, p = np.random.default_rng(3), 1500, 150, 25, 0.05
    true = sum((1 - p) ** t for t in range(horizon))
    hits = naive = 0
    for _ in range(trials):
        times, caps = rng.geometric(p, n), rng.integers(5, 60, n)
        steps, spent = capped(times, caps)
        hits += true in restricted_mean(steps, spent, horizon, 0.95)
        naive += true in mean_interval(np.minimum(spent, horizon))
    allowed = fewest_hits(trials, 0.95 - 0.02)  # 0.02: first-order error of the interval, of the order n^-1/2 / 4
    assert hits >= allowed
    assert naive < allowed  # caps taken for goals are found out


def test_restricted_mean_without_a_goal_bounds_the_mean_from_below(fewest_hits):
    interval = restricted_mean([INF, INF, INF], [10, 10, 12])
    assert (interval.estimate, interval.upper) == (10.0, 10.0)
    assert interval.lower == pytest.approx(10 * 0.025 ** (1 / 3))
    assert "no goal" in interval.method
    rng, trials, p = np.random.default_rng(4), 1000, 0.02  # goals are rare: about a third of the samples have none
    true = sum((1 - p) ** t for t in range(10))
    none = [s for s in (capped(rng.geometric(p, 6), np.full(6, 10)) for _ in range(trials)) if np.isinf(s[0]).all()]
    assert len(none) > 100
    assert all(true in restricted_mean(*s) for s in none)


def test_smallest_cap():
    assert smallest_cap([1, 2], [1, 2]) == INF
    assert smallest_cap([1, INF, INF], [1, 9, 7]) == 7


def test_ert_closed_forms():
    assert expected_running_time([10, 30, 50, 30], [True, True, False, True]).estimate == 40
    never = expected_running_time([10.0, 30.0], [False, False], 0.9)
    assert (never.estimate, never.upper) == (INF, INF)
    assert never.lower == pytest.approx(20 / (1 - math.sqrt(0.05)))
    assert expected_running_time([0, 0], [True, True]).upper == 0


def test_ert_interval_is_the_delta_method():
    rng = np.random.default_rng(5)
    spent = rng.uniform(1, 9, 60)
    reached = rng.random(60) < 0.4
    interval = expected_running_time(spent, reached, 0.9)
    # Var(ln A/B) from the covariance matrix of the two means
    matrix = np.cov(spent, reached) / 60
    gradient = np.array([1 / spent.mean(), -1 / reached.mean()])
    error = math.sqrt(gradient @ matrix @ gradient)
    factor = math.exp(scipy.stats.t.isf(0.05, 59) * error)
    assert interval.upper / interval.estimate == pytest.approx(factor, rel=1e-12)
    assert interval.estimate / interval.lower == pytest.approx(factor, rel=1e-12)


def test_ert_coverage(fewest_hits):
    rng, trials, n, p, cap = np.random.default_rng(6), 1500, 150, 0.05, 20
    true = 1 / p  # restarts of a memoryless search change nothing
    hits = 0
    for _ in range(trials):
        steps, spent = capped(rng.geometric(p, n), np.full(n, cap))
        hits += true in expected_running_time(spent, np.isfinite(steps), 0.95)
    assert hits >= fewest_hits(trials, 0.95 - 0.02)  # first-order error as above


@FIXED
@given(runs_with_caps, st.integers(1, 100))
def test_ert_scales_with_the_unit_of_time(pairs, factor):
    steps, spent = capped(*zip(*pairs))
    interval = expected_running_time(spent, np.isfinite(steps))
    scaled = expected_running_time(factor * spent, np.isfinite(steps))
    assert interval.lower <= interval.estimate <= interval.upper
    assert scaled.estimate == pytest.approx(factor * interval.estimate, rel=1e-12)
    assert scaled.lower == pytest.approx(factor * interval.lower, rel=1e-9)
