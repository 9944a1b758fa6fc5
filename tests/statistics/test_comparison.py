"""Tests against a law and between samples: false alarms, power, and the discrete sup distance by brute force."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from evo.statistics import compare_with_law, dkw_radius, two_sample, z_threshold

INF = math.inf
FIXED = settings(derandomize=True, deadline=None, max_examples=80)


@dataclass(frozen=True)
class Moments:
    mean: float
    variance: float


@dataclass(frozen=True)
class Table:
    """A law on 0, 1, …, with a distribution function that takes single integers only."""

    weights: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.dot(np.arange(len(self.weights)), self.weights))

    @property
    def variance(self) -> float:
        return float(np.dot((np.arange(len(self.weights)) - self.mean) ** 2, self.weights))

    def cdf(self, t: int) -> float:
        if t < 0:
            raise ValueError("negative time")
        return min(1.0, math.fsum(self.weights[: t + 1]))


@dataclass(frozen=True)
class Geometric:
    """Steps until the first success, with a distribution function that takes arrays."""

    p: float

    @property
    def mean(self) -> float:
        return 1 / self.p

    @property
    def variance(self) -> float:
        return (1 - self.p) / self.p**2

    @property
    def skewness(self) -> float:
        return (2 - self.p) / math.sqrt(1 - self.p)

    def cdf(self, t):
        return -np.expm1(np.asarray(t) * math.log1p(-self.p))


def tables(size=8):
    return (
        st.lists(st.integers(0, 9), min_size=1, max_size=size)
        .filter(any)
        .map(lambda w: Table(tuple(np.array(w) / sum(w))))
    )


# ---------------------------------------------------------------------------------------------- thresholds


def test_z_threshold():
    assert round(z_threshold(1e-9), 2) == 6.11
    for rate in (0.5, 0.05, 1e-9, 1e-100):
        assert math.erfc(z_threshold(rate) / math.sqrt(2)) == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize("n", [150, 1000, 10_000])
@pytest.mark.parametrize("rate", [1e-3, 1e-9])
def test_mean_test_keeps_its_false_alarm_rate_for_skewed_laws(n, rate):
    law = Geometric(0.02)
    limit = compare_with_law(np.full(n, 50.0), law, rate).z_limit
    assert limit is not None and limit > z_threshold(rate)

    def exact(z):  # the sum of n geometric variables minus n is negative binomial
        spread = z * math.sqrt(law.variance * n)
        waits = scipy.stats.nbinom(n, law.p)
        return waits.sf(math.floor(n * law.mean + spread) - n) + waits.cdf(math.ceil(n * law.mean - spread) - 1 - n)

    assert exact(limit) <= rate
    if rate < 1e-6 and n == 150:
        assert exact(z_threshold(rate)) > 10 * rate  # what the plain normal threshold would do


def test_too_few_runs_are_said_to_be_too_few():
    result = compare_with_law([3, 9, 4, 10, 5], Moments(6.2, 10.0))
    assert result.mean_ok is None and not result.ok and result.z == pytest.approx(0.0, abs=1e-12)
    assert str(result).startswith("NOT JUDGED") and "too few" in str(result)
    values = np.random.default_rng(0).normal(size=28)
    assert compare_with_law(values - values.mean(), Moments(0.0, 1.0)).mean_ok in (True, None)


# ---------------------------------------------------------------------------------------------- sup distance


def brute_distance(sample, law, horizon=INF):
    """The sup over all real t up to the horizon, by both one-sided limits on a grid finer than every jump."""

    def empirical(t):
        return sum(x <= t for x in sample) / len(sample)

    top = min(horizon, max([x for x in sample if x < INF] + [len(law.weights)]) + 1)
    times = np.arange(0.0, top + 0.25, 0.25)
    return max(abs(empirical(t) - law.cdf(math.floor(t))) for t in times[times <= horizon])


@FIXED
@given(st.lists(st.integers(0, 10), min_size=1, max_size=25), tables())
def test_distance_is_the_sup(sample, law):
    result = compare_with_law(sample, law)
    assert result.distance == pytest.approx(brute_distance(sample, law), abs=1e-14)  # sums of 8 probabilities
    assert result.distance_p == pytest.approx(min(1, 2 * math.exp(-2 * len(sample) * result.distance**2)))
    at = result.distance_at
    assert abs(sum(x <= at for x in sample) / len(sample) - law.cdf(at)) == pytest.approx(result.distance, abs=1e-14)


@FIXED
@given(
    st.lists(st.one_of(st.integers(0, 10).map(float), st.just(INF)), min_size=1, max_size=25),
    tables(),
    st.integers(1, 9),
)
def test_distance_with_caps_is_the_sup_up_to_the_smallest(sample, law, horizon):
    result = compare_with_law(sample, law, horizon=horizon)
    assert result.distance == pytest.approx(brute_distance(sample, law, horizon), abs=1e-14)
    assert (result.z is None) == (INF in sample)


def test_distance_of_a_law_without_mass_below_the_first_value():
    # All mass of the law at 0, all runs at 5: the sup 1 is attained from 0 to 4 only, between the jumps.
    result = compare_with_law([5] * 100, Table((1.0,)))
    assert (result.distance, result.ok) == (1.0, False)


def test_distance_equals_scipy_where_the_law_is_continuous_in_effect():
    sample = np.random.default_rng(1).geometric(1e-7, 300)  # no ties, jumps of F below 1e-7
    result = compare_with_law(sample, Geometric(1e-7))
    expected = scipy.stats.ks_1samp(sample, scipy.stats.expon(scale=1e7).cdf).statistic
    assert result.distance == pytest.approx(expected, abs=3e-7)


@FIXED
@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), tables())
def test_arrays_are_for_a_plot(sample, law):
    result = compare_with_law(sample[::-1], law)
    np.testing.assert_array_equal(result.sorted_sample, sorted(sample))
    assert set(sample) <= set(result.grid.tolist()) and (np.diff(result.grid) > 0).all() and result.grid[0] >= 0
    np.testing.assert_array_equal(result.sample_cdf, [sum(x <= t for x in sample) / len(sample) for t in result.grid])
    np.testing.assert_array_equal(result.law_cdf, [law.cdf(int(t)) for t in result.grid])
    with pytest.raises(AttributeError):
        result.n = 0  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------- verdicts


def test_the_true_law_is_accepted():
    law = Geometric(0.01)
    result = compare_with_law(np.random.default_rng(2).geometric(0.01, 10_000), law)
    assert result.ok and result.mean_ok and result.distance_ok and not result.notes
    assert result.radius == dkw_radius(10_000, alpha=1e-9) and result.detectable == 2 * result.radius


def test_false_alarms_are_as_rare_as_said(most_hits):
    rng, law, trials, rate = np.random.default_rng(3), Geometric(0.1), 1000, 0.1
    results = [compare_with_law(rng.geometric(0.1, 60), law, rate) for _ in range(trials)]
    assert sum(not r.mean_ok for r in results) <= most_hits(trials, rate)
    assert sum(not r.distance_ok for r in results) <= most_hits(trials, rate)


def test_a_shifted_mean_is_found():
    law, n = Geometric(0.01), 10_000
    slow = Geometric(0.01 / 1.2)
    sample = np.random.default_rng(4).geometric(slow.p, n)
    # Power of the mean test: the shift, in standard errors of the true sample mean, beyond the limit.
    shift = (slow.mean - law.mean) / math.sqrt(law.variance / n)
    result = compare_with_law(sample, Moments(law.mean, law.variance))
    assert result.z_limit is not None
    margin = (shift - result.z_limit) * math.sqrt(law.variance / slow.variance)
    assert scipy.stats.norm.sf(margin) < 1e-9
    assert result.mean_ok is False and not result.ok
    # Power of the distance: the two laws are farther apart than the sample is sure to detect.
    times = np.arange(2000)
    result = compare_with_law(sample, law)
    assert np.abs(law.cdf(times) - slow.cdf(times)).max() > result.detectable
    assert result.distance_ok is False and "DISAGREE" in str(result)


def test_a_missing_atom_is_found():
    # First the atom at 0 (runs that start at the optimum), then one in the middle, which leaves the mean as it is.
    for law, atom in [(Table((0.1, 0.3, 0.3, 0.3)), 0), (Table((0.1, 0.3, 0.2, 0.3, 0.1)), 2)]:
        rest = np.array(law.weights)
        rest[atom] = 0.0
        rest /= rest.sum()
        result = compare_with_law(np.random.default_rng(5).choice(rest.size, 10_000, p=rest), law)
        apart = np.abs(np.cumsum(rest) - np.cumsum(law.weights)).max()
        assert result.detectable is not None and result.detectable < apart
        assert result.distance_ok is False


def test_capped_runs_are_compared_below_the_cap_only():
    rng, law, cap = np.random.default_rng(6), Geometric(0.01), 80
    times = rng.geometric(0.01, 5000)
    result = compare_with_law(np.where(times <= cap, times, INF), law, horizon=cap)
    assert result.ok and result.mean_ok is None and result.sample_mean is None
    assert result.capped == (times > cap).sum() and result.grid.max() == cap
    assert "capped" in str(result) and "up to step 80" in str(result)
    # Taken for goals, the caps are found out.
    assert not compare_with_law(np.minimum(times, cap), law).ok


def test_where_all_runs_are_capped_only_the_cap_is_compared():
    result = compare_with_law([INF] * 1000, Geometric(1e-6), horizon=50)
    assert result.ok and result.only_cap
    first = str(result).splitlines()[0]
    assert first == (
        "1000 runs, none at its goal by step 50: nothing but the cap was compared, P(T > 50) does not contradict the "
        "law; false-alarm rate 1e-09"
    )
    assert " agree" not in str(result)
    result = compare_with_law([INF] * 1000, Geometric(0.01), horizon=50)
    assert not result.ok and "P(T > 50) DISAGREES with the law" in str(result)
    assert not compare_with_law([40] + [INF] * 999, Geometric(1e-6), horizon=50).only_cap
    both = two_sample([INF] * 9, [INF] * 7, horizon=50)
    assert both.only_cap and " agree" not in str(both)
    assert str(both).startswith(
        "9 and 7 runs, none at its goal by step 50: nothing but the cap was compared, P(T > 50)"
    )


def test_a_law_without_distribution_function_says_so():
    sample = np.random.default_rng(7).geometric(0.01, 5000)
    result = compare_with_law(sample, Moments(100.0, 9900.0))
    assert result.ok and result.distance is None and result.distance_ok is None and result.grid.size == 0
    assert "offers no cdf" in str(result)


def test_a_law_without_spread():
    assert compare_with_law([0, 0, 0], Table((1.0,)), 0.5).z == 0.0
    result = compare_with_law([0, 0, 1] * 20, Table((1.0,)))
    assert result.z == INF and result.mean_ok is False


def test_a_law_of_infinite_mean_is_compared_by_its_distribution_function_only():
    result = compare_with_law([1, 2, 3], Moments(INF, INF))
    assert result.z is None and not result.ok and "no finite mean" in str(result)


def test_without_skewness_the_limit_is_the_normal_one():
    @dataclass(frozen=True)
    class Symmetric(Moments):
        skewness: float

    values = np.arange(50)
    assert compare_with_law(values, Symmetric(24.5, 208.0, 0.0)).z_limit == z_threshold(1e-9)
    assert compare_with_law(values, Symmetric(24.5, 208.0, math.nan)).z_limit == z_threshold(1e-9)


def test_one_run_judges_nothing_but_its_support():
    result = compare_with_law([1], Geometric(0.5))
    assert result.mean_ok is None and result.distance_ok and "sure to find no law" in str(result)


def test_text_states_verdict_rate_and_reach():
    text = str(compare_with_law(np.random.default_rng(8).geometric(0.01, 1000), Geometric(0.01), 1e-6))
    first, second, third = text.splitlines()
    assert first == "1000 runs agree with the law; false-alarm rate 1e-06 per test, at most 2e-06 for both"
    assert second.startswith("mean: ") and "z = " in second
    assert third.startswith("distribution: sup distance ") and "sure to find laws farther than 0.17" in third


# ---------------------------------------------------------------------------------------------- two samples


@FIXED
@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_two_sample_distance_is_the_sup_and_symmetric(a, b):
    result, mirrored = two_sample(a, b), two_sample(b, a)
    brute = max(abs(sum(x <= t for x in a) / len(a) - sum(x <= t for x in b) / len(b)) for t in range(10))
    assert result.distance == pytest.approx(brute, abs=1e-15)
    assert (result.distance, result.radius, result.ok) == (mirrored.distance, mirrored.radius, mirrored.ok)


@pytest.mark.parametrize("n", [1, 4, 6])
def test_reflection_bound_against_all_orders(n):
    # Every order of 2n different values is equally likely under one law: the exact p of each distance, by enumeration.
    places = [np.array(c) for c in itertools.combinations(range(2 * n), n)]
    results = [two_sample(p, np.setdiff1d(np.arange(2 * n), p), 0.2) for p in places]
    distances = np.array([round(r.distance * n) for r in results])
    for k in range(1, n + 1):
        exact = (distances >= k).mean()
        bound = {r.distance_p for r, d in zip(results, distances) if d == k}.pop()
        assert exact <= bound * (1 + 1e-9)
        assert bound == pytest.approx(min(1, 2 * math.comb(2 * n, n + k) / math.comb(2 * n, n)), rel=1e-9)
        if 2 * k > n:  # two excursions do not fit in: equality
            assert exact == pytest.approx(bound, rel=1e-9)
    assert np.mean([not r.distance_ok for r in results]) <= 0.2


def test_two_sample_false_alarms(most_hits):
    rng, trials, rate = np.random.default_rng(9), 1000, 0.1
    for sizes in [(50, 50), (80, 40)]:
        results = [two_sample(*(rng.geometric(0.1, size) for size in sizes), rate) for _ in range(trials)]
        assert sum(not r.distance_ok for r in results) <= most_hits(trials, rate)
        assert sum(r.mean_ok is False for r in results) <= most_hits(trials, rate)


@pytest.mark.parametrize("sizes", [(10_000, 10_000), (10_000, 9_000)])
def test_two_sample_accepts_one_law_and_finds_two(sizes):
    rng, law, slow = np.random.default_rng(10), Geometric(0.01), Geometric(0.01 / 1.5)
    same = two_sample(*(rng.geometric(law.p, size) for size in sizes))
    assert same.ok and same.mean_ok and "agree" in str(same) and "by " in str(same)
    different = two_sample(rng.geometric(law.p, sizes[0]), rng.geometric(slow.p, sizes[1]))
    times = np.arange(2000)
    # Power: the laws are farther apart than the radius and what both samples may be off, at 1e-9.
    off = sum(dkw_radius(size, alpha=0.5e-9) for size in sizes)
    assert np.abs(law.cdf(times) - slow.cdf(times)).max() > different.radius + off
    assert different.distance_ok is False and different.mean_ok is False


def test_welch_equals_scipy():
    rng = np.random.default_rng(11)
    a, b = rng.normal(0, 1, 50), rng.normal(0.5, 2, 70)
    result, expected = two_sample(a, b), scipy.stats.ttest_ind(a, b, equal_var=False)
    assert result.t == pytest.approx(expected.statistic, rel=1e-12)
    assert result.mean_p == pytest.approx(expected.pvalue, rel=1e-10)


def test_two_sample_refuses_means_it_cannot_judge():
    assert "no spread" in str(two_sample([1], [2]))
    assert "neither sample has spread" in str(two_sample([1, 1], [2, 2]))
    assert "too few" in str(two_sample([1, 2, 3], [2, 3, 9]))
    result = two_sample([1, 2, INF], [2, 3, 40], horizon=10)
    assert result.means is None and "capped" in str(result) and result.distance == pytest.approx(1 / 3)
    assert two_sample([INF], [INF], horizon=5).distance == 0
