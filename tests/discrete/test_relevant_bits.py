"""Hidden subsets and initial segments: with all bits relevant the problem itself, with fewer the problem on them."""

import dataclasses
import math

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.engines import Job
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.reference import Setup
from tests.discrete.cases import PROBLEMS, RANDOM_PROBLEMS, all_strings
from tests.statistical import counts_agree, counts_rejected

_ALL = PROBLEMS | RANDOM_PROBLEMS
_RECORD = evo.Every(1, evo.value, d.zeros)
_ONE = d.OnePlusOne(rate=d.Static(strength=1.5))


@dataclasses.dataclass(frozen=True)
class Pairs(d.AbstractFunction):
    """A user's function, without gain or cache: the number of pairs of neighbouring one-bits, and of one-bits."""

    n: int


@d.implements(Pairs)
def value(problem, cache, x):
    total = 0.0
    for place in range(problem.n):
        total += x[place]
        if place > 0:
            total += x[place] * x[place - 1]
    return total


def _plain_run(problem, seed, steps=60):
    """A run of the kernel as plain Python: its rows and its last string."""
    setup = Setup(Job(_ONE, problem, evo.Key(seed), evo.Steps(steps), _RECORD, None, True))
    work = setup.work()
    work.keys[0] = evo.Key(seed).words()
    out = k.Out(*(np.zeros(1, dtype=np.int64) for _ in range(4)), np.zeros(1))
    carry = k.open_kernel.python(setup.parts, setup.recording, work)
    words = np.zeros(2, dtype=np.uint64)
    k.advance_kernel.python(setup.parts, setup.recording, setup.limits, work, out, words, 0, 1, carry, 2**40)
    return work.rows[: work.counters[k.ROWS]].tolist(), work.x.tolist(), int(out.reason[0])


def _same(left, right):
    assert left[0] and np.array_equal(left[0], right[0], equal_nan=True) and left[1:] == right[1:]


@pytest.mark.jit_off
@pytest.mark.parametrize("name", [*_ALL, "own"])
def test_with_all_bits_it_is_the_problem_bit_for_bit(name):
    problem = Pairs(11) if name == "own" else _ALL[name](11)
    alone = _plain_run(problem, 3)
    rows = evo.run(_ONE, problem, seed=3, stop=evo.Steps(60), record=_RECORD, engine=evo.Engine.PYTHON)
    assert np.column_stack(list(rows.trace.columns.values())).tolist() == alone[0]
    for whole in (
        d.HiddenSubset(problem, 11),
        d.HiddenSubset(problem, 11, d.Fixed(7)),
        d.InitialSegment(problem, 11),
        d.HiddenSubset(d.InitialSegment(problem, 11), 11),
    ):
        _same(_plain_run(whole, 3), alone)
        assert whole.monotone == problem.monotone and whole.values is problem.values
        assert (whole.dynamic, whole.relative, whole.pairwise) == (problem.dynamic, problem.relative, problem.pairwise)
    result = evo.run(_ONE, whole, seed=3, stop=evo.Steps(60), record=_RECORD, engine=evo.Engine.PYTHON)
    assert np.column_stack(list(result.trace.columns.values())).tolist() == alone[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*_ALL, "own"])
def test_compiled_it_is_the_problem_bit_for_bit(name):
    problem = Pairs(20) if name == "own" else _ALL[name](20)
    runs = [
        evo.repeat(_ONE, item, runs=20, seed=3, stop=evo.Steps(300), record=_RECORD, engine=evo.Engine.REFERENCE)
        for item in (problem, d.HiddenSubset(problem, 20), d.InitialSegment(problem, 20))
    ]
    for other in runs[1:]:
        for field in ("spent", "reached", "value", "evaluations"):
            np.testing.assert_array_equal(getattr(runs[0], field), getattr(other, field))
        for column in runs[0].records:
            np.testing.assert_array_equal(runs[0].records[column], other.records[column])


@pytest.mark.jit_off
@pytest.mark.parametrize("name", ["leading_ones", "hot_topic_per_run", "random_integers", "jump"])
def test_values_levels_and_optima_are_those_of_the_relevant_bits(name):
    problem, key = _ALL[name](7), evo.Key(5)
    for whole in (d.HiddenSubset(problem, 12), d.InitialSegment(problem, 12), d.HiddenSubset(problem, 12, d.Fixed(4))):
        positions = whole.positions(key)
        assert len(positions) == 7 and (np.diff(positions) > 0).all() and 0 <= positions[0] <= positions[-1] < 12
        strings = all_strings(12)[:: 17 if name != "jump" else 5]
        inner = strings[:, positions]
        assert whole.evaluate(strings, 0, key).tolist() == problem.evaluate(inner, 0, key).tolist()
        assert [whole.level_of(x, key) for x in strings[:9]] == [problem.level_of(x, key) for x in inner[:9]]
        assert [whole.solved_in(x, key) for x in strings] == [problem.solved_in(x, key) for x in inner]
        assert whole.optimum() == problem.optimum() and whole.level_count() == problem.level_count()
        assert not whole.monotone


@pytest.mark.jit_off
def test_subsets_are_uniform_and_nobody_elses():
    n, length, runs = 3, 6, 4000
    hidden = d.HiddenSubset(d.RandomLinear(n), length)
    subsets = [tuple(hidden.positions(evo.Key(seed))) for seed in range(runs)]
    found, counts = np.unique(subsets, axis=0, return_counts=True)
    assert len(found) == math.comb(length, n)
    counts_agree(counts, 1.0 / 20.0)
    counts_rejected(counts, 1.0 / 20.0, np.append(0.0, np.full(19, 1.0 / 19.0)))  # one subset is never drawn
    for seed in range(5):  # the instance is the one that the problem would draw if it were played alone
        key = evo.Key(seed)
        ones = np.zeros(length, dtype=np.uint8)
        ones[hidden.positions(key)[0]] = 1
        assert hidden.evaluate(ones[None], 0, key)[0] == d.RandomLinear(n).weights(key)[0]
    nested = d.HiddenSubset(d.HiddenSubset(d.OneMax(3), 6), 6 + 6)
    same = sum(
        tuple(nested.positions(key)[:3]) == tuple(nested.problem.positions(key)) for key in map(evo.Key, range(200))
    )
    assert same < 100  # streams of their own: P(at least 100) is far below 1e-9 at the true P < 0.05


@pytest.mark.jit_off
def test_fixed_subsets_are_shared_and_drawn_ones_are_not():
    fixed, drawn = d.HiddenSubset(d.OneMax(5), 40, d.Fixed(3)), d.HiddenSubset(d.OneMax(5), 40)
    assert len({tuple(fixed.positions(evo.Key(seed))) for seed in range(5)}) == 1
    assert tuple(fixed.positions()) == tuple(fixed.positions(evo.Key(9)))
    assert len({tuple(drawn.positions(evo.Key(seed))) for seed in range(5)}) == 5
    assert fixed.solved(np.ones(40)) is True and drawn.solved(np.ones(40)) is None
    assert d.HiddenSubset(d.OneMax(5), 40, d.Fixed(3)) == fixed != d.HiddenSubset(d.OneMax(5), 40, d.Fixed(4))


@pytest.mark.jit_off
def test_budgets_grow_with_the_length():
    alone = d.LeadingOnes(10).budget()
    assert d.HiddenSubset(d.LeadingOnes(10), 10).budget() == alone
    assert d.InitialSegment(d.LeadingOnes(10), 25).budget() == evo.Steps(math.ceil(2.5 * alone.count))
    assert d.HiddenSubset(d.Jump(100, 50), 200).budget() is None


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_order_only_problems_end_at_their_optimum_in_both_engines():
    """The value of an order-only function does not tell that it is optimal: the relevant bits do."""
    problem = d.HiddenSubset(d.HiddenSubset(d.AdversarialDynamicBinVal(4), 6), 9)
    optimizer = d.OnePlusOne(rate=d.Static(rate=0.1))
    results = [evo.run(optimizer, problem, seed=2, engine=e) for e in (evo.Engine.PYTHON, evo.Engine.REFERENCE)]
    assert results[0].steps == results[1].steps > 0 and all(r.reached and r.value == 0.0 for r in results)
    np.testing.assert_array_equal(results[0].candidate, results[1].candidate)
    assert not results[0].candidate.all()


class Fancy(d.OneMax):
    """A function of the library that a user changed in Python alone."""

    def evaluate(self, candidates, step, key):
        return super().evaluate(candidates, step, key) * 2


def test_kernels_are_refused_to_what_they_would_not_see():
    problem = d.HiddenSubset(d.InitialSegment(Fancy(4), 5), 6)
    with pytest.raises(ValueError, match="Fancy derives from a function of the library"):
        evo.run(_ONE, problem, seed=0, engine=evo.Engine.REFERENCE)
    assert evo.run(_ONE, problem, seed=0, stop=evo.Steps(3)).engine.engine is evo.Engine.PYTHON


@pytest.mark.jit_off
def test_comparisons_of_offspring_follow_the_relevant_bits():
    problem = d.HiddenSubset(d.BinVal(60), 90)
    played = f.instance(problem.lower(90), evo.Key(1).child("instance").words())
    assert not f.scored(played) and not f.exact(played) and not f.redrawn(played)
    positions = problem.positions(evo.Key(1))
    neutral = np.setdiff1d(np.arange(90), positions)
    x = np.zeros(90, dtype=np.uint8)
    cache, stream = f.prepare(played, x), np.zeros(4, dtype=np.uint64)

    def flips(*places):
        return np.array([*places, *[0] * 90], dtype=np.int64)

    late, early = flips(positions[59], neutral[0]), flips(positions[58], neutral[1], neutral[2])
    assert f.contest(played, cache, x, early, 3, late, 2, stream) == 1
    assert f.contest(played, cache, x, late, 2, early, 3, stream) == -1
    assert f.contest(played, cache, x, flips(neutral[3]), 1, flips(neutral[4]), 1, stream) == 0
