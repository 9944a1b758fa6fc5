"""Rank sums: SciPy's values, the exact moments by enumeration, false alarms, and what is not judged."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats

from evo.statistics import rank_sum

INF = math.inf


def test_equals_scipy():
    rng = np.random.default_rng(1)
    for _ in range(40):
        n, m = rng.integers(2, 40, 2)
        a, b = rng.geometric(0.1, n), rng.geometric(0.15, m)
        result = rank_sum(a, b, 0.05)
        expected = scipy.stats.mannwhitneyu(a, b, use_continuity=False, method="asymptotic")
        assert result.superiority == pytest.approx(1 - expected.statistic / (n * m), rel=1e-12)
        assert result.p == pytest.approx(expected.pvalue, rel=1e-9)


def test_moments_are_exact_for_ties():
    values = np.array([1, 1, 1, 2, 3, 3, 9.0])
    results = []
    for chosen in itertools.combinations(range(7), 2):  # under one law every choice is equally likely
        first = np.isin(np.arange(7), chosen)
        results.append(rank_sum(values[first], values[~first], 0.5))
    z = np.array([result.z for result in results])
    assert np.mean([result.superiority for result in results]) == pytest.approx(0.5, rel=1e-12)
    assert (z**2).mean() == pytest.approx(1.0, rel=1e-12)
    limit = results[0].z_limit
    assert limit is not None  # it solves the tail with the exact skewness of z
    tail = 2 * scipy.stats.norm.sf(limit) * math.exp(abs((z**3).mean()) * limit**3 / 6)
    assert tail == pytest.approx(0.5, rel=1e-9)


def test_superiority_counts_pairs_and_late_runs_as_ties():
    a, b = np.array([3, 5, 8, INF]), np.array([4, 8, INF, 40, 20])
    result = rank_sum(a, b, horizon=10)
    cut_a, cut_b = np.minimum(a, 11), np.minimum(b, 11)
    pairs = (cut_a[:, None] < cut_b).mean() + (cut_a[:, None] == cut_b).mean() / 2
    assert result.superiority == pytest.approx(pairs, rel=1e-12)
    assert result.late == (1, 3) and "4 and 5 runs (1 and 3 later than 10)" in str(result)
    mirrored = rank_sum(b, a, horizon=10)
    assert (mirrored.z, mirrored.superiority) == pytest.approx((-result.z, 1 - result.superiority), rel=1e-12)


def test_false_alarms_and_late_runs_dropped(most_hits):
    rng, trials, rate, cap = np.random.default_rng(2), 800, 0.05, 8
    refused = dropped = 0
    allowed = most_hits(trials, rate + 0.01)  # 0.01: the error of the normal law, measured as 0.003
    for _ in range(trials):
        a, b = rng.geometric(0.1, 20).astype(float), rng.geometric(0.1, 60).astype(float)
        result = rank_sum(*(np.where(x <= cap, x, INF) for x in (a, b)), rate, horizon=cap)
        refused += result.z_limit is not None and not result.ok
        dropped += not rank_sum(b, a[a <= cap], rate).ok  # the defect: capped runs of the first sample left out
    assert refused <= allowed < dropped


def test_verdicts():
    rng = np.random.default_rng(3)
    same = rank_sum(rng.geometric(0.01, 900), rng.geometric(0.01, 700))
    assert same.ok and "900 and 700 runs agree with each other" in str(same)
    slow = rank_sum(rng.geometric(0.01, 4000), rng.geometric(0.01 / 1.5, 4000))
    # Power: superiority 0.6, standard error at most sqrt(0.24 / 4000), by one law sqrt(8001 / (12 4000^2))
    by_one_law = math.sqrt(8001 / (12 * 4000**2))
    assert slow.z_limit is not None and slow.z_limit * by_one_law + 6.11 * math.sqrt(0.24 / 4000) < 0.1
    assert not slow.ok and slow.z > 0 and "the first is faster in " in str(slow)
    never = rank_sum([INF, INF], [INF], horizon=9)
    assert never.z is None and never.superiority == 0.5
    assert str(never).startswith("NOT JUDGED") and "take the same time or are later than 9" in str(never)
