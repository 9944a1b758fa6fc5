"""The best rates on OneMax against brute force, closed forms and static rates."""

import itertools
import math

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import onemax
from theory.exact.onemax import _gains


def _weights(n):
    return np.array([math.comb(n, k) for k in range(n + 1)]) / 2.0**n


@pytest.mark.parametrize(("n", "size"), [(1, 200), (2, 60), (3, 18), (4, 9)])
def test_no_choice_of_rates_on_a_grid_is_better(n, size):
    best = onemax.optimal_rates(n)
    grid = np.append(np.linspace(0.0, 0.9, size)[1:], 1.0)
    rows = [[_gains.rows(n, rate, n)[k, :k] for k in range(n + 1)] for rate in grid]
    found = math.inf
    for choice in itertools.product(rows, repeat=n):
        mean = np.zeros(n + 1)
        for k in range(1, n + 1):
            gains = choice[k - 1][k]
            mean[k] = (1.0 + gains @ mean[k - gains.size : k][::-1]) / max(gains.sum(), 1e-100)
        found = min(found, float(_weights(n) @ mean))
    assert float(best.value) <= found * (1 + 1e-12)
    assert found < float(best.value) * 1.05  # the grid comes close


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_the_value_belongs_to_the_rates_and_each_rate_is_a_minimum(n):
    best = onemax.optimal_rates(n)
    with mp.workdps(50):
        means = [mp.mpf(0)]
        for k in range(1, n + 1):

            def cost(rate, k=k, means=means):
                gains = slow.gains(n, k, rate)
                after = mp.fsum(g * means[k - 1 - j] for j, g in enumerate(gains))
                return (1 + after) / mp.fsum(gains) if mp.fsum(gains) else mp.inf

            means.append(cost(best.rates[k]))
            for rate in (*np.linspace(0.01, 1.0, 23), *np.minimum(1.0, best.rates[k] * np.array([0.999, 1.001]))):
                assert cost(rate) >= means[-1] * (1 - 1e-13)
        mean = mp.fsum(mp.binomial(n, k) / mp.mpf(2) ** n * means[k] for k in range(n + 1))
        assert slow.relative(float(best.value), mean) < 1e-12


def test_known_optima():
    for n in (1, 5, 50):
        best = onemax.optimal_rates(n)
        assert math.isnan(best.rates[0]) and best.rates.shape == (n + 1,)
        assert best.rates[1] == pytest.approx(1 / n, rel=1e-6)  # maximises p (1 - p)^(n - 1); flat, so half the digits
        assert best.rates[n] == 1.0
        assert float(onemax.optimal_rates(n, start=n).value) == 1.0
        alone = 1 / (1 / n * (1 - 1 / n) ** (n - 1)) if n > 1 else 1.0
        assert float(onemax.optimal_rates(n, start=1).value) == pytest.approx(alone, rel=1e-13)


@pytest.mark.parametrize("n", [2, 10, 100])
def test_it_beats_every_static_rate_and_self_adjustment(n):
    best = float(onemax.optimal_rates(n).value)
    for strength in (0.3, 0.8, 1.0, 1.2, 2.0):
        assert best < float(onemax.expected_steps(n, strength=strength))
    assert best < float(onemax.self_adjusting_expected_steps(n, factor=1.5, s=4, low=1 / n))


@pytest.mark.parametrize(("n", "q", "size"), [(2, 0.65, 6), (2, 0.75, 6), (3, 0.5, 5), (4, 0.3, 3)])
def test_no_policy_on_a_grid_has_a_smaller_quantile(n, q, size):
    best = onemax.optimal_rates_for_quantile(n, q)
    t = int(float(best.value))
    assert 2 <= t <= 4
    steps = []  # the matrix of one step for every choice of a rate per number of zero-bits
    rows = [_gains.rows(n, rate, n) for rate in np.linspace(0.0, 1.0, size + 1)[1:]]
    for choice in itertools.product(rows, repeat=n):
        matrix = np.eye(n + 1)
        for k in range(1, n + 1):
            gains = choice[k - 1][k, :k]
            matrix[k, k - gains.size : k] = gains[::-1]
            matrix[k, k] = 1.0 - gains.sum()
        steps.append(matrix)
    reached = np.eye(n + 1)[:, :1]  # columns: P(arrived) from every state, one column per policy of the last steps
    for left in range(1, t + 1):
        reached = np.concatenate([step @ reached for step in steps], axis=1)
        chance = float((_weights(n) @ reached).max())
        if left == t - 1:
            assert chance < q
            reached = np.unique(reached.round(15), axis=1)
    assert chance > q - 0.06  # the grid comes close


@pytest.mark.parametrize(("n", "q"), [(3, 0.9), (10, 0.5), (12, 0.95)])
def test_the_quantile_belongs_to_the_rates(n, q):
    best = onemax.optimal_rates_for_quantile(n, q)
    t = int(float(best.value))
    law = _weights(n)
    for left in range(t, 0, -1):
        after = law.copy()
        for k in range(1, n + 1):
            if not math.isnan(best.rates[left, k]):
                gains = _gains.rows(n, best.rates[left, k], n)[k, :k]
                after[k] -= law[k] * gains.sum()
                after[k - gains.size : k] += law[k] * gains[::-1]
        law = after
        if left == 1:
            assert law[0] >= q - 1e-12
    assert best.value.lower == t == best.value.upper
    static = min(onemax.law(n, strength=c).quantile(q) for c in np.linspace(0.5, 2.0, 16))
    assert t <= static
    by_mean = onemax.optimal_rates(n).rates
    assert t <= _quantile_of(n, by_mean, q)


def _quantile_of(n, rates, q):
    law, t = _weights(n), 0
    down = [None, *(_gains.rows(n, rates[k], n)[k, :k] for k in range(1, n + 1))]
    while law[0] < q:
        after, t = law.copy(), t + 1
        for k in range(1, n + 1):
            after[k] -= law[k] * down[k].sum()
            after[k - down[k].size : k] += law[k] * down[k][::-1]
        law = after
    return t


def test_a_single_zero_bit_has_a_geometric_quantile():
    best = onemax.optimal_rates_for_quantile(5, 0.99, start=1)
    s = 0.2 * 0.8**4
    assert float(best.value) == math.ceil(math.log(0.01) / math.log1p(-s))
    np.testing.assert_allclose(best.rates[1:, 1], 0.2, rtol=1e-6)
    assert float(onemax.optimal_rates_for_quantile(5, 0.99, start=0).value) == 0.0


def test_arguments():
    for q in (0.0, 1.0, 1 - 1e-16, -0.1, math.nan):
        with pytest.raises(ValueError, match=r"`q` must lie in \(0, 0\.9999.*\] \(a probability\); got .* Pass 0\.5"):
            onemax.optimal_rates_for_quantile(5, q)
    with pytest.raises(ValueError, match=r"`n` must be so small that the search .* got n=100000, .* Pass a smaller n"):
        onemax.optimal_rates(10**5)
    with pytest.raises(ValueError, match=r"`n` must be so small .* got n=1000"):
        onemax.optimal_rates_for_quantile(1000, 0.5)
    with pytest.raises(ValueError, match=r"`n` must be an integer >= 1"):
        onemax.optimal_rates(0)
