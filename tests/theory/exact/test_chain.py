"""The hitting-time core against dense solves."""

import math

import mpmath as mp
import numpy as np
import pytest

from tests.theory.exact import slow_twins as slow
from theory import chain, onemax
from theory.exact.chain import reduction

pytestmark = pytest.mark.jit_off


def _random(size, seed, lazy):
    rows = np.random.default_rng(seed).dirichlet(np.ones(size), size=size) * lazy
    rows[np.arange(size), np.arange(size)] += 1.0 - lazy
    return rows


@pytest.mark.parametrize("lazy", [1.0, 1e-3, 1e-9])
def test_reduction_against_many_digits(lazy):
    matrix = _random(9, 5, lazy)
    mean, variance = chain.moments(chain.Chain.from_matrix(matrix))
    with mp.workdps(60):
        system = mp.zeros(8, 8)
        for k in range(8):  # 1 - P_kk is the sum of what leaves, as in the float chain
            for j in range(8):
                system[k, j] = -mp.mpf(matrix[k + 1, j + 1]) if j != k else mp.fsum(
                    mp.mpf(matrix[k + 1, i]) for i in range(9) if i != k + 1
                )  # fmt: skip
        first = mp.lu_solve(system, mp.ones(8, 1))
        second = mp.lu_solve(system, 2 * first - mp.ones(8, 1))
        for k in range(8):
            assert slow.relative(mean[k + 1], first[k]) < 1e-14
            assert slow.relative(variance[k + 1], second[k] - first[k] ** 2) < 1e-13


def test_solve_keeps_digits_where_elimination_with_subtraction_loses_them():
    eps = 1e-14
    inner = np.array([[0.0, 1.0 - eps], [1.0, 0.0]])
    solution = chain.solve(inner.copy(), np.array([eps, 0.0]), np.ones(2))
    np.testing.assert_allclose(solution, [2 / eps, 2 / eps + 1], rtol=1e-13)


def test_both_recursions_agree_on_a_chain_that_moves_down():
    down = onemax.bands(40, strength=2.0)
    both_ways = chain.Chain(down.down, np.zeros((41, 1)))
    wide = reduction._reduce(down.down.copy(), np.zeros((41, 1)))
    for one, other, third in zip(chain.moments(down), chain.moments(both_ways), wide, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-15)
        np.testing.assert_allclose(one, third, rtol=1e-12)


def test_forward_iteration_against_matrix_powers():
    matrix = _random(7, 1, 0.5)
    start = np.full(7, 1 / 7)
    law = chain.law(chain.Chain.from_matrix(matrix), start, source="test")
    matrix[0], state = np.eye(7)[0], start
    for t in range(60):
        assert law.cdf(t) == pytest.approx(state[0], abs=1e-14)
        state = state @ matrix
    assert law.kind.name == "EXACT" and law.source == "test"


def test_unreachable_targets_give_infinite_times():
    mean, variance = chain.moments(chain.Chain(np.array([[0.0], [0.5], [0.0]]), np.zeros((3, 0))))
    assert mean.tolist() == [0.0, 2.0, math.inf] and variance[2] == math.inf
    mean, _ = chain.moments(chain.Chain.from_matrix([[1, 0, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]]))
    assert mean.tolist() == [0.0, math.inf, math.inf]
    assert chain.mixed(mean, mean, np.array([1.0, 0.0, 0.0])) == (0.0, 0.0)
    assert chain.mixed(mean, mean, np.array([0.5, 0.5, 0.0])) == (math.inf, math.inf)


def test_arguments():
    coin = chain.Chain(np.array([[0.0], [0.5]]), np.zeros((2, 0)))
    with pytest.raises(ValueError, match=r"`start` must be a law on the 2 states .* sum nan\. Pass one probability"):
        chain.law(coin, [math.nan, 1.0], source="test")
    with pytest.raises(TypeError, match=r"`start` must hold a law on the 2 states; got \['a', 1\.0\]\. Pass one"):
        chain.law(coin, ["a", 1.0], source="test")
    for wrong, error in ((-1, ValueError), (2.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match=r"`horizon` must be an integer >= 0 \(steps\); got .*Pass None"):
            chain.law(coin, [0.0, 1.0], source="test", horizon=wrong)
    with pytest.raises(ValueError, match=r"`matrix` must have rows of sum 1; got 0\.9 in row 1\. Add what is missing"):
        chain.Chain.from_matrix([[1, 0], [0.5, 0.4]])
    with pytest.raises(TypeError, match=r"`matrix` must hold probabilities, \(states, states\); got 'a'\. Row k"):
        chain.Chain.from_matrix("a")


def test_an_incomplete_law_without_a_horizon_is_refused():
    stuck = chain.Chain(np.array([[0.0], [0.0]]), np.zeros((2, 0)))
    with pytest.raises(ValueError, match="complete within 100 steps"):
        chain.iterate(stuck, np.array([0.0, 1.0]), limit=100)
