"""Evaluation of learned randomized algorithms, and the adversary."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo import models as m
from evo import tasks as t
from evo.core.keys import Key
from evo.randomized import AdversaryProblem, evaluated, worst_input
from evo.randomized import evaluation as module
from evo.tasks.randomized import base


def task(**settings):
    return t.RandomizedRecall(
        lambda key: m.SeededMemory(4, 2, 3, hidden=8, key=key), **{"pairs": 4, "seed_bits": 3, **settings}
    )


def test_errors_are_those_of_single_calls():
    solver, key = task(), Key(1)
    params = solver.start(Key(3))
    found = evaluated(solver, params, key, seeds=7, repetitions=())
    assert found.exhaustive and found.errors.shape == (64,) and found.seeds == 7
    trials = solver.tried(solver.listed(), jax.random.key(0), 5)
    errors, together = (
        np.asarray(f(params, trials)) for f in (jax.jit(solver.errors), jax.jit(_five_together(solver)))
    )
    answer = jax.jit(lambda i, seed: solver.output(params, solver.numbered(i), seed))
    for i in (0, 17, 63):
        values, query = map(np.asarray, solver.numbered(i))
        answers = np.array([np.sign(answer(i, seed)[0]) for seed in trials.seeds[0]])
        np.testing.assert_array_equal(errors[i], np.where(answers == values[query, 0], 0.0, 1.0))
        assert together[i, 0] == (0.0 if np.sign(answers.sum()) == values[query, 0] else 1.0)


def _five_together(solver):
    return lambda params, trials: solver.votes(params, trials, 5)


@pytest.mark.parametrize("seeding", [t.SharedSeeds(), t.OwnSeeds()])
def test_parts_change_nothing(seeding, monkeypatch):
    solver = task(seeding=seeding)
    params = solver.start(Key(3))
    whole = evaluated(solver, params, Key(1), seeds=16, repetitions=(3,))
    monkeypatch.setattr(module, "_ANSWERS", 112)  # seven inputs at once, the last part is not full
    parts = evaluated(solver, params, Key(1), seeds=16, repetitions=(3,))
    np.testing.assert_array_equal(whole.errors, parts.errors)
    np.testing.assert_array_equal(whole.repeated[3], parts.repeated[3])


def test_a_constant_seed_has_no_spread_and_gains_nothing_from_repetition():
    solver = task(seeding=t.ConstantSeed())
    found = evaluated(solver, solver.start(Key(3)), Key(1), repetitions=(33,))
    assert not found.spread.any()
    np.testing.assert_array_equal(found.repeated[33], found.errors)
    assert found.confirmed == found.errors.max() == 1.0
    random = evaluated(task(), solver.start(Key(3)), Key(1), repetitions=(33,))
    assert random.spread.max() > 0.1 and not np.array_equal(random.repeated[33], random.errors)


def test_sampled_inputs_where_there_are_many():
    solver = task()
    found = evaluated(solver, solver.start(Key(3)), Key(1), inputs=20, repetitions=(1,))
    assert not found.exhaustive and len(found.errors) == 20
    assert found.mean <= found.percentile(100) == found.errors[found.worst]
    assert "20 sampled inputs" in repr(found)


def test_more_inputs_than_can_be_listed_are_sampled(monkeypatch):
    solver = task()
    monkeypatch.setattr(base, "LISTED", 50)
    monkeypatch.setattr(module, "LISTED", 50)
    found = evaluated(solver, solver.start(Key(3)), Key(1), inputs=100, seeds=1, repetitions=())
    assert not found.exhaustive and len(found.errors) == 100


@pytest.mark.parametrize("start", range(2))
def test_the_adversary_finds_the_worst_of_all_inputs(start):
    solver = task()
    params = solver.start(Key(start))
    problem = AdversaryProblem(solver, params, Key(9), seeds=32)
    strings = np.unpackbits(np.arange(64, dtype=np.uint8)[:, None], axis=1)[:, 2:]
    values = problem.evaluate(strings, 0, Key(0))
    # 4 runs of 400 strings on 6 bits: each misses one of 64 strings for 24 generations of 16 with
    # probability below (1 - (1/6)^6)^384 = 0.992 at worst; the largest errors have many neighbours here
    found = worst_input(solver, params, Key(9), evaluations=400, seeds=32)
    assert found.error == values.max() and found.bits.shape == (6,)
    assert float(problem.evaluate(found.bits[None], 0, Key(0))[0]) == found.error
    listed = evaluated(solver, params, Key(2), seeds=2048, repetitions=())
    same = (np.asarray(listed.inputs.values) == np.asarray(found.input.values)).all(axis=(1, 2))
    (place,) = np.flatnonzero(same & (np.asarray(listed.inputs.query) == found.input.query))
    # two means of 8192 and 2048 seeds, each bounded by Hoeffding's inequality with probability 1e-10
    margin = sum(np.sqrt(np.log(2e10) / (2 * count)) for count in (8192, 2048))
    assert abs(found.confirmed - listed.errors[place]) < margin


def test_one_input_needs_no_search():
    solver = t.RandomizedColouring(
        lambda key: m.GraphTransformer(4, 8, layers=1, readout=3, key=key), graphs=t.Cycle(4)
    )
    found = worst_input(solver, solver.start(Key(0)), Key(1), seeds=1024)
    assert found.bits.shape == (0,) and found.evaluations == 1 and not found.input.identifiers.any()
    # both are means of 1,024 seeds
    assert 0.0 < found.confirmed < 1.0 and abs(found.error - found.confirmed) < 6.5 * np.sqrt(0.5 / 1024)


def test_any_optimizer_on_strings_searches():
    solver = task()
    problem = AdversaryProblem(solver, solver.start(Key(0)), Key(1))
    result = evo.run(d.RandomLocalSearch(), problem, seed=0, stop=evo.Steps(60))
    assert result.value == problem.evaluate(result.candidate[None], 0, Key(0))[0] and problem.optimum() == 1.0
    few = problem.evaluate(np.zeros((3, 6), np.uint8), 0, Key(0))
    assert few.shape == (3,) and len(set(few.tolist())) == 1


def test_refusals():
    solver = task()
    params = solver.start(Key(0))
    problem = AdversaryProblem(solver, params, Key(0))
    for make, words in (
        (lambda: evaluated(t.Quadratic(3), params, Key(0)), ("`task`", "Quadratic", "RandomizedRecall")),
        (lambda: evaluated(solver, params, Key(0), seeds=0), ("`seeds`", "0", ">= 1")),
        (lambda: evaluated(solver, params, Key(0), repetitions=(0,)), ("`repetitions`", "0")),
        (lambda: evaluated(solver, params, Key(0), repetitions=3), ("`repetitions`", "sequence", "(1, 3, 9, 33)")),
        (lambda: worst_input(solver, params, 0), ("`key`", "Key(seed)")),
        (
            lambda: problem.evaluate(np.zeros((1, 5)), 0, Key(0)),
            ("`candidates`", "(k, 6)"),
        ),
        (
            lambda: problem.evaluate(np.full((1, 6), 7), 0, Key(0)),
            ("`candidates`", "ones"),
        ),
        (
            lambda: problem.evaluate(np.full((1, 6), 0.5), 0, Key(0)),
            ("zeros and ones",),
        ),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            make()
        assert all(word in str(caught.value) for word in words), str(caught.value)
