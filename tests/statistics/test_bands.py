"""Bands around distribution functions: closed form, shape, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import dkw_radius, ecdf_band

INF = math.inf


def test_radius_solves_massarts_bound():
    for n, alpha in [(1, 0.5), (100, 0.05), (10_000, 1e-9), (10_000, 1e-300)]:
        assert 2 * math.exp(-2 * n * dkw_radius(n, alpha=alpha) ** 2) == pytest.approx(alpha, rel=1e-10)
    assert dkw_radius(50, 0.95) == pytest.approx(dkw_radius(50, alpha=0.05), rel=1e-14)
    assert round(dkw_radius(10_000, alpha=1e-9), 3) == 0.033


def test_band_covers_a_discrete_law(fewest_hits):
    rng, trials, n, confidence = np.random.default_rng(1), 2000, 100, 0.8
    support = np.arange(13)
    law = np.cumsum([math.comb(12, k) for k in support]) / 2**12
    hits = 0
    for _ in range(trials):
        band = ecdf_band(rng.binomial(12, 0.5, n), confidence)
        index = np.searchsorted(band.points, support, side="right")
        lower = np.append(max(0.0, -band.radius), band.lower)[index]
        upper = np.append(min(1.0, band.radius), band.upper)[index]
        hits += bool(((lower <= law) & (law <= upper)).all())
    assert hits >= fewest_hits(trials, confidence)


def test_capped_and_late_values_have_no_point():
    band = ecdf_band([5, 2, INF, 2, 9], horizon=6)
    assert band.points.tolist() == [2, 5]
    np.testing.assert_array_equal(band.ecdf, [0.4, 0.6])
    assert ecdf_band([INF, INF]).points.size == 0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.integers(0, 9).map(float), st.just(INF)), min_size=1, max_size=30), st.floats(0.01, 0.999))
def test_band_is_the_definition(values, confidence):
    band = ecdf_band(values, confidence)
    assert all(np.diff(band.points) > 0)
    for point, share, lower, upper in zip(band.points, band.ecdf, band.lower, band.upper):
        assert share == sum(v <= point for v in values) / len(values)
        assert 0 <= lower <= share <= upper <= 1
        assert lower == max(0, share - band.radius) and upper == min(1, share + band.radius)
