"""The strict success rule on OneMax against many digits, enumeration and static rates."""

import math
import time

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import enumeration, onemax

_RULES = [
    {"factor": 1.5, "s": 4, "low": 0.04, "high": 0.5, "initial": 0.2},
    {"factor": 2.0, "s": 1, "low": 0.03, "high": 0.5, "initial": 0.2},
    {"factor": 1.5, "s": 2, "low": 0.1, "high": 0.9, "initial": 0.3},
    {"factor": 2.0, "s": 0.5, "low": 0.1, "high": 0.5, "initial": 0.2},
    {"factor": 3.0, "s": 1, "low": 0.3, "high": 1.0, "initial": 1.0},
]


@pytest.mark.parametrize("rule", _RULES)
def test_against_enumeration(rule):
    n = 5
    law = onemax.self_adjusting_law(n, **rule)
    policy = enumeration.SuccessRule(**rule, success=enumeration.Success.BETTER)
    known = enumeration.law(slow.onemax(n), policy, tail=1e-14)
    assert law.mean == pytest.approx(known.mean, rel=1e-12) and law.variance == pytest.approx(known.variance, rel=1e-10)
    times = np.arange(400)
    np.testing.assert_allclose(law.cdf(times), known.cdf(times), atol=1e-13)
    ties = enumeration.law(slow.onemax(n), enumeration.SuccessRule(**rule), tail=1e-14)
    assert abs(ties.mean / law.mean - 1) > 1e-4  # equal offspring as successes are seen
    short = onemax.self_adjusting_law(n, **rule, start=3, horizon=20)
    known = enumeration.law(slow.onemax(n), policy, horizon=20, start=[(x.bit_count() == 2) / 10 for x in range(2**n)])
    np.testing.assert_allclose(short.cdf(np.arange(21)), known.cdf(np.arange(21)), atol=1e-14)


def _moments(n, factor, s, low, high, initial):
    """Mean and variance from a uniform start in 50 digits, pairs by recursion."""
    known, chances = {}, {}

    def pair(k, rate):
        if k == 0:
            return mp.mpf(0), mp.mpf(0)
        if (k, rate) not in known:
            if (k, rate) not in chances:
                chances[k, rate] = slow.gains(n, k, rate)
            gains = chances[k, rate]
            up, down = min(rate * factor**s, high), max(rate / factor, low)
            after = [pair(k - 1 - j, up) for j in range(len(gains))]
            leave = mp.fsum(gains)
            first = mp.fsum(g * e for g, (e, _) in zip(gains, after, strict=True))
            second = mp.fsum(g * (w + 2 * e) for g, (e, w) in zip(gains, after, strict=True))
            if down == rate:  # E = 1 + leave E' + stay E, and E[T^2] = 1 + 2 E[T'] + E[T'^2]
                mean = (1 + first) / leave
                known[k, rate] = mean, (1 + second + 2 * (1 - leave) * mean) / leave
            else:
                e, w = pair(k, down)
                known[k, rate] = 1 + first + (1 - leave) * e, 1 + second + (1 - leave) * (w + 2 * e)
        return known[k, rate]

    weights = [mp.binomial(n, k) / mp.mpf(2) ** n for k in range(n + 1)]
    mean = mp.fsum(w * pair(k, initial)[0] for k, w in enumerate(weights))
    return mean, mp.fsum(w * pair(k, initial)[1] for k, w in enumerate(weights)) - mean**2


@pytest.mark.parametrize("rule", [_RULES[0], _RULES[1], _RULES[4]])
def test_moments_against_fifty_digits(rule):
    with mp.workdps(50):
        exact = {name: mp.mpf(value) for name, value in rule.items()}
        mean, variance = _moments(14, **exact)
        law = onemax.self_adjusting_law(14, **rule)
        assert slow.relative(law.mean, mean) < 1e-12
        assert slow.relative(law.variance, variance) < 1e-12


def test_failures_that_are_rare_and_dear_keep_their_digits():
    high, low = 1 - 1e-8, 1e-18  # a failure has probability 1e-16 and costs 1e18 steps
    law = onemax.self_adjusting_law(2, factor=1e20, s=1, low=low, high=high, initial=high, start=2)
    with mp.workdps(50):
        cheap, dear = [mp.mpf(0)], [mp.mpf(0)]
        for k in (1, 2):
            for rate in (low, high):
                gains = slow.gains(2, k, rate)
                after, leave = mp.fsum(g * cheap[k - 1 - j] for j, g in enumerate(gains)), mp.fsum(gains)
                if rate == low:
                    dear.append((1 + after) / leave)
            cheap.append(1 + after + (1 - leave) * dear[k])
        assert slow.relative(law.mean, cheap[2]) < 1e-12


def test_limits_that_coincide_give_a_static_rate():
    law = onemax.self_adjusting_law(40, factor=2.0, s=1, low=0.05, high=0.05)
    known = onemax.law(40, rate=0.05)
    assert law.mean == pytest.approx(known.mean, rel=1e-13) and law.variance == pytest.approx(known.variance, rel=1e-12)
    np.testing.assert_allclose(law.cdf(np.arange(2000)), known.cdf(np.arange(2000)), atol=1e-13)
    assert onemax.self_adjusting_rates(40, factor=2.0, s=1, low=0.05, high=0.05).tolist() == [0.05]


def test_the_table_has_the_moments():
    law = onemax.self_adjusting_law(30, factor=1.5, s=4, low=1 / 60)
    times = np.arange(law.horizon + 1)
    assert law.defect < 1e-12
    assert math.fsum(law.pmf(times) * times) == pytest.approx(law.mean, rel=1e-11)
    assert math.fsum(law.pmf(times) * (times - law.mean) ** 2) == pytest.approx(law.variance, rel=1e-10)


def test_defaults_and_large_n():
    rates = onemax.self_adjusting_rates(100, factor=1.5, s=4)
    assert rates[0] == 1e-4 and rates[-1] == 0.5 and np.isclose(rates, 0.01, rtol=1e-12).any()
    onemax.self_adjusting_law(10, factor=1.5, s=4)
    began = time.process_time()
    value = onemax.self_adjusting_expected_steps(1000, factor=1.5, s=4, low=1e-3)
    assert time.process_time() - began < 5.0  # 0.1 s on an idle machine
    static = float(onemax.expected_steps(1000, strength=1.0))
    assert 1.0 < float(value) / static < 1.01  # the rate is 1/n most of the time


def test_starts_at_the_ends():
    rule = {"factor": 1.5, "s": 4, "low": 1e-3}
    found = onemax.self_adjusting_law(5, **rule, start=0)
    assert found.cdf([0, 9]).tolist() == [1.0, 1.0] and found.mean == 0.0
    worst = float(onemax.self_adjusting_expected_steps(1000, factor=1.5, s=4, initial=0.5, start=1000))
    # the first offspring is uniform; the rate is at the limit after it and after the next improvement
    uniform = float(onemax.self_adjusting_expected_steps(1000, factor=1.5, s=4, initial=0.5))
    assert worst == pytest.approx(1.0 + uniform, rel=1e-13)


def test_arguments():
    for factor, s in ((1 + 1e-10, 4), (1.5, 1e-8)):
        with pytest.raises(
            ValueError, match=r"`factor` and `s` must change the rate by .* got factor=1\..* Pass a larger"
        ):
            onemax.self_adjusting_law(10, factor=factor, s=s)
    with pytest.raises(ValueError, match=r"`factor` must lie in \(1, inf\) .* got 1\.0\. Pass 1\.5"):
        onemax.self_adjusting_law(10, factor=1.0, s=4)
    with pytest.raises(ValueError, match=r"`s` must lie in \(0, inf\)"):
        onemax.self_adjusting_law(10, factor=1.5, s=0)
    with pytest.raises(ValueError, match=r"`low` must lie in \(0, 0\.5\] .* got 0\.6"):
        onemax.self_adjusting_law(10, factor=1.5, s=4, low=0.6)
    with pytest.raises(ValueError, match=r"`high` must lie in \(0, 1\]"):
        onemax.self_adjusting_law(10, factor=1.5, s=4, high=2.0)
    with pytest.raises(ValueError, match=r"`initial` must lie in \[0\.01, 0\.5\] .* got 0\.7"):
        onemax.self_adjusting_law(10, factor=1.5, s=4, initial=0.7)
    with pytest.raises(ValueError, match=r"`s` must be an integer or a simple fraction.*got 1\.4142.*Pass such an s"):
        onemax.self_adjusting_rates(10**6, factor=1.01, s=2**0.5)
    with pytest.raises(
        ValueError, match=r"`n` must be so small that the recursion .* got n=1000000 .* Pass a smaller n"
    ):
        onemax.self_adjusting_law(10**6, factor=1.5, s=4)
    with pytest.raises(ValueError, match=r"pairs of zero-bits and rate occur; got .* Use \.mean"):
        onemax.self_adjusting_law(50_000, factor=1.5, s=4, high=1e-4, horizon=3).cdf(1)
