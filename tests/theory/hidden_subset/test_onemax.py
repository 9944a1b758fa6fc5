"""OneMax under a schedule or a static law of rates: against all strings, constant rates and closed forms."""

import math

import numpy as np
import pytest

from theory import Kind, enumeration, hidden_subset, onemax


def _values(n):
    return [x.bit_count() for x in range(2**n)]


@pytest.mark.parametrize("multiplier", [0.6, 1.544682216970429, 5.0])
def test_schedule_against_all_strings(multiplier):
    policy = enumeration.Schedule(lambda t: hidden_subset.schedule(t, multiplier=multiplier))
    exact = enumeration.law(_values(4), policy, horizon=80)
    found = hidden_subset.scheduled_onemax(4, multiplier=multiplier, horizon=80)
    times = np.arange(81)
    assert found.kind is Kind.EXACT and found.horizon == 80
    assert found.pmf(times) == pytest.approx(exact.pmf(times), rel=1e-12)


def test_constant_schedule_is_a_constant_rate():
    rates = np.full(3000, 0.06)
    found, exact = hidden_subset.scheduled_onemax(20, rates=rates), onemax.law(20, rate=0.06)
    assert found.mean == pytest.approx(exact.mean, rel=1e-12)
    assert found.variance == pytest.approx(exact.variance, rel=1e-10)
    assert found.cdf(200) == pytest.approx(exact.cdf(200), rel=1e-12)
    same = hidden_subset.static_onemax(20, rates=[0.06], probabilities=[1.0])
    assert same.mean == pytest.approx(exact.mean, rel=1e-12)
    paused = np.repeat([0.06, 0.0], 3000)[np.argsort(np.tile(np.arange(3000), 2), kind="stable")]  # every second step
    assert hidden_subset.scheduled_onemax(20, rates=paused, horizon=401).cdf(401) == pytest.approx(exact.cdf(201))


def test_defaults_are_the_best_schedule():
    law = hidden_subset.scheduled_onemax(6, horizon=50)
    named = hidden_subset.scheduled_onemax(6, rates=hidden_subset.schedule, horizon=50)
    assert law.cdf(50) == named.cdf(50) and law.defect == pytest.approx(1 - law.cdf(50), abs=1e-14)


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
        mean = hidden_subset.scheduled_onemax(n).mean
        assert -3.0 < hidden_subset.statistic(n, mean) < 0.0


def test_refused_arguments():
    with pytest.raises(ValueError, match=r"`n` must be an integer in \[1, 2000\]"):
        hidden_subset.scheduled_onemax(2001)
    with pytest.raises(ValueError, match=r"at most one of them .*got multiplier and rates"):
        hidden_subset.scheduled_onemax(5, multiplier=1.0, rates=[0.1])
    with pytest.raises(ValueError, match=r"complete within 400000 steps .*Pass horizon="):
        hidden_subset.scheduled_onemax(5, rates=[0.1]).cdf(1)
    with pytest.raises(ValueError, match=r"exactly one law"):
        hidden_subset.static_onemax(5)
