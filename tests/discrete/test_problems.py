"""Problems against slow, obvious definitions, for all strings and all sets of flipped positions."""

import itertools
from fractions import Fraction

import numba
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines import functions as f
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import seed_stream
from tests.discrete.cases import DYNAMIC, NEUTRAL, PROBLEMS, RANDOM_PROBLEMS, all_strings

_KEY = evo.Key(13)


def _leading(x):
    return next((place for place, bit in enumerate(x) if bit == 0), len(x))


def _hot_topic(problem, x):
    """The definition, read from the sets; thresholds as exact fractions."""
    eps = Fraction(str(problem.eps))
    satisfied = [sum(x[i] == 0 for i in core) <= eps * len(core) for core in problem.core]
    level = max([i for i, good in enumerate(satisfied, start=1) if good], default=0)
    hot = set(problem.hot[level]) if level < len(problem.hot) else set()
    inside = sum(int(x[i]) for i in hot)
    return level, problem.n**2 * level + problem.n * inside + sum(int(b) for b in x) - inside


def _exact(problem, x):
    """(level, value) of a string."""
    ones = [i for i, bit in enumerate(x) if bit]
    if isinstance(problem, d.OneMax):
        return 0, len(ones)
    if isinstance(problem, d.LeadingOnes):
        return _leading(x), _leading(x)
    if isinstance(problem, d.Jump):
        n, k = problem.n, problem.gap
        return 0, k + len(ones) if len(ones) <= n - k or len(ones) == n else n - len(ones)
    if isinstance(problem, d.BinVal):
        return 0, int("".join(str(int(bit)) for bit in x), 2)
    if isinstance(problem, d.HotTopicSets):
        return _hot_topic(problem, x)
    weights = problem.weights if isinstance(problem, d.Linear) else problem.weights(_KEY)
    return 0, sum((Fraction(weights[i].item()) for i in ones), Fraction(0))


_STATIC = [name for name in PROBLEMS if name not in DYNAMIC]


def _instance(problem):
    return instance_of(problem.lower(problem.n), _KEY.child("instance"))


def _all_moves(instance, strings, signs, comparisons, magnitudes, values, levels):
    """Gains of all moves from all strings; returns whether `commit` and `prepare` agree after every move."""
    count, n = strings.shape
    flips = np.empty(n, dtype=np.int64)
    stream = np.zeros(4, dtype=np.uint64)
    x = np.empty(n, dtype=np.uint8)
    for start in range(count):
        x[:] = strings[start]
        cache = f.prepare(instance, x)
        values[start], levels[start] = f.value(instance, cache, x), f.level(instance, cache)
        for mask in range(count):
            flipped = 0
            for position in range(n):
                if (mask >> position) & 1:
                    flips[flipped] = position
                    flipped += 1
            signs[start, mask], magnitudes[start, mask] = f.gain(instance, cache, x, flips, flipped, stream)
            comparisons[start, mask] = f.compare(instance, cache, x, flips, flipped, stream)
            for position in range(n):
                if x[position] != strings[start, position]:
                    return False  # a gain left the string changed
    for start in range(count):  # walk: commits follow commits, through all moves in Gray-code-like order
        x[:] = strings[start]
        cache = f.prepare(instance, x)
        here = start
        for mask in range(1, count):
            flipped = 0
            for position in range(n):
                if (mask >> position) & 1:
                    flips[flipped] = position
                    flipped += 1
                    x[position] = 1 - x[position]
            here ^= mask
            f.commit(instance, cache, x, flips, flipped)
            if f.value(instance, cache, x) != values[here] or f.level(instance, cache) != levels[here]:
                return False
            if f.compare(instance, cache, x, flips, flipped, stream) != comparisons[here, mask]:
                return False
    return True


_compiled_moves = numba.njit(_all_moves)


def _check(problem, walk):
    n = problem.n
    strings = all_strings(n)
    count = len(strings)
    signs, comparisons = np.zeros((2, count, count), dtype=np.int64)
    magnitudes, values, levels = np.zeros((count, count)), np.zeros(count), np.zeros(count, dtype=np.int64)
    assert walk(_instance(problem), strings, signs, comparisons, magnitudes, values, levels)
    truth = [_exact(problem, x) for x in strings]
    assert levels.tolist() == [level for level, _ in truth]
    assert values.tolist() == [float(value) for _, value in truth]
    exact = problem.evaluate(strings, 0, _KEY)
    assert [Fraction(value.item() if hasattr(value, "item") else value) for value in exact] == [v for _, v in truth]
    places = {value: place for place, value in enumerate(sorted({value for _, value in truth}))}
    rank = np.array([places[value] for _, value in truth])
    other = np.arange(count)[:, None] ^ np.arange(count)[None, :]
    expected = np.sign(rank[other] - rank[:, None])
    np.testing.assert_array_equal(signs, expected)
    np.testing.assert_array_equal(comparisons, expected)
    if count <= 64:
        for start, mask in itertools.product(range(count), repeat=2):
            gain = truth[start ^ mask][1] - truth[start][1]
            assert magnitudes[start, mask] == float(gain), (start, mask)
    else:  # integers: exact in float64
        gains = np.array([float(value) for _, value in truth])
        np.testing.assert_allclose(magnitudes, gains[other] - gains[:, None], rtol=0, atol=2.0**-44 * gains.max())


@pytest.mark.jit_off
@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("name", [*_STATIC, "random_uniform", "random_integers"])
def test_definitions_and_moves(name, n):
    _check((PROBLEMS | RANDOM_PROBLEMS)[name](n), _all_moves)


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 9, 10])
@pytest.mark.parametrize("name", [*_STATIC, "random_uniform", "random_exponential"])
def test_definitions_and_moves_of_longer_strings(name, n):
    _check((PROBLEMS | RANDOM_PROBLEMS)[name](n), _compiled_moves)


@pytest.mark.jit_off
@pytest.mark.parametrize("n", [1, 3, 5])
def test_dynamic_bin_val_compares_under_the_function_of_the_step(n):
    problem, strings = d.DynamicBinVal(n), all_strings(n)
    instance = problem.lower(n)
    stream = np.empty(4, dtype=np.uint64)
    for step in range(1, 9):
        values = problem.evaluate(strings, step, _KEY)
        assert sorted(values) == list(range(2**n)) and values[-1] == 2**n - 1 and all(type(v) is int for v in values)
        seed_stream(stream, *_KEY.child("function").words(), step)
        before = stream.copy()
        for start, mask in itertools.product(range(2**n), repeat=2):
            flips = np.array([i for i in range(n) if mask >> i & 1] + [0] * n, dtype=np.int64)
            x = strings[start]
            sign, magnitude = f.gain(instance, f.prepare(instance, x), x, flips, mask.bit_count(), stream)
            change = values[start ^ mask] - values[start]
            assert sign == (change > 0) - (change < 0) and magnitude == sign
        assert (stream == before).all()
    orders = {tuple(problem.evaluate(np.eye(5, dtype=np.uint8)[:, :n], step, _KEY)) for step in range(30)}
    assert len(orders) > 20 or n < 5


@pytest.mark.jit_off
def test_strictly_monotone_where_declared():
    for name, make in (PROBLEMS | RANDOM_PROBLEMS).items():
        problem = make(6)
        if not problem.monotone:
            assert name in NEUTRAL | {"leading_ones", "jump"}
            continue
        values = problem.evaluate(all_strings(6), 3, _KEY)
        for x, bit in itertools.product(range(64), range(6)):
            if not x >> bit & 1:
                assert values[x] < values[x | 1 << bit], name


@pytest.mark.jit_off
@pytest.mark.parametrize("name", [*PROBLEMS, *RANDOM_PROBLEMS])
def test_solved_optimum_and_reported_value(name):
    n = 7
    problem = (PROBLEMS | RANDOM_PROBLEMS)[name](n)
    strings = all_strings(n)
    values = problem.evaluate(strings, 1, _KEY)
    relevant = problem.positions(_KEY) if name in NEUTRAL else np.arange(n)
    assert [bool(problem.solved_in(x, _KEY)) for x in strings] == [x[relevant].all() for x in strings]
    if name == "hidden_subset":
        assert problem.solved(strings[-1]) is None  # only a run knows
    else:
        assert [bool(problem.solved(x)) for x in strings] == [x[relevant].all() for x in strings]
    assert max(values) == values[-1] and (list(values).count(values[-1]) == 1 or name in NEUTRAL)
    if problem.optimum() is not None:
        assert problem.optimum() == float(values[-1])
    order_only = problem.values is evo.Values.ORDER
    for x, value in zip(strings, values, strict=True):
        expected = (1 - x[relevant]).sum() if order_only else float(value)
        assert problem.reported_in(x, value, _KEY) == expected
        assert name == "hidden_subset" or problem.reported(x, value) == expected
    assert (problem.level_count() > 1) == (name == "leading_ones" or "hot_topic" in name)


@pytest.mark.jit_off
def test_long_binary_values_are_exact_integers():
    n = 200
    problem = d.BinVal(n)
    strings = np.random.default_rng(0).integers(0, 2, (50, n), dtype=np.uint8)
    strings[1] = strings[0]
    strings[1, -1] ^= 1  # differs in the last of 200 bits only
    values = problem.evaluate(strings, 0, _KEY)
    assert values.dtype == object and all(type(value) is int for value in values)
    assert values.tolist() == [int("".join(map(str, x)), 2) for x in strings.tolist()]
    assert (values[0] < values[1]) == (strings[0, -1] < strings[1, -1])
    assert float(values[0]) == float(values[1])  # a float would call them equal
    assert problem.values is evo.Values.ORDER and problem.optimum() is None
    assert d.BinVal(53).values is evo.Values.INT64 and d.BinVal(53).optimum() == 2**53 - 1
    instance = problem.lower(n)
    for x in strings[:10]:
        for position in (0, 100, 199):
            flips = np.array([199, position], dtype=np.int64)[: 1 if position == 199 else 2]
            sign = f.compare(instance, f.prepare(instance, x), x, flips, len(flips), np.zeros(4, np.uint64))
            assert sign == (1 if x[position] == 0 else -1)


@pytest.mark.jit_off
def test_random_instances_belong_to_the_key():
    for name in ("random_uniform", "random_exponential", "random_integers"):
        problem = RANDOM_PROBLEMS[name](40)
        weights = problem.weights(_KEY)
        assert (weights > 0).all() and len(set(weights.tolist())) > 5
        assert (weights == problem.weights(_KEY)).all() and (weights != problem.weights(evo.Key(14))).any()
        assert problem.evaluate(np.ones((1, 40), np.uint8), 9, _KEY)[0] == weights.sum()
        fixed = d.RandomLinear(40, problem.law, d.Fixed(2))
        assert (fixed.weights() == fixed.weights(_KEY)).all() and (fixed.weights() != weights).any()
    assert d.RandomLinear(9, d.IntegerWeights(5, 5)).weights(_KEY).tolist() == [5.0] * 9
    assert set(d.RandomLinear(200, d.IntegerWeights(2, 4)).weights(_KEY).tolist()) == {2.0, 3.0, 4.0}
    assert d.RandomLinear(500).weights(_KEY).max() <= 1.0
