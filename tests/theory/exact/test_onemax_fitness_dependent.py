"""A rate for every number of zero-bits on OneMax: against all strings, 50 digits, constant rates and the best rates."""

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import Kind, enumeration, onemax


def _by_string(rates):
    """The rate of each of the strings of four bits, from that of every number of zero-bits."""
    return np.nan_to_num(np.array(rates))[[4 - x.bit_count() for x in range(16)]]


@pytest.mark.parametrize("rates", [[0.0, 0.5, 0.2, 1.0, 0.7], [np.nan, 0.25, 0.4, 0.9, 0.05]])
def test_against_all_strings(rates):
    values, times = [x.bit_count() for x in range(16)], np.arange(60)
    truth = enumeration.law(values, mutation=enumeration.FitnessDependent(_by_string(rates)))
    law = onemax.fitness_dependent_law(4, rates=rates)
    assert law.kind is Kind.EXACT
    assert law.mean == pytest.approx(truth.mean, rel=1e-12)
    assert law.variance == pytest.approx(truth.variance, rel=1e-11)
    np.testing.assert_allclose(law.pmf(times), truth.pmf(times), rtol=0, atol=1e-14)
    turned = onemax.fitness_dependent_law(4, rates=[0.0, *rates[:0:-1]])
    assert abs(turned.mean - truth.mean) > 0.01 * truth.mean


@pytest.mark.parametrize("n", [2, 9, 25])
def test_against_fifty_digits(n):
    rates = np.random.default_rng(n).uniform(0.2 / n, 2.0 / n, n + 1)
    with mp.workdps(50):
        means = [mp.mpf(0)]
        for k in range(1, n + 1):
            gains = slow.gains(n, k, rates[k])
            means.append((1 + mp.fsum(g * means[k - 1 - j] for j, g in enumerate(gains))) / mp.fsum(gains))
        mean = mp.fsum(mp.binomial(n, k) / mp.mpf(2) ** n * means[k] for k in range(n + 1))
        assert slow.relative(onemax.fitness_dependent_law(n, rates=rates).mean, mean) < 1e-12


def test_special_rates():
    n = 200
    same, other = onemax.law(n, rate=0.01), onemax.fitness_dependent_law(n, rates=np.full(n + 1, 0.01))
    assert other.mean == pytest.approx(same.mean, rel=1e-12)
    assert other.cdf(3000) == pytest.approx(same.cdf(3000), abs=1e-12)
    best = onemax.optimal_rates(n)
    assert onemax.fitness_dependent_law(n, rates=best.rates).mean == pytest.approx(float(best.value), rel=1e-10)
    assert onemax.fitness_dependent_law(3, rates=[0, 0, 0.5, 0.5]).mean == np.inf  # one zero-bit is never repaired
    assert onemax.fitness_dependent_law(1, rates=[0, 1.0], start=1).mean == 1.0


def test_refused_arguments():
    with pytest.raises(ValueError, match=r"`rates` must be n \+ 1 = 4 probabilities; got shape \(3,\)"):
        onemax.fitness_dependent_law(3, rates=[0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match=r"`rates` must lie in \[0, 1\]; got 1\.5 for 2 zero-bits"):
        onemax.fitness_dependent_law(2, rates=[0.1, 0.1, 1.5])
    with pytest.raises(ValueError, match=r"got nan for 1 zero-bits"):
        onemax.fitness_dependent_law(2, rates=[0.1, np.nan, 0.5])
    with pytest.raises(TypeError, match="`rates` must hold a rate for every number of zero-bits"):
        onemax.fitness_dependent_law(2, rates="abc")  # pyright: ignore
    with pytest.raises(ValueError, match="`n` must be so small that the table of gains"):
        onemax.fitness_dependent_law(30_000, rates=np.full(30_001, 0.5))
