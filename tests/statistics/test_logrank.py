"""Log-rank: SciPy's and a textbook's values, false alarms, power, and what is not judged."""

import math

import numpy as np
import pytest
import scipy.stats

from evo.statistics import log_rank

INF = math.inf


def capped(times, caps):
    times, caps = np.asarray(times, dtype=float), np.asarray(caps, dtype=float)
    return np.where(times <= caps, times, INF), np.minimum(times, caps)


def test_equals_scipy():
    rng = np.random.default_rng(1)
    judged = 0
    for _ in range(60):
        n, m = rng.integers(3, 60, 2)
        a = capped(rng.geometric(0.1, n), rng.integers(3, 40, n))
        b = capped(rng.geometric(0.13, m), rng.integers(3, 40, m))
        result = log_rank(*a, *b, 0.05)
        data = [scipy.stats.CensoredData.right_censored(spent, np.isinf(steps)) for steps, spent in (a, b)]
        expected = scipy.stats.logrank(*data)
        if result.z is None:
            continue
        judged += 1
        assert result.z == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)  # sums of 60 terms
        assert result.p == pytest.approx(expected.pvalue, rel=1e-8)
    assert judged > 50


def test_equals_the_textbook():
    # Freireich's remissions, 6-MP against placebo: 9 and 21 relapses, 19.25 and 10.75 expected, chi-square 16.79,
    # as printed by Kleinbaum and Klein (2012), Survival Analysis, chapter 2.
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    observed = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    result = log_rank(np.where(observed, times, INF), times, placebo, placebo, 0.001)
    assert result.goals == (9, 21) and result.capped == (12, 0)
    np.testing.assert_allclose(result.expected, (19.25, 10.75), atol=5e-3)
    assert result.z is not None and round(result.z**2, 2) == 16.79 and result.z < 0
    assert not result.ok and "DISAGREE" in str(result) and "goals: 9 and 21, by one law 19.25 and 10.75" in str(result)


def test_samples_exchange_and_units_do_not_matter():
    rng = np.random.default_rng(2)
    a, b = capped(rng.geometric(0.1, 30), np.full(30, 15)), capped(rng.geometric(0.2, 40), np.full(40, 12))
    one, other = log_rank(*a, *b), log_rank(*b, *a)
    assert one.z == pytest.approx(-other.z, rel=1e-12) and one.expected == pytest.approx(other.expected[::-1])
    assert log_rank(*(7 * x for x in a), *(7 * x for x in b)).z == pytest.approx(one.z, rel=1e-12)


@pytest.mark.parametrize("sizes", [(20, 20), (20, 100)])
def test_false_alarms(sizes, most_hits):
    rng, trials, rate = np.random.default_rng(3), 1500, 0.05
    refused = taken_for_goals = 0
    for _ in range(trials):
        caps = 30, 8  # of the first and the second sample
        a, b = (capped(rng.geometric(0.1, size), np.full(size, cap)) for size, cap in zip(sizes, caps))
        result = log_rank(*a, *b, rate)
        refused += result.z_limit is not None and not result.ok
        naive = log_rank(a[1], a[1], b[1], b[1], rate)
        taken_for_goals += not naive.ok
    allowed = most_hits(trials, rate + 0.01)  # 0.01: the error of the normal law, measured as 0.004 for 20 and 20 runs
    assert refused <= allowed
    assert taken_for_goals > allowed  # capped runs taken for finished ones are found out


def test_one_law_and_two_laws():
    rng = np.random.default_rng(4)
    same = [capped(rng.geometric(0.01, 4000), np.full(4000, cap)) for cap in (80, 120)]
    assert log_rank(*same[0], *same[1]).ok
    slow = capped(rng.geometric(0.01 / 1.5, 4000), np.full(4000, 120))
    result = log_rank(*same[0], *slow)
    # Power: the log of the ratio of rates, 0.405, has a standard error of 2 / sqrt(goals); 12 of them beyond the limit.
    assert result.z_limit is not None
    assert math.log(1.5) * math.sqrt(sum(result.goals)) / 2 > result.z_limit + 6.11
    assert not result.ok and result.z > result.z_limit


def test_what_cannot_be_judged():
    never = log_rank([INF, INF], [9, 9], [INF], [7])
    assert not never.ok and never.z is None
    assert str(never).startswith("NOT JUDGED: 2 and 1 runs (2 and 1 capped) could not be compared")
    assert "all 3 runs are capped" in str(never)
    assert "only while one sample" in str(log_rank([5, 6], [5, 6], [INF, INF], [3, 4]))
    few = log_rank([1, 2, 3], [1, 2, 3], [2, 3, 9, 12], [2, 3, 9, 12])
    assert few.z is not None and few.z_limit is None and not few.ok and "too few at 1e-09" in str(few)
