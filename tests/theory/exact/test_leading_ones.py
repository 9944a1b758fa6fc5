"""LeadingOnes and RLS: closed forms, printed values, whole laws."""

import math

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import leading_ones, rls


@pytest.mark.parametrize(
    ("n", "rate", "value"),
    [
        (1, 0.1, 5.0),
        (2, 0.1, 10.555555556),
        (5, 0.1, 31.207895138),
        (10, 0.1, 84.058739586),
        (10, 0.3, 133.782956792),
        (100, 0.01, 8573.395180824),
        (200, 0.005, 34329.665704877),
    ],
)
def test_printed_means(n, rate, value):
    assert float(leading_ones.expected_steps(n, rate=rate)) == pytest.approx(value, abs=5e-10)
    assert leading_ones.law(n, rate=rate).mean == pytest.approx(value, abs=5e-10)
    assert float(leading_ones.expected_steps(n, rate=[rate] * n)) == pytest.approx(value, abs=5e-10)


def test_printed_deviation_and_coefficients():
    assert leading_ones.law(100, rate=0.01).std == pytest.approx(1542.4, abs=0.05)
    best = [1 / (i + 1) for i in range(1000)]
    assert float(leading_ones.expected_steps(1000, rate=best)) / 1e6 == pytest.approx(0.6795699, abs=5e-8)
    assert float(leading_ones.expected_steps(100, rate=best[:100])) / 1e4 == pytest.approx(0.679526, abs=5e-7)
    assert float(leading_ones.asymptotic(1000, strength=1.59362426)) / 1e6 == pytest.approx(0.7720693262, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "strength", "printed", "measured", "error"),
    [
        (100, 1.0, 8573.395, 8580, 49),
        (100, 1.59, 7720.68, 7710, 47),
        (200, 1.0, 34329.67, 34328, 140),
        (200, 0.5, 51850.35, 51927, 199),
    ],
)
def test_printed_simulations(n, strength, printed, measured, error):
    law = leading_ones.law(n, strength=strength)
    assert law.mean == pytest.approx(printed, abs=5.1e-3)
    assert law.mean == pytest.approx(measured, abs=5.0 * error)
    assert law.std / math.sqrt(1000) == pytest.approx(error, rel=0.15)  # 1000 runs: their deviation is off by 2 to 3 %


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0])
def test_leading_term_of_the_variance(strength):
    n = 10**5
    leading = 3.0 * n**3 * math.expm1(2.0 * strength) / (8.0 * strength**3)
    assert float(leading_ones.variance(n, strength=strength)) == pytest.approx(leading, rel=3.0 / n)


@pytest.mark.parametrize(("n", "rate"), [(1, 0.3), (2, 0.5), (5, 0.2), (7, 0.9), (60, 1 / 60)])
def test_the_table_has_the_moments(n, rate):
    law = leading_ones.law(n, rate=rate, horizon=None if rate < 0.6 else 200_000)
    if law.defect > 1e-9:
        return  # at rate 0.9 a wait of 10^6 steps remains; the next test covers it
    times = np.arange(law.horizon + 1)
    table = law.pmf(times)
    assert math.fsum(table * times) == pytest.approx(law.mean, rel=1e-11)
    assert math.fsum(table * (times - law.mean) ** 2) == pytest.approx(law.variance, rel=1e-9)


@pytest.mark.jit_off
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9])
def test_whole_law_against_all_strings(n):
    rate = 0.8 / n
    law = leading_ones.law(n, rate=rate)
    expected = slow.push_strings(slow.leading_ones(n), [rate] * n, 300)
    np.testing.assert_allclose(law.pmf(np.arange(301)), expected, atol=1e-15)
    strict = slow.push_strings(slow.leading_ones(n), [rate] * n, 300, strict=True)
    np.testing.assert_allclose(law.pmf(np.arange(301)), strict, atol=1e-15)


def test_blocks_of_the_table_join():
    law = leading_ones.law(30, strength=1.0)
    assert law.horizon > 2 * 1024
    whole = np.array([1.0])
    for q in leading_ones.improvement(30, 1.0, None):
        wait = q * (1 - q) ** np.arange(law.horizon)
        whole = np.convolve(whole, np.concatenate([[0.5], 0.5 * wait]))[: law.horizon + 1]
    np.testing.assert_allclose(law.pmf(np.arange(law.horizon + 1)), whole, atol=1e-14)


@pytest.mark.jit_off
def test_a_rate_per_level():
    law = leading_ones.law(3, rate=[1.0, 0.5, 1 / 3])
    chances = np.array([1.0, 0.25, 4 / 27])
    assert law.mean == pytest.approx((0.5 / chances).sum(), rel=1e-15)
    assert law.variance == pytest.approx(((3 - 2 * chances) / (4 * chances**2)).sum(), rel=1e-15)


def test_levels_that_cannot_be_left():
    assert leading_ones.law(1, rate=1.0).mean == 0.5
    assert float(leading_ones.expected_steps(1, rate=1.0)) == 0.5
    assert float(leading_ones.expected_steps(2, rate=1.0)) == math.inf
    law = leading_ones.law(2, rate=1.0, horizon=10)
    assert law.mean == math.inf and law.cdf(10) == pytest.approx(0.5) and law.defect == pytest.approx(0.5)
    assert float(leading_ones.expected_steps(5000, rate=0.5)) == math.inf
    assert leading_ones.law(5000, rate=0.5).mean == math.inf
    assert leading_ones.law(600, rate=0.5).variance == math.inf


@pytest.mark.parametrize(
    ("n", "rate"),
    [(5, 1e-200), (5, 1e-158), (10, 0.99e-100), (10, 1.01e-100), (20, 1 - 1.2e-16), (1023, 0.5), (700, 0.6)],
)
def test_the_whole_range_of_floats_against_many_digits(n, rate):
    with mp.workdps(50):
        p = mp.mpf(rate)
        exact = mp.fsum(1 / (2 * p * (1 - p) ** i) for i in range(n))
        value = leading_ones.expected_steps(n, rate=rate)
        assert slow.relative(float(value), exact) < 1e-12 and value.lower <= exact <= value.upper
        assert slow.relative(leading_ones.law(n, rate=rate).mean, exact) < 1e-12
    assert float(leading_ones.expected_steps(1025, rate=0.5)) == leading_ones.law(1025, rate=0.5).mean == math.inf


def test_long_horizons_end_with_the_law():
    law = leading_ones.law(5, rate=0.1, horizon=10**9)
    assert law.horizon < 2000 and law.cdf(300) == pytest.approx(leading_ones.law(5, rate=0.1).cdf(300), abs=1e-15)
    assert leading_ones.law(5, rate=0.1, horizon=5000).horizon == 5000
    for wrong, error in ((-1, ValueError), (2.5, TypeError), (True, TypeError), (10**12, ValueError)):
        with pytest.raises(error, match=r"`horizon` must be .* got .*Pass None"):
            leading_ones.thinned_law([0.5], source="s", horizon=wrong)
    with pytest.raises(TypeError, match=r"`success` must hold one probability per wait; got \['a'\]\. Pass"):
        leading_ones.thinned_law(["a"], source="s")


@pytest.mark.slow
def test_whole_law_of_a_thousand_bits():
    law = leading_ones.law(1000, strength=1.0)
    assert law.defect < 1e-13
    times = np.arange(law.horizon + 1)
    assert math.fsum(law.pmf(times) * times) == pytest.approx(law.mean, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "value"), [(10, 22.359033978), (100, 449.423033708), (1000, 6792.323679995), (2000, 14970.441846116)]
)
def test_printed_means_of_rls(n, value):
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n + 1))])
    exact = math.fsum(math.comb(n, k) / 2**n * n * harmonic[k] for k in range(n + 1))
    assert float(rls.expected_steps(n)) == pytest.approx(exact, rel=1e-13)
    assert float(rls.expected_steps(n)) == pytest.approx(value, abs=2e-8)  # printed with rounding of that size


def test_printed_limits_of_rls():
    n = 1000
    by_harmonic = n * math.fsum(1 / k for k in range(1, n // 2 + 1)) - 0.5
    by_logarithm = n * (math.log(n / 2) + float(np.euler_gamma)) + 0.5
    assert by_harmonic == pytest.approx(6792.32343, abs=5.1e-6)
    assert by_logarithm == pytest.approx(6792.32376, abs=5.1e-6)
    assert float(rls.expected_steps(n)) == pytest.approx(by_harmonic, abs=0.5 / n)
    assert float(rls.expected_steps(n)) == pytest.approx(by_logarithm, abs=0.5 / n)


@pytest.mark.jit_off
def test_rls_law():
    n = 12
    law = rls.law(n)
    # every bit that starts at zero waits for its own draw: P(T <= t) by inclusion and exclusion
    for t in (0, 5, 20, 60, 120):
        exact = sum(math.comb(n, k) * (-0.5) ** k * (1 - k / n) ** t for k in range(n + 1))
        assert law.cdf(t) == pytest.approx(exact, abs=1e-13)
    assert float(rls.variance(n, start=n)) == pytest.approx(sum((1 - j / n) * (n / j) ** 2 for j in range(1, n + 1)))
    assert rls.law(1).mean == 0.5 and rls.law(1).cdf([0, 1]).tolist() == [0.5, 1.0]
    assert rls.law(5, start=0).mean == 0.0
    big = rls.law(1000)
    assert big.cdf(big.quantile(0.5)) >= 0.5 and big.defect < 1e-11


def test_rls_on_leading_ones():
    law = rls.leading_ones(20)
    assert law.mean == pytest.approx(200.0, rel=1e-14)
    assert law.variance == pytest.approx(20 * (3 - 2 / 20) * 20**2 / 4, rel=1e-14)
    assert rls.leading_ones(1).cdf([0, 1]).tolist() == [0.5, 1.0]
