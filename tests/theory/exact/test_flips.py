"""Laws on the number of flips: closed forms, many digits, limits."""

import math
import time

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import binom

from tests.theory.exact import slow_twins as slow
from theory import constants, flips

_LAWS = {
    "binomial": lambda n: flips.binomial(n, rate=0.3),
    "resampled": lambda n: flips.resampled(n, rate=0.3),
    "shifted": lambda n: flips.shifted(n, rate=0.3),
    "power law": lambda n: flips.power_law(n, 1.5),
    "heavy tailed": lambda n: flips.heavy_tailed(n, 1.5),
    "power law static": lambda n: flips.power_law_static(n, 0.5),
}


@pytest.mark.parametrize("name", _LAWS)
@pytest.mark.parametrize("n", [1, 2, 7, 100, 1000])
def test_they_are_laws(name, n):
    pmf = _LAWS[name](n)
    assert pmf.shape == (n + 1,) and pmf.min() >= 0.0 and math.fsum(pmf) == pytest.approx(1.0, abs=1e-13)
    if n > 1:
        assert (pmf[0] == 0.0) == (name in {"resampled", "shifted", "power law"})


def test_against_plain_formulas():
    n, rate = 9, 0.3
    plain = binom.pmf(np.arange(n + 1), n, rate)
    np.testing.assert_allclose(flips.binomial(n, strength=2.7), plain, rtol=1e-13)
    np.testing.assert_allclose(flips.resampled(n, rate=rate)[1:], plain[1:] / (1 - 0.7**n), rtol=1e-13)
    np.testing.assert_allclose(flips.shifted(n, rate=rate)[2:], plain[2:], rtol=1e-13)
    assert flips.shifted(n, rate=rate)[1] == pytest.approx(plain[0] + plain[1], rel=1e-14)
    assert flips.resampled(n, rate=1e-12)[2] == pytest.approx(4e-12, rel=1e-10)  # no 1 - (1 - p)^n is formed
    harmonic = sum(a**-2.0 for a in range(1, 5))
    np.testing.assert_allclose(flips.power_law(n, 2.0), [0, *(a**-2.0 / harmonic for a in range(1, 5)), 0, 0, 0, 0, 0])
    assert flips.power_law(n, 2.0, high=n)[n] > 0.0 == flips.power_law(n, 2.0, high=1)[2]
    mixture = sum(a**-2.0 / harmonic * binom.pmf(np.arange(n + 1), n, a / n) for a in range(1, 5))
    np.testing.assert_allclose(flips.heavy_tailed(n, 2.0), mixture, rtol=1e-13)
    assert flips.power_law(1, 3.0).tolist() == flips.heavy_tailed(1, 3.0).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("n", "rate", "exponent"), [(2, 0.3, 1.5), (7, 0.01, 2.5), (12, 0.9, 3.2)])
def test_against_fifty_digits(n, rate, exponent):
    def standard(p):
        return [mp.binomial(n, r) * p**r * (1 - p) ** (n - r) for r in range(n + 1)]

    with mp.workdps(50):
        plain, weights = standard(mp.mpf(rate)), [mp.mpf(a) ** -mp.mpf(exponent) for a in range(1, n // 2 + 1)]
        rates = [standard(mp.mpf(a) / n) for a in range(1, n // 2 + 1)]
        chances = [weight / mp.fsum(weights) for weight in weights]
        exact = {
            "binomial": plain,
            "resampled": [mp.mpf(0), *(value / (1 - plain[0]) for value in plain[1:])],
            "shifted": [mp.mpf(0), plain[0] + plain[1], *plain[2:]],
            "power law": [mp.mpf(0), *chances, *[mp.mpf(0)] * (n - n // 2)],
            "heavy tailed": [mp.fsum(c * row[r] for c, row in zip(chances, rates, strict=True)) for r in range(n + 1)],
        }
        found = {
            "binomial": flips.binomial(n, rate=rate),
            "resampled": flips.resampled(n, rate=rate),
            "shifted": flips.shifted(n, rate=rate),
            "power law": flips.power_law(n, exponent),
            "heavy tailed": flips.heavy_tailed(n, exponent),
        }
        for name, values in exact.items():
            for value, computed in zip(values, found[name], strict=True):
                assert abs(mp.mpf(float(computed)) - value) <= mp.mpf("1e-12") * value, name
        assert any(
            abs(mp.mpf(float(c)) - v) > 1e-12 * v for c, v in zip(found["shifted"], exact["resampled"], strict=True)
        )


@pytest.mark.parametrize(("n", "eps"), [(1, 1.0), (5, 0.5), (40, 0.3), (300, 2.0)])
def test_power_law_static_against_thirty_digits(n, eps):
    found = flips.power_law_static(n, eps)
    low = mp.log(2)
    with mp.workdps(30):
        for k in range(0, n + 1, max(1, n // 3)):

            def density(u, k=k):
                weight = mp.binomial(n, k) * mp.exp(-k * u) * (1 - mp.exp(-u)) ** (n - k)
                return eps * low**eps / u ** (1 + eps) * weight

            exact = mp.quad(density, [low, 0.8, 1, 1.3, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 12, 20, 40, 80])
            exact += (low / 80) ** eps if k == 0 else 0
            assert abs(found[k] - exact) < 1e-13


def test_mixtures_of_many_bits_are_fast():
    began = time.perf_counter()
    other = flips.heavy_tailed(10**5, 1.5, high=2000)
    assert time.perf_counter() - began < 10.0  # 0.5 s on an idle machine
    assert math.fsum(other) == pytest.approx(1.0, abs=1e-13)
    first = math.fsum(np.arange(1, 2001) ** -0.5) / math.fsum(np.arange(1, 2001) ** -1.5)  # E[R] = E[a]
    assert flips.falling_moments(other).first == pytest.approx(first, rel=1e-12)
    with pytest.raises(ValueError, match=r"`high` must be at most 1000000 .*; got 5000000 with n=10000000\. Pass"):
        flips.heavy_tailed(10**7, 1.5)


def test_falling_moments():
    first, second = flips.falling_moments(flips.binomial(50, strength=2.0))
    assert first == pytest.approx(2.0, rel=1e-13) and second == pytest.approx(4.0 * 49 / 50, rel=1e-13)
    pmf = flips.power_law(30, 1.7)
    r = np.arange(31)
    assert float(flips.falling_ratio(pmf)) == pytest.approx((pmf * r * (r - 1)).sum() / (pmf * r).sum(), rel=1e-13)
    assert float(flips.falling_ratio(flips.resampled(50, strength=2.0))) == pytest.approx(second / first, rel=1e-13)


def test_limits_of_the_ratio():
    for exponent, printed in [(3.2, 2.75), (3.5, 0.947), (4.0, 0.368), (5.0, 0.111)]:
        assert float(flips.zipf_ratio(exponent)) == pytest.approx(printed, abs=6e-3 if printed > 1 else 6e-4)
    assert float(flips.zipf_ratio(float(constants.zipf_exponent))) == pytest.approx(1.0, abs=1e-12)
    assert float(flips.zipf_ratio(3.0)) == math.inf == float(flips.heavy_tailed_ratio(1.5))
    # the tail of the sums from n / 2 on is below (n / 2)^(3 - b)
    assert float(flips.falling_ratio(flips.power_law(20_000, 5.0))) == pytest.approx(
        float(flips.zipf_ratio(5.0)), abs=1e-7
    )
    assert float(flips.falling_ratio(flips.heavy_tailed(1000, 5.0))) == pytest.approx(
        float(flips.heavy_tailed_ratio(5.0)), abs=2e-3
    )
    assert all(float(flips.heavy_tailed_ratio(b)) > 1.0 for b in (3.1, 4.0, 6.0, 20.0))


def test_messages():
    with pytest.raises(ValueError, match=r"`pmf` must hold n \+ 1 probabilities of sum 1.*sum 0\.5\. Pass flips"):
        flips.falling_ratio([0.5, 0.0])
    with pytest.raises(ValueError, match="`pmf` must flip a bit with positive probability; got 1 for no flip"):
        flips.falling_ratio([1.0, 0.0])
    with pytest.raises(ValueError, match=r"`high` must be an integer in \[1, 5\] \(flips\); got 6"):
        flips.power_law(5, 1.5, high=6)
    with pytest.raises(ValueError, match=r"`exponent` must lie in \(0, inf\)"):
        flips.heavy_tailed(5, 0.0)
    with pytest.raises(ValueError, match=r"`eps` must lie in \(0, 20\]"):
        flips.power_law_static(5, -1.0)


def test_a_wrong_law_is_seen():
    n = 12
    right, wrong = flips.resampled(n, strength=1.0), flips.shifted(n, strength=1.0)
    assert slow.relative(float(flips.falling_ratio(right)), float(flips.falling_ratio(wrong))) > 0.1
