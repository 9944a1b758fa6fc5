"""Jump, the deceptive monotone function, and comparisons beyond what floats hold."""

import math
from fractions import Fraction

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines import functions as f
from evo.discrete.engines.instances import instance_of
from evo.discrete.engines.streams import seed_stream
from tests.discrete.cases import all_strings

_STREAM = np.zeros(4, dtype=np.uint64)


# --- Jump -------------------------------------------------------------------------------------------------------------


@pytest.mark.jit_off
@pytest.mark.parametrize(
    "engine", [evo.Engine.PYTHON, pytest.param(evo.Engine.REFERENCE, marks=pytest.mark.slow)], ids=str
)
def test_jump_with_gap_one_is_one_max_plus_one(engine):
    n = 12
    record = evo.Every(1, evo.value, d.zeros)
    optimizer = d.OnePlusOne(rate=d.Static(strength=1.0))
    problems = d.Jump(n, 1), d.OneMax(n)
    one, other = (evo.run(optimizer, problem, seed=8, record=record, engine=engine) for problem in problems)
    assert one.trace["value"].tolist() == [value + 1 for value in other.trace["value"]]
    assert one.trace["zeros"].tolist() == other.trace["zeros"].tolist()
    assert one.steps == other.steps and one.value == n + 1
    assert d.Jump(n, 1).monotone and not d.Jump(n, 2).monotone
    assert d.Jump(n, 1).budget() == d.OneMax(n).budget()


@pytest.mark.jit_off
def test_jump_by_its_definition():
    for n, gap in ((1, 1), (4, 2), (5, 5), (6, 3)):
        problem = d.Jump(n, gap)
        values = problem.evaluate(all_strings(n), 0, None)
        for x, value in zip(all_strings(n), values, strict=True):
            ones = int(x.sum())
            assert value == (gap + ones if ones <= n - gap or ones == n else n - ones)
        assert problem.optimum() == n + gap == values[-1] == max(values)


@pytest.mark.jit_off
def test_budget_of_jump():
    assert d.Jump(100, 2).budget() == evo.Steps(math.ceil(100 * math.e * 100**2))
    assert d.Jump(100, 4).budget() == evo.Steps(math.ceil(100 * math.e * 100**4))
    assert d.Jump(100, 5).budget() is None and d.Jump(10**6, 10**6).budget() is None


# --- DeceptiveMonotone ------------------------------------------------------------------------------------------------


def _sets(instance, n):
    tables = []
    for rows in (instance.hot, instance.core):
        octets = np.ascontiguousarray(rows).view(np.uint8)
        tables.append(np.unpackbits(octets, axis=1, bitorder="little")[:, :n].astype(bool))
    return tables


def _definition(x, hot, core, eps):
    """f = n^2 l + n |x in A_(l+1)| + |x|, read from the sets; row l of each table is the set of number l."""
    n, level = len(x), 0
    for row in range(1, len(core)):
        if np.sum(core[row] & (x == 0)) <= Fraction(eps) * int(core[row].sum()):
            level = row
    return level, n * n * level + n * int(x[hot[level + 1]].sum()) + int(x.sum())


@pytest.mark.jit_off
@pytest.mark.parametrize(("n", "levels"), [(8, 1), (8, 2), (30, 6), (130, 20)])
def test_deceptive_monotone_by_its_definition(n, levels):
    problem = d.DeceptiveMonotone(n, levels, alpha=0.5, beta=0.2, eps=0.25)
    key = evo.Key(n)
    instance = instance_of(problem.lower(n), key.child("instance"))
    hot, core = _sets(instance, n)
    assert problem.level_count() == levels and len(core) == levels
    assert hot[1 : levels + 1].sum(axis=1).tolist() == [n // 2] * levels and not hot[0].any()
    assert core[1:].sum(axis=1).tolist() == [n // 5] * (levels - 1) and not (core & ~hot[: len(core)]).any()
    rng = np.random.default_rng(n)
    x = rng.integers(0, 2, n).astype(np.uint8)
    cache, met = f.prepare(instance, x), set()
    for step in range(300):
        wanted = rng.random(n) < (0.95 if step // 40 % 2 else 0.3)
        flips = np.flatnonzero((wanted != x) & (rng.random(n) < 4.0 / n)).astype(np.int64)
        level, value = _definition(x, hot, core, 0.25)
        assert (f.level(instance, cache), f.value(instance, cache, x)) == (level, value)
        assert problem.evaluate(x[None], 0, key)[0] == value
        child = x.copy()
        child[flips] ^= 1
        after = _definition(child, hot, core, 0.25)[1]
        sign = int(after > value) - int(after < value)
        assert f.gain(instance, cache, x, flips, len(flips), _STREAM) == (sign, float(after - value))
        assert f.compare(instance, cache, x, flips, len(flips), _STREAM) == sign
        met.add(level)
        if rng.random() < 0.8:
            x[:] = child
            f.commit(instance, cache, x, flips, len(flips))
    assert (len(met) > 2 and levels - 1 in met) if levels > 2 else met <= set(range(levels))


@pytest.mark.jit_off
def test_deceptive_monotone_shares_the_sets_of_hot_topic():
    """With as many cores the same draws: only the value of a hot one-bit, and the topic at the top, are different."""
    hot_topic = d.HotTopic(40, levels=5, alpha=0.5, beta=0.2, eps=0.1)
    deceptive = d.DeceptiveMonotone(40, levels=6, alpha=0.5, beta=0.2, eps=0.1)
    one, other = (instance_of(p.lower(40), evo.Key(3).child("instance")) for p in (hot_topic, deceptive))
    assert (one.hot[:-1] == other.hot[:-1]).all() and (one.core == other.core).all()
    assert not one.hot[-1].any() and other.hot[-1].any()
    assert (d.DeceptiveMonotone(100).levels, d.DeceptiveMonotone(100).eps) == (40, 0.05)


# --- comparisons ------------------------------------------------------------------------------------------------------


@pytest.mark.jit_off
def test_comparisons_do_not_lose_small_differences():
    """Strings whose values are equal as floats."""
    for problem in (d.BinVal(80), d.Linear([2**70, *[1] * 79]), d.Linear([2**58, *[1] * 79])):
        n = 80
        played = problem.lower(n)
        assert not f.scored(played)
        x = np.ones(n, dtype=np.uint8)
        one, other = x.copy(), x.copy()
        one[n - 1], other[n - 2 : n] = 0, 0
        assert (f.order(played, one, other, _STREAM), f.order(played, other, one, _STREAM)) == (1, -1)
        assert f.order(played, one, one, _STREAM) == 0
        first, second = np.array([n - 1, 0]), np.array([n - 2, n - 1, 0])
        cache = f.prepare(played, x)
        assert f.contest(played, cache, x, first, 1, second, 2, _STREAM) == 1
        assert f.contest(played, cache, x, second, 3, first, 2, _STREAM) == -1
        assert f.contest(played, cache, x, first, 2, first[::-1].copy(), 2, _STREAM) == 0
    assert f.scored(d.BinVal(53).lower(53)) and f.exact(d.BinVal(53).lower(53))
    assert f.scored(d.Linear([2**52, 2**52]).lower(2)) and not f.scored(d.Linear([2**53, 1]).lower(2))


@pytest.mark.jit_off
def test_large_hot_topics_are_compared_as_integers():
    """n^2 (levels + 1) beyond 2^53 with a fake number of levels: values differ by one bit outside the hot topic."""
    problem = d.HotTopicSets(100, hot=((0, 1),), core=((0,),), eps=0.0)
    small = problem.lower(100)
    large = small._replace(hot_value=2**55)
    assert f.exact(small) and f.scored(small)
    x = np.ones(100, dtype=np.uint8)
    x[0] = 0
    y, z = x.copy(), x.copy()
    y[50], z[50:52] = 0, 0
    assert float(f.value(large, f.prepare(large, y), y)) == float(f.value(large, f.prepare(large, z), z))
    assert f.order(large, y, z, _STREAM) == 1
    assert f.contest(large, f.prepare(large, x), x, np.array([50]), 1, np.array([50, 51]), 2, _STREAM) == 1
    huge = d.HotTopic(2**16, levels=2**22, alpha=0.5, beta=0.5, eps=0.1).lower(2**16)
    filled = small._replace(n=huge.n, levels=huge.levels)
    assert not f.exact(filled) and not f.scored(filled)


@pytest.mark.jit_off
def test_the_weights_of_a_step_are_those_of_their_law():
    """Pure functions of (run, step, position): new in every step, whatever was asked before."""
    problem, key, n = d.DynamicLinear(6, d.IntegerWeights(2, 4)), evo.Key(2), 6
    units = np.eye(n, dtype=np.uint8)
    weights = np.array([problem.evaluate(units, step, key) for step in range(1, 200)])
    assert set(weights.ravel()) == {2, 3, 4} and all(type(weight) is int for weight in weights.ravel())
    assert (problem.evaluate(units[::-1], 5, key)[::-1] == weights[4]).all()
    assert problem.evaluate(np.ones((1, n), np.uint8), 5, key)[0] == sum(weights[4])
    assert len({tuple(row) for row in weights}) > 150
    assert (problem.evaluate(units, 5, evo.Key(3)) != weights[4]).any()
    assert d.DynamicLinear(3).evaluate(np.ones((0, 3), np.uint8), 1, key).shape == (0,)


@pytest.mark.jit_off
def test_relative_values_belong_to_the_parent():
    """The first candidate is the parent: its rarer, or its zero, bits have the largest weights."""
    n, key = 6, evo.Key(4)
    strings = all_strings(n)
    for make, leading in (
        (d.AdversarialDynamicBinVal, lambda zeros: 0),
        (d.SwitchingDynamicBinVal, lambda zeros: 0 if 2 * zeros < n else 1),
    ):
        for parent in strings[::5]:
            candidates = np.concatenate([parent[None], np.eye(n, dtype=np.uint8), strings])
            values = make(n).evaluate(candidates, 3, key)
            weights, wanted = values[1 : n + 1], leading(int(n - parent.sum()))
            assert sorted(weights) == [1 << place for place in range(n)]
            favoured = parent == wanted
            if 0 < favoured.sum() < n:
                assert min(weights[favoured]) > max(weights[~favoured])
            assert values[-1] == 2**n - 1 and (values[n + 1 :] == strings.astype(object) @ weights).all()


@pytest.mark.jit_off
def test_values_of_the_partial_order():
    """Supersets of the parent above all others, the optimum above all; the coin of a step is the same for all."""
    n, key = 5, evo.Key(6)
    strings, pessimistic = all_strings(n), 0
    problem = d.PartiallyOrdered(n, 0.3)
    stream = np.empty(4, dtype=np.uint64)
    for step in range(1, 1001):
        parent = strings[step % 32]
        values = problem.evaluate(np.concatenate([parent[None], strings]), step, key)[1:]
        gained = ((strings == 1) & (parent == 0)).sum(axis=1)
        lost = ((strings == 0) & (parent == 1)).sum(axis=1)
        mixed = (gained > 0) & (lost > 0)
        assert (values[(lost == 0) & (gained > 0)] > n).all() and (values[(gained == 0) & (lost > 0)] < -n).all()
        assert (abs(values[mixed]) < n).all() and values[step % 32] == 0
        assert list(values).count(max(values)) == 1 and max(values) == values[-1]
        seed_stream(stream, *key.child("function").words(), step)
        flips = np.arange(3)
        x = np.array([0, 1, 1, 0, 0], dtype=np.uint8)  # one bit gained, two lost
        sign = f.compare(problem.lower(n), None, x, flips, 3, stream)
        pessimistic += sign == 1
        assert f.compare(problem.lower(n), None, x, flips, 2, stream) == 0  # one gained, one lost: a tie
        assert f.gain(problem.lower(n), None, x, flips, 2, stream) == (0, 0.0)
        if mixed.any():
            change = values[mixed] - 0
            assert set((np.sign((lost - gained)[mixed]) * np.sign(change.astype(int))).tolist()) - {0} <= {sign}
    assert abs(pessimistic - 300) < 6.2 * math.sqrt(1000 * 0.3 * 0.7)  # 1e-9
    assert problem.relative and problem.pairwise and d.DynamicBinVal(5).relative is False
