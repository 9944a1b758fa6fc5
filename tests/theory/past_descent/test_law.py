"""The law of a squared cosine: moments, distribution and inversion against closed forms."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from theory import past_descent
from theory.past_descent import CosineLaw, _inversion


def product_of_two(a, b, c):
    """Beta(a, b) times an independent Beta(a + b, c) is Beta(a, b + c)."""
    return CosineLaw([(a, b, 1), (a + b, c, 1)], source="two"), scipy.stats.beta(b + c, a)


@pytest.mark.parametrize(
    ("a", "b", "c"), [(45.0, 5.5, 5.0), (480.0, 0.5, 0.5), (3.0, 1.0, 2.5), (30.0, 200.0, 70.0), (5e5, 16.0, 0.5)]
)
def test_distribution_of_a_product_that_collapses(a, b, c):
    law, truth = product_of_two(a, b, c)
    x = truth.ppf([1e-6, 0.01, 0.2, 0.5, 0.9, 0.999, 1 - 1e-7])
    np.testing.assert_allclose(law.cdf(x), truth.cdf(x), atol=1e-11)
    np.testing.assert_allclose(law.quantile([0.01, 0.5, 0.99]), truth.ppf([0.01, 0.5, 0.99]), rtol=1e-6)
    assert np.max(np.abs(law.cdf(x) - scipy.stats.beta(b + c + 0.5, a).cdf(x))) > 1e-3  # half a freedom is noticed


def test_both_integrals_are_used_and_meet():
    slow, fast = [(480.0, 0.5, 3)], [(480.0, 5.0, 3)]
    assert _inversion._fourier_nodes(_inversion._reach(slow), slow) is None
    nodes = _inversion._fourier_nodes(_inversion._reach(fast), fast)
    assert nodes is not None
    levels = np.array([0.005, 0.02, 0.031, 0.05])
    np.testing.assert_allclose(_inversion._contour(levels, fast), _inversion._fourier(levels, *nodes), atol=1e-11)


def test_moments_of_one_factor_are_those_of_the_beta_law():
    law, truth = past_descent.orthonormal(60, 7), scipy.stats.beta(3.5, 26.5)
    assert law.mean == pytest.approx(truth.mean(), rel=1e-13)
    assert law.variance == pytest.approx(truth.var(), rel=1e-12)
    root = math.exp(scipy.special.betaln(4.0, 26.5) - scipy.special.betaln(3.5, 26.5))
    assert law.mean_cosine == pytest.approx(root, rel=1e-9)


@pytest.mark.parametrize("generations", [1, 2, 7, 60])
def test_moments_are_integrals_of_the_distribution(generations):
    law = past_descent.past(40, 4, generations)
    x, weights = np.polynomial.legendre.leggauss(120)
    x, weights = 0.5 * (x + 1.0), 0.5 * weights
    above = 1.0 - law.cdf(x)
    assert weights @ above == pytest.approx(law.mean, abs=1e-7)
    assert weights @ (2.0 * x * above) == pytest.approx(law.variance + law.mean**2, abs=1e-7)
    assert weights @ (1.0 - law.cdf(x**2)) == pytest.approx(law.mean_cosine, abs=1e-7)


@pytest.mark.parametrize(
    "law", [past_descent.past(1000, 2, 1), past_descent.past(10**6, 2, 1), past_descent.past(50, 41, 3)]
)
def test_mean_cosine_lies_between_what_jensen_and_the_second_moment_allow(law):
    mean, second = law.mean, law.variance + law.mean**2
    assert mean**1.5 / math.sqrt(second) <= law.mean_cosine <= math.sqrt(mean)


def test_certain_cases():
    whole = past_descent.orthonormal(7, 7)
    assert (whole.mean, whole.variance, whole.missing, whole.mean_cosine) == (1.0, 0.0, 0.0, 1.0)
    assert whole.cdf([0.5, 1.0]).tolist() == [0.0, 1.0] and whole.quantile(0.3) == 1.0
    assert past_descent.surrogate(9, 4, quality=1.0).mean == 1.0
    kept = past_descent.surrogate(9, 4, quality=0.5)
    assert kept.cdf([-1.0, 0.49, 2.0]).tolist() == [0.0, 0.0, 1.0]


def test_what_is_missing_keeps_its_precision():
    law = past_descent.past(1000, 101, 2000)
    expected = math.log(0.899) + 1999 * math.log1p(-100 / 999)
    assert math.log(law.missing) == pytest.approx(expected, rel=1e-13) and law.mean == 1.0


def test_messages():
    law = past_descent.gaussian(10, 3)
    with pytest.raises(ValueError, match=r"`q` must lie in \(0, 1\).*got 1.0.*Pass 0.5"):
        law.quantile(1.0)
    for call, words in (
        (lambda: past_descent.past(1, 1, 1), r"`n` must be an integer in \[2, .*number of parameters.*got 1"),
        (lambda: past_descent.past(10, 11, 1), r"`pairs` must be an integer in \[2, 10\].*got 11.*Pass 33"),
        (lambda: past_descent.past(10, 2, 0), r"`generations` must be .*got 0.*Pass 1"),
        (lambda: past_descent.surrogate(10, 2, quality=1.2), r"`quality` must lie in \[0, 1\].*got 1.2"),
        (lambda: past_descent.drifting(10, 2, cosine=-1.2), r"`cosine` must lie in \[-1, 1\].*got -1.2"),
        (lambda: past_descent.noisy(10, 2, cosine=1.0, noise=-1.0), r"`noise` must lie in \[0, inf\).*got -1.0"),
        (lambda: past_descent.moving_average(10, 2, decay=1.0), r"`decay` must lie in \[0, 1\).*got 1.0"),
        (lambda: past_descent.evaluations_to(10, 2, missing=0.0), r"`missing` must lie in \(0, 1\).*got 0.0"),
        (lambda: past_descent.generations_to(10**9, 2, missing=0.1), r"`missing` .* million .*Use evaluations_to"),
        (lambda: past_descent.least_squares_scale(10, 2, kurtosis=0.5), r"`kurtosis` must lie in \[1, inf\).*got 0.5"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    with pytest.raises(TypeError, match="`n` must be an integer"):
        past_descent.gaussian(10.0, 3)  # type: ignore[arg-type]
