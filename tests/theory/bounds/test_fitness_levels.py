"""The fitness-level method against exact chains."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.theory.bounds.chains import chains, means
from theory import Kind, chain, drift, fitness_levels, leading_ones, onemax, rls


def _uniform(n):
    return np.array([math.comb(n, k) for k in range(n + 1)]) / 2.0**n


@pytest.mark.parametrize("strength", [0.3, 1.0, 2.0, 10.0])
def test_onemax(strength):
    n = 40
    bands, start = onemax.bands(n, strength=strength), _uniform(n)
    exact = onemax.law(n, strength=strength).mean
    levels = fitness_levels.levels_of(bands, start)
    assert np.array_equal(levels.least, levels.most)
    value = fitness_levels.expected_steps(levels.least, visits=levels.visits)
    assert float(value) == pytest.approx(exact, rel=1e-12) and value.kind is Kind.EXACT
    assert fitness_levels.upper_bound(levels.least).upper > exact
    assert fitness_levels.upper_bound(levels.least, visits=levels.visits).upper >= exact * (1 - 1e-13)
    assert fitness_levels.lower_bound(levels.most, visits=levels.visits).lower <= exact


def test_randomised_local_search_visits_every_level_below_the_start():
    n = 12
    steps = chain.Chain(np.arange(n + 1.0)[:, None] / n, np.zeros((n + 1, 0)))
    levels = fitness_levels.levels_of(steps, np.eye(n + 1)[n])
    assert levels.visits == pytest.approx(np.ones(n)) and levels.least == pytest.approx(np.arange(n, 0, -1) / n)
    total = fitness_levels.expected_steps(levels.least, visits=levels.visits)
    assert float(total) == pytest.approx(float(rls.expected_steps(n, start=n)))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
def test_leading_ones_visits_levels_with_probability_one_half(rate):
    n = 15
    down = np.zeros((n + 1, n))
    start = np.zeros(n + 1)
    for missing in range(1, n + 1):  # from n - missing leading ones; what lies behind the flipped bit is uniform
        leave = rate * (1 - rate) ** (n - missing)
        down[missing, :missing] = leave * 0.5 ** np.minimum(np.arange(1, missing + 1), missing - 1)
        start[missing] = 0.5 ** (n - missing + 1)
    start[0] = 0.5**n
    levels = fitness_levels.levels_of(chain.Chain(down, np.zeros((n + 1, 0))), start)
    np.testing.assert_allclose(levels.visits, 0.5, rtol=1e-12)
    exact = float(leading_ones.expected_steps(n, rate=rate))
    assert float(fitness_levels.expected_steps(levels.least, visits=levels.visits)) == pytest.approx(exact, rel=1e-12)
    assert fitness_levels.upper_bound(levels.least).upper == pytest.approx(2.0 * exact, rel=1e-11)
    assert fitness_levels.lower_bound(levels.most, visits=np.full(n, 0.5)).lower <= exact * (1 + 1e-15)


def _blocks(matrix, sizes):
    """No move to a worse level; inside a level everything is allowed."""
    level = np.concatenate([[0], np.repeat(np.arange(1, len(sizes) + 1), sizes)])[: len(matrix)]
    for k in range(1, len(matrix)):
        worse = level > level[k]
        matrix[k, k] += matrix[k, worse].sum()
        matrix[k, worse] = 0.0
    return level


@given(chains(most=9), st.lists(st.integers(1, 3), min_size=8, max_size=8), st.integers(0, 10**6))
def test_bounds_enclose_the_mean_of_random_chains_with_levels_of_several_states(drawn, sizes, seed):
    _, matrix = drawn
    level = _blocks(matrix, sizes)
    start = np.random.default_rng(seed).dirichlet(np.ones(len(matrix)))
    levels = fitness_levels.levels_of(chain.Chain.from_matrix(matrix), start, partition=level)
    if levels.least.min() < 1e-5:
        return
    exact = float(start @ means(matrix))
    lower = fitness_levels.lower_bound(levels.most, visits=levels.visits).lower
    upper = fitness_levels.upper_bound(levels.least, visits=levels.visits).upper
    assert lower <= exact * (1 + 1e-9) and exact <= upper * (1 + 1e-9)
    assert upper <= fitness_levels.upper_bound(levels.least).upper * (1 + 1e-12)
    for place, number in enumerate(sorted(set(level[level > 0].tolist()), reverse=True)):
        assert levels.visits[place] == pytest.approx(_ever(matrix, start, level == number), rel=1e-9)


def _ever(matrix, start, members):
    """P(a set of states is ever entered), by the equations of its hitting probability."""
    others = np.flatnonzero(~members[1:]) + 1
    inner = np.eye(others.size) - matrix[np.ix_(others, others)]
    hit = np.linalg.solve(inner, matrix[np.ix_(others, np.flatnonzero(members))].sum(axis=1))
    return start[members].sum() + start[others] @ hit


def test_wrong_visit_probabilities_are_seen():
    n = 30
    levels = fitness_levels.levels_of(onemax.bands(n, strength=1.0), _uniform(n))
    exact = onemax.law(n, strength=1.0).mean
    assert fitness_levels.lower_bound(levels.most, visits=np.ones(n)).lower > exact
    assert fitness_levels.upper_bound(levels.least, visits=0.5 * levels.visits).upper < exact


def test_a_target_of_several_states():
    bands = onemax.bands(10, strength=1.0)
    level = np.maximum(0, np.arange(11) - 2)  # at most two zero-bits
    levels = fitness_levels.levels_of(bands, _uniform(10), partition=level)
    matrix = np.eye(11)
    for k in range(3, 11):
        matrix[k, k - bands.down.shape[1] if k > bands.down.shape[1] else 0 : k] = bands.down[k, :k][::-1]
        matrix[k, k] = 1.0 - matrix[k, :k].sum()
    inner = np.eye(8) - matrix[3:, 3:]
    exact = _uniform(10)[3:] @ np.linalg.solve(inner, np.ones(8))
    assert float(fitness_levels.expected_steps(levels.least, visits=levels.visits)) == pytest.approx(exact, rel=1e-12)


def test_levels_that_are_lost_or_never_left():
    walk = chain.Chain.from_matrix([[1, 0, 0], [0.5, 0.25, 0.25], [0, 0.5, 0.5]])
    with pytest.raises(ValueError, match=r"never move to a worse level; from state 1 of level 1 it does .* 0\.25"):
        fitness_levels.levels_of(walk, [0, 0, 1])
    joined = fitness_levels.levels_of(walk, [0, 0, 1], partition=[0, 1, 1])
    assert joined.visits == pytest.approx([1.0]) and (joined.least[0], joined.most[0]) == (0.0, 0.5)
    assert fitness_levels.upper_bound(joined.least).upper == math.inf
    assert drift.additive_upper(drift.Process.from_chain(walk, [0, 1, 2]), 2.0).expected.upper == pytest.approx(8.0)
    stuck = chain.Chain(np.array([[0.0], [0.5], [0.0]]), np.zeros((3, 0)))
    levels = fitness_levels.levels_of(stuck, [0, 0.5, 0.5])
    assert levels.visits.tolist() == [0.5, 0.5] and levels.least.tolist() == [0.0, 0.5]
    assert float(fitness_levels.expected_steps(levels.least, visits=levels.visits)) == math.inf
    with pytest.raises(ValueError, match=r"`partition` must not join states .* 2 states has 1 of them"):
        fitness_levels.levels_of(stuck, [0, 0.5, 0.5], partition=[0, 1, 1])


def test_arguments():
    for wrong in ([1.5], [-0.1], [math.nan], 0.5):
        with pytest.raises(ValueError, match=r"`leave` must hold probabilities in \[0, 1\], one per level"):
            fitness_levels.upper_bound(wrong)
    with pytest.raises(ValueError, match="`leave` and `visits` must have one entry per level; got 2 and 1"):
        fitness_levels.lower_bound([0.5, 0.5], visits=[1.0])
    bands = onemax.bands(2, rate=0.5)
    with pytest.raises(ValueError, match="`start` must hold the probabilities of the 3 states"):
        fitness_levels.levels_of(bands, [1.0, 1.0, 0.0])
    for partition in ([1, 1, 1], [0, 1], [0.0, 1.0, 2.0], [0, -1, 1]):
        with pytest.raises(ValueError, match="`partition` must hold 3 integers >= 0"):
            fitness_levels.levels_of(bands, [0, 0, 1], partition=partition)


def test_sums_beyond_the_range_of_floats_are_infinite():
    assert fitness_levels.upper_bound([1e-308, 1e-308]).upper == math.inf
    assert fitness_levels.upper_bound([]).upper == 0.0
