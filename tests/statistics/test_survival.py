"""Survival curves with bounds: SciPy's curve, Clopper and Pearson below the caps, quantiles, caps that differ."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import (
    binomial_interval,
    kaplan_meier,
    quantile_interval,
    smallest_cap,
    survival_curve,
    survival_quantile,
)

INF = math.inf
FIXED = settings(derandomize=True, deadline=None, max_examples=60)
runs_with_caps = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=40)


def capped(times, caps):
    times, caps = np.asarray(times, dtype=float), np.asarray(caps, dtype=float)
    return np.where(times <= caps, times, INF), np.minimum(times, caps)


@FIXED
@given(runs_with_caps, st.floats(0.1, 0.99))
def test_curve_is_kaplan_meiers_between_ordered_bounds(pairs, confidence):
    steps, spent = capped(*zip(*pairs))
    curve = survival_curve(steps, spent, confidence)
    assert (curve.count, curve.capped) == (len(pairs), np.isinf(steps).sum())
    estimate = kaplan_meier(spent, np.isfinite(steps))
    index = np.searchsorted(estimate.times, curve.times, side="right")
    np.testing.assert_allclose(curve.survival, np.append(1.0, estimate.survival)[index], rtol=1e-12, atol=1e-14)
    assert (curve.lower <= curve.survival + 1e-12).all() and (curve.survival <= curve.upper + 1e-12).all()
    assert (np.diff(curve.lower) <= 1e-12).all() and (np.diff(curve.upper) <= 1e-12).all()
    assert (curve.lower >= 0).all() and (curve.upper <= 1).all() and (np.diff(curve.times) > 0).all()


@FIXED
@given(runs_with_caps, st.floats(0.1, 0.99))
def test_before_the_smallest_cap_bounds_are_clopper_pearson(pairs, confidence):
    steps, spent = capped(*zip(*pairs))
    curve = survival_curve(steps, spent, confidence)
    for time, lower, upper in zip(curve.times, curve.lower, curve.upper):
        if time < smallest_cap(steps, spent):
            exact = binomial_interval(int((steps > time).sum()), len(pairs), confidence)
            assert (lower, upper) == pytest.approx((exact.lower, exact.upper), rel=1e-9, abs=1e-12)  # two inverse betas


def test_beyond_a_cap_by_hand():
    # Goals at 1 and 3 with 4 and 2 runs watched, a cap at 2: Beta(4, 1) Beta(2, 1) in mean and variance.
    curve = survival_curve([1, INF, 3, 4], [1, 2, 3, 4], 0.9)
    mean, moment = 4 / 5 * 2 / 3, 4 / 6 * 2 / 4
    total = mean * (1 - mean) / (moment - mean**2) - 1
    law = scipy.stats.beta(mean * total, (1 - mean) * total)
    assert curve.upper[curve.times.tolist().index(3)] == pytest.approx(law.ppf(0.95), rel=1e-9)
    mean, moment = mean / 2, moment / 3  # times Beta(1, 1): one run is left
    total = mean * (1 - mean) / (moment - mean**2) - 1
    law = scipy.stats.beta(mean * total, (1 - mean) * total)
    assert curve.lower[curve.times.tolist().index(3)] == pytest.approx(law.ppf(0.05), rel=1e-9)


@FIXED
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=40),
    st.sampled_from([5, 10, 100]),
    st.sampled_from([0.1, 0.3, 0.5, 0.9]),
    st.sampled_from([0.5, 0.9, 0.95]),
)
def test_with_one_common_cap_quantiles_are_order_statistics(times, cap, q, confidence):
    steps, spent = capped(times, np.full(len(times), cap))
    ours = survival_quantile(steps, spent, q, confidence)
    order = quantile_interval(steps, q, confidence, horizon=smallest_cap(steps, spent))
    assert (ours.estimate, ours.lower, ours.upper) == (order.estimate, order.lower, order.upper)


def test_late_runs_count_where_caps_differ():
    rng = np.random.default_rng(1)
    steps, spent = capped(rng.geometric(0.05, 400), rng.integers(3, 60, 400))
    early = quantile_interval(steps, 0.5, horizon=smallest_cap(steps, spent))
    assert (early.estimate, early.upper) == (INF, INF)
    assert survival_quantile(steps, spent).upper < 20
    assert "runs capped; beta product bounds" in survival_quantile(steps, spent).method


def test_no_goal_at_all():
    curve = survival_curve([INF, INF], [5, 7], 0.9)
    assert curve.survival.tolist() == curve.upper.tolist() == [1.0, 1.0]
    assert curve.lower.tolist() == [pytest.approx(0.05), 0.0]  # one run watched after 5, none after 7
    interval = survival_quantile([INF] * 9, [5] * 9)
    assert (interval.estimate, interval.lower, interval.upper) == (INF, 5.0, INF)
