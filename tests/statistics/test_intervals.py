"""Intervals against scipy, against exact binomial sums, and their coverage."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import Interval, binomial_interval, mean_interval, quantile_interval

INF = math.inf
FIXED = settings(derandomize=True, deadline=None, max_examples=60)


def test_mean_equals_scipy():
    values = np.random.default_rng(1).gamma(2.0, 50.0, 37)
    interval = mean_interval(values, 0.99)
    expected = scipy.stats.t.interval(0.99, 36, values.mean(), scipy.stats.sem(values))
    np.testing.assert_allclose(
        (interval.lower, interval.upper), expected, rtol=1e-12
    )  # two float64 routines for one quantile
    assert interval.estimate == values.mean()


def test_mean_covers_normal_values_as_often_as_it_says(fewest_hits, most_hits):
    rng, trials = np.random.default_rng(2), 4000
    hits = sum(3.0 in mean_interval(rng.normal(3.0, 2.0, 5), 0.8) for _ in range(trials))
    assert fewest_hits(trials, 0.8) <= hits <= most_hits(trials, 0.8)
    # Power: with the normal quantile in place of Student's, coverage at n = 5 would be
    wrong = 1 - 2 * scipy.stats.t.sf(scipy.stats.norm.isf(0.1), 4)
    assert scipy.stats.binom.sf(fewest_hits(trials, 0.8), trials, wrong) < 1e-3


@FIXED
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30), st.floats(0.01, 0.999), st.integers(1, 1000))
def test_mean_moves_with_the_values_and_ignores_their_order(values, confidence, shift):
    array = np.array(values, dtype=float)
    interval = mean_interval(array, confidence)
    moved = mean_interval(array[::-1] + shift, confidence)
    # n roundings of sums of size n * 1e6, blown up by the quantile
    slack = 1e-12 * (1e6 * array.size + interval.upper - interval.lower)
    assert interval.lower <= interval.estimate <= interval.upper
    assert abs(moved.lower - interval.lower - shift) <= slack
    assert abs(moved.upper - interval.upper - shift) <= slack


@pytest.mark.parametrize("n", [1, 2, 7, 50])
@pytest.mark.parametrize("q", [0.1, 0.5, 0.93])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 1 - 1e-6])
def test_quantile_takes_the_tightest_order_statistics(n, q, confidence):
    interval = quantile_interval(np.arange(1.0, n + 1), q, confidence)
    tail, binomial = (1 - confidence) / 2, scipy.stats.binom(n, q)
    low = 0 if interval.lower == -INF else int(interval.lower)
    high = n + 1 if interval.upper == INF else int(interval.upper)
    assert low == max(k for k in range(n + 1) if binomial.cdf(k - 1) <= tail)
    assert high == min(k for k in range(1, n + 2) if binomial.sf(k - 1) <= tail)
    assert interval.estimate == math.ceil(round(n * q, 9))


def test_quantile_coverage_for_continuous_and_discrete_laws(fewest_hits, most_hits):
    rng, trials, n, q, confidence = np.random.default_rng(3), 3000, 40, 0.3, 0.9
    first = quantile_interval(np.arange(1.0, n + 1), q, confidence)
    exact = scipy.stats.binom.cdf(first.upper - 1, n, q) - scipy.stats.binom.cdf(first.lower - 1, n, q)
    true = scipy.stats.expon.ppf(q)
    hits = sum(true in quantile_interval(rng.exponential(size=n), q, confidence) for _ in range(trials))
    assert fewest_hits(trials, exact) <= hits <= most_hits(trials, exact)
    true = scipy.stats.geom.ppf(q, 0.1)
    hits = sum(true in quantile_interval(rng.geometric(0.1, n), q, confidence) for _ in range(trials))
    assert hits >= fewest_hits(trials, confidence)


def test_quantile_with_capped_runs():
    capped = [*range(1, 9), INF, INF, INF]
    assert quantile_interval(capped, 0.5, 0.9).upper == INF
    assert "no upper bound: capped runs" in quantile_interval(capped, 0.5, 0.9).method
    early = quantile_interval(capped, 0.2, 0.9)
    assert (early.estimate, early.upper) == (3.0, 6.0) and "capped" not in early.method
    assert quantile_interval([INF] * 9).estimate == INF


def test_quantile_beyond_the_caps_is_bounded_by_what_was_watched():
    # Were the lower bound on a capped run infinite, the interval would miss a finite quantile beyond the cap.
    assert quantile_interval([INF] * 9, horizon=20).lower == 20
    assert quantile_interval([INF] * 8 + [3]).lower == 3 and quantile_interval([INF] * 9).lower == -INF
    rng, cap, true = np.random.default_rng(4), 5, scipy.stats.geom.ppf(0.9, 0.1)
    times = rng.geometric(0.1, (200, 30))  # all 30 below the cap: with probability 2e-12
    assert all(true in quantile_interval(np.where(x <= cap, x, INF), 0.9, 0.95, horizon=cap) for x in times)


def test_quantile_below_a_horizon_does_not_see_what_lies_beyond():
    a = [1, 2, 3, 4, 5, 6, 7, INF, INF, 90, INF, 80]
    b = [1, 2, 3, 4, 5, 6, 7, INF, INF, INF, INF, INF]
    assert quantile_interval(a, 0.3, horizon=10) == quantile_interval(b, 0.3, horizon=10)


@FIXED
@given(
    st.lists(st.one_of(st.integers(0, 20).map(float), st.just(INF)), min_size=1, max_size=40),
    st.floats(0.02, 0.98),
    st.floats(0.1, 0.99),
)
def test_quantile_bounds_are_ordered_and_commute_with_rising_maps(values, q, confidence):
    interval = quantile_interval(values, q, confidence)
    assert interval.lower <= interval.estimate <= interval.upper
    squared = quantile_interval(np.square(values), q, confidence)
    assert squared.estimate == interval.estimate**2 and squared.upper == interval.upper**2
    wider = quantile_interval(values, q, 0.5 * (1 + confidence))
    assert wider.lower <= interval.lower and interval.upper <= wider.upper


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (10, 10), (1, 1), (3, 17), (9_999, 10_000)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 1 - 1e-9])
def test_binomial_equals_scipy(successes, trials, confidence):
    interval = binomial_interval(successes, trials, confidence)
    expected = scipy.stats.binomtest(successes, trials).proportion_ci(confidence, "exact")
    np.testing.assert_allclose((interval.lower, interval.upper), expected, atol=4e-12)  # its root finder stops at 2e-12
    tail = (1 - confidence) / 2  # the defining equations, to the accuracy of two special functions
    if successes:
        assert scipy.stats.binom.sf(successes - 1, trials, interval.lower) == pytest.approx(tail, rel=1e-7)
    if successes < trials:
        assert scipy.stats.binom.cdf(successes, trials, interval.upper) == pytest.approx(tail, rel=1e-7)


@pytest.mark.parametrize("p", [0.003, 0.2, 0.5])
def test_binomial_coverage_summed_exactly(p):
    n, confidence = 60, 0.9
    covered = [k for k in range(n + 1) if p in binomial_interval(k, n, confidence)]
    assert scipy.stats.binom.pmf(covered, n, p).sum() >= confidence


@FIXED
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.999))
def test_binomial_is_symmetric(pair, confidence):
    successes, trials = pair
    interval = binomial_interval(successes, trials, confidence)
    mirrored = binomial_interval(trials - successes, trials, confidence)
    assert 0 <= interval.lower <= interval.estimate <= interval.upper <= 1
    assert interval.lower == pytest.approx(1 - mirrored.upper, abs=1e-12)  # inverse incomplete beta, to float64


def test_interval_reads_well():
    interval = Interval(1234.5678, 1200.0, INF, 0.95, "Student t")
    assert repr(interval) == "Interval(1234.57 in [1200, inf], 95 %, Student t)"
    assert str(interval) == "1234.57 [1200, inf] (95 %, Student t)"
    assert 1200 in interval and 1199 not in interval
    with pytest.raises(AttributeError):
        interval.lower = 0.0  # type: ignore[misc]
