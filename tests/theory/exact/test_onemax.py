"""The (1+1)-EA on OneMax against many digits, printed values, and its own table."""

import math
import time

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import chain, onemax
from theory.exact.onemax import _gains, transitions
from theory.results import Masses

# from the chain in 40 digits
_GOLDEN = {
    50: 443.188778628842582,
    100: 1069.53849725975,
    200: 2509.825134808073,
    400: 5766.36050805629035,
    800: 13032.1994783762,
    1600: 29070.2959295657499,
    3200: 64160.2322461909149,
}


@pytest.mark.parametrize(("n", "value"), _GOLDEN.items())
def test_printed_means(n, value):
    assert onemax.law(n, strength=1.0).mean == pytest.approx(value, rel=1e-14)


@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("n", "rate"),
    [
        (1, 0.5),
        (2, 0.9),
        (7, 1 / 7),
        (20, 1 / 20),
        (20, 0.2),
        (20, 0.5),
        (20, 0.7),
        (20, 0.95),
        (60, 1 / 60),
        (60, 4 / 60),
    ],
)
def test_moments_against_fifty_digits(n, rate):
    mean, variance = slow.onemax_moments(n, rate)
    law = onemax.law(n, rate=rate)
    assert slow.relative(law.mean, mean) < 1e-13
    assert slow.relative(law.variance, variance) < 1e-12
    assert law.lower <= mean <= law.upper


@pytest.mark.parametrize(("n", "strength"), [(1, 0.5), (2, 1.0), (30, 0.2), (30, 5.0), (100, 1.0), (300, 2.0)])
def test_the_table_has_the_moments(n, strength):
    law = onemax.law(n, strength=strength)
    times = np.arange(law.horizon + 1)
    table = law.pmf(times)
    assert law.defect < 1e-11
    assert math.fsum(table) == pytest.approx(1.0, abs=1e-11)
    assert math.fsum(table * times) == pytest.approx(law.mean, rel=1e-10)
    assert math.fsum(table * (times - law.mean) ** 2) == pytest.approx(law.variance, rel=1e-9)


def test_a_thousand_bits_take_less_than_a_second_and_a_million_about_one():
    onemax.law(20, strength=1.0).cdf(1)
    began = time.perf_counter()
    law = onemax.law(1000, strength=1.0)
    assert law.cdf(law.quantile(0.5)) >= 0.5
    assert law.defect < 1e-11
    assert time.perf_counter() - began < 2.0  # 0.05 s on an idle machine
    began = time.perf_counter()
    value = onemax.expected_steps(10**6, strength=1.0)
    assert time.perf_counter() - began < 5.0  # 0.3 s on an idle machine
    assert float(value) == pytest.approx(float(onemax.asymptotic(10**6)), rel=1e-10)  # O(ln n / n) of 3.6e7


@pytest.mark.slow
def test_whole_law_of_ten_thousand_bits():
    law = onemax.law(10**4, strength=1.0)
    assert law.defect < 1e-10
    assert math.fsum(law.pmf(np.arange(law.horizon + 1)) * np.arange(law.horizon + 1)) == pytest.approx(
        law.mean, rel=1e-9
    )


def test_a_hundred_thousand_bits_are_allowed_and_a_million_refused(monkeypatch):
    begun = []
    monkeypatch.setattr(chain, "iterate", lambda *_, **__: begun.append(1) or Masses(np.ones(1), 0.0))
    assert onemax.law(10**5, strength=1.0).cdf(0) == 1.0 and begun == [1]  # it takes 22 s of one core
    with pytest.raises(ValueError, match=r"the whole distribution must .* Use \.mean.*std, theory\.onemax\.dist"):
        onemax.law(10**6, strength=1.0).cdf(0)


@pytest.mark.jit_off
def test_starts():
    n, means = 12, onemax.expected_steps_from(12, strength=1.0)
    spreads = onemax.variance_from(12, strength=1.0)
    for zeros in range(n + 1):
        law = onemax.law(n, strength=1.0, start=zeros)
        assert law.mean == pytest.approx(means[zeros], rel=1e-14)
        assert law.variance == pytest.approx(spreads[zeros], rel=1e-13)
    weights = np.array([math.comb(n, k) for k in range(n + 1)]) / 2**n
    assert onemax.law(n, strength=1.0, start=weights).mean == pytest.approx(onemax.law(n, strength=1.0).mean, rel=1e-14)
    assert onemax.law(n, strength=1.0, start=0).cdf(0) == 1.0 and onemax.law(n, strength=1.0, start=0).mean == 0.0


@pytest.mark.jit_off
def test_a_single_bit_waits_geometrically():
    law = onemax.law(1, rate=0.25)
    assert law.mean == pytest.approx(2.0, rel=1e-15)
    np.testing.assert_allclose(law.pmf([0, 1, 2, 3]), [0.5, 0.125, 0.09375, 0.0703125], rtol=1e-15)


@pytest.mark.jit_off
def test_rate_one_complements():
    assert onemax.expected_steps_from(4, rate=1.0).tolist() == [0.0, math.inf, math.inf, math.inf, 1.0]
    law = onemax.law(4, rate=1.0)
    assert law.mean == law.variance == law.lower == law.upper == math.inf
    assert law.pmf([0, 1, 2]).tolist() == [1 / 16, 1 / 16, 0.0] and law.defect == 7 / 8
    assert onemax.law(4, rate=1.0, start=4).mean == 1.0
    assert onemax.law(1, rate=1.0).mean == 0.5 and onemax.law(1, rate=1.0).defect == 0.0
    assert onemax.bands(4, rate=1.0).down[3].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_beyond_the_range_of_floats_is_infinite():
    law = onemax.law(5000, rate=0.5)
    assert law.mean == math.inf and law.variance == math.inf
    assert onemax.expected_steps_from(5000, rate=0.5)[:2].tolist() == [0.0, math.inf]
    assert math.isfinite(onemax.law(900, rate=0.5).mean)
    with pytest.raises(ValueError, match=r"`rate` must be so small that .* got rate=0.5 with n=5000\. Pass a smaller"):
        onemax.bands(5000, rate=0.5)
    assert math.isfinite(onemax.law(1000, rate=1e-300).mean)


@pytest.mark.parametrize(("n", "rate"), [(31, 1 - 1e-10), (12, 0.99), (9, 1 - 1e-12)])
def test_rates_near_one_against_many_digits(n, rate):
    with mp.workdps(60):
        means = [mp.mpf(0)]
        for k in range(1, n + 1):
            chances = slow.gains(n, k, rate)
            means.append((1 + mp.fsum(g * means[k - 1 - j] for j, g in enumerate(chances))) / mp.fsum(chances))
        for found, exact in zip(onemax.expected_steps_from(n, rate=rate)[1:], means[1:], strict=True):
            assert slow.relative(found, exact) < 1e-12


def test_the_end_of_the_range_of_floats():
    # at rate 1/2 every string is as likely: geometric with 2^-n from everywhere
    for n in (900, 997, 1023):
        np.testing.assert_allclose(onemax.expected_steps_from(n, rate=0.5)[[1, n // 2, n]], 2.0**n, rtol=1e-12)
    assert onemax.expected_steps_from(1024, rate=0.5)[[1, 1024]].tolist() == [math.inf, math.inf]


def test_large_strengths_are_fast():
    plain = transitions._substitute(
        400, 400, 0.1, 0.9**400, 1e-20, transitions._inverses(400)
    )  # the other way, at 40 flips per step
    none = np.zeros(1, np.int64)
    for one, other in zip(plain, _gains.adaptive(400, 400, np.array([0.1]), none, none), strict=True):
        np.testing.assert_allclose(other[:, 0], one, rtol=1e-12)
    began = time.perf_counter()
    assert math.isfinite(float(onemax.expected_steps(10**5, strength=500.0)))
    assert time.perf_counter() - began < 10.0  # 0.4 s on an idle machine; plain sums take minutes


def test_starts_that_are_no_laws():
    for wrong in (["a", "b", 0.0, 0.0], [True, False, False, False], [1j, 0, 0, 0]):
        with pytest.raises(
            TypeError, match=r"`start` must hold the probabilities of 0, \.\.\., 3 zero-bits; got .*Pass"
        ):
            onemax.law(3, strength=1.0, start=wrong)
    nearly = np.array([0.25, 0.25, 0.25, 0.25 - 9e-10])
    whole = onemax.law(3, strength=1.0, start=nearly / math.fsum(nearly))
    assert onemax.law(3, strength=1.0, start=nearly).mean == pytest.approx(whole.mean, rel=1e-14)


def test_asymptotics():
    assert float(onemax.asymptotic(3200)) == pytest.approx(64160.2252280, abs=1e-6)
    assert float(onemax.asymptotic(100)) == pytest.approx(1069.41784, abs=1e-5)


@pytest.mark.jit_off
def test_short_horizons():
    law = onemax.law(50, strength=1.0, horizon=300)
    whole = onemax.law(50, strength=1.0)
    assert law.horizon == 300
    np.testing.assert_allclose(law.cdf(np.arange(301)), whole.cdf(np.arange(301)), atol=1e-14)
    assert law.defect == pytest.approx(whole.survival(300), abs=1e-12)
    assert onemax.law(50, strength=1.0, horizon=0).horizon == 0
