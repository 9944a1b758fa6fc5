"""OneMax under a static law of rates: against all strings, constant rates and closed forms."""

import math

import pytest

from theory import Kind, enumeration, hidden_subset, onemax


def _values(n):
    return [x.bit_count() for x in range(2**n)]


def test_one_rate_is_a_constant_rate():
    exact = onemax.law(20, rate=0.06)
    same = hidden_subset.static_onemax(20, rates=[0.06], probabilities=[1.0])
    assert same.kind is Kind.EXACT
    assert same.mean == pytest.approx(exact.mean, rel=1e-12)
    assert same.cdf(200) == pytest.approx(exact.cdf(200), rel=1e-12)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_static_law_against_all_strings(n):
    rates, chances = [0.5, 0.1, 0.0], [0.25, 0.5, 0.25]
    law = hidden_subset.static_onemax(n, rates=rates, probabilities=chances)
    exact = enumeration.law(_values(n), mutation=enumeration.Mixture(rates, chances))
    assert law.mean == pytest.approx(exact.mean, rel=1e-12)
    assert law.variance == pytest.approx(exact.variance, rel=1e-11)


@pytest.mark.parametrize("eps", [0.5, 1.0])
def test_power_law(eps):
    # one bit waits for its flip
    single = hidden_subset.static_onemax(1, eps=eps)
    assert single.mean == pytest.approx(0.5 / float(hidden_subset.repair_rate(1, eps=eps)), rel=1e-12)
    # printed means of some runs at n = 100, with the standard error of 20 of them: 18.2 and 22.3 n ln n
    law = hidden_subset.static_onemax(100, eps=eps)
    assert law.mean / (100 * math.log(100)) == pytest.approx({0.5: 18.2, 1.0: 22.3}[eps], rel=0.1)
    assert law.std / law.mean < 0.5


def test_prediction_follows_the_exact_mean():
    # the requirement up to its O(1): G at the exact mean lies between -3 and 0
    for n in (10, 40):
        mean = onemax.scheduled_law(n, hidden_subset.schedule).mean
        assert -3.0 < hidden_subset.statistic(n, mean) < 0.0


def test_refused_arguments():
    with pytest.raises(ValueError, match=r"`n` must be an integer in \[1, 2000\]"):
        hidden_subset.static_onemax(2001, eps=1.0)
    with pytest.raises(ValueError, match=r"exactly one law"):
        hidden_subset.static_onemax(5)
