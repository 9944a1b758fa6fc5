"""Weights and learning rates: printed values, the table's formulas, and the properties they were made for."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from evo.continuous.constants import default_population, expected_length, full, separable

SIZES = st.tuples(st.integers(1, 400), st.integers(2, 300))


def test_default_population():
    assert [default_population(D) for D in (1, 2, 3, 10, 20, 100, 1000)] == [4, 6, 7, 10, 12, 17, 24]


def test_ten_dimensions():
    """Worked out by hand for D = 10, lambda = 10."""
    k = full(10, 10)
    assert k.parents == 5 and k.c_m == 1.0
    np.testing.assert_allclose(k.weights[:5], [0.45627, 0.27075, 0.16223, 0.08523, 0.02551], atol=5e-6)
    np.testing.assert_allclose(k.mu_eff, 3.16729931, atol=1e-8)
    expected = (0.284429, 1.284429, 0.294990, 0.0152838, 0.0235518)
    np.testing.assert_allclose((k.c_sigma, k.d_sigma, k.c_c, k.c_1, k.c_mu), expected, rtol=2e-5)
    np.testing.assert_allclose(-k.weights[5:].sum(), 1 + k.c_1 / k.c_mu, rtol=1e-14)  # the smallest bound here


def test_path_length_limit():
    """h_sigma compares |p_sigma| with its expected length after so many generations from p_sigma = 0."""
    k = full(10, 10)
    for step, reached in ((1, 1 - (1 - k.c_sigma) ** 2), (2, 1 - (1 - k.c_sigma) ** 4), (1000, 1.0)):
        expected = math.sqrt(reached) * (1.4 + 2 / 11) * scipy.stats.chi(10).mean()
        assert k.path_length_limit(10, step) == pytest.approx(expected, rel=1e-12)


@given(SIZES)
def test_weights(sizes):
    D, population = sizes
    k = full(D, population)
    w = k.weights
    assert len(w) == population and (np.diff(w) <= 0).all()
    assert (w[: k.parents] > 0).all() and (w[k.parents :] <= 1e-15).all()
    assert w[: k.parents].sum() == pytest.approx(1.0, rel=1e-14)
    assert k.mu_eff == pytest.approx(1.0 / (w[: k.parents] ** 2).sum(), rel=1e-12)
    assert 1.0 <= k.mu_eff <= k.parents * (1 + 1e-12)
    # the decay of C is not negative, and no negative update can make C indefinite
    negative = -w[w < 0].sum()
    decay = 1.0 - k.c_1 - k.c_mu * (1.0 - negative)
    assert decay <= 1.0 + 1e-15
    assert 1.0 - k.c_1 - k.c_mu - D * k.c_mu * negative >= -1e-12


@given(SIZES)
def test_rates(sizes):
    D, population = sizes
    for k in (full(D, population), separable(D, population)):
        assert 0 < k.c_1 <= 1 and 0 < k.c_mu <= 1 and k.c_1 + k.c_mu <= 1 + 1e-15
        assert 0 < k.c_sigma < 1 and 0 < k.c_c <= 1 and k.d_sigma > 1
        assert k.expected_length == pytest.approx(scipy.stats.chi(D).mean(), rel=1e-10)


@given(st.integers(2, 1000))
def test_separable_is_faster_by_a_third_of_the_dimension(D):
    population = default_population(D)
    one, other = full(D, population), separable(D, population)
    assert other.c_1 == pytest.approx(one.c_1 * (D + 2) / 3, rel=1e-14)
    assert other.c_mu == pytest.approx(min(1 - other.c_1, one.c_mu * (D + 2) / 3), rel=1e-14)
    np.testing.assert_allclose(other.weights, np.maximum(one.weights, 0.0), rtol=1e-14)
    assert (other.c_sigma, other.d_sigma, other.c_c) == (one.c_sigma, one.d_sigma, one.c_c)


def test_in_one_dimension_both_learn_at_one_rate():
    rates = [(k.c_1, k.c_mu) for k in (full(1, 8), separable(1, 8))]
    np.testing.assert_allclose(rates[0], rates[1], rtol=1e-15)


def test_expected_length_against_the_tutorial():
    """sqrt(D) (1 - 1/(4D) + 1/(21 D^2)) has relative error below 1/(50 D^3) + 2e-2/D^2."""
    for D in (2, 10, 100):
        approximation = math.sqrt(D) * (1 - 1 / (4 * D) + 1 / (21 * D**2))
        assert expected_length(D) == pytest.approx(approximation, rel=0.03 / D**2)
