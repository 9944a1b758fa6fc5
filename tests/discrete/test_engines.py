"""One trajectory: Python and compiled engine, JIT on and off, one or many threads, in one piece or in several."""

import dataclasses
import itertools

import numpy as np
import pytest

import evo
from evo import discrete as d
from tests.discrete.cases import CASES, POLICIES, PROBLEMS, RANDOM_PROBLEMS, acceptance_for

#: those that are not slow cover every driver path; the others compile further kernels (nothing does with the JIT off)
_QUICK = ("one_max", "leading_ones", "linear", "dynamic_bin_val", "hot_topic_per_run")
_PARAMS = [pytest.param(c, id=c.name, marks=() if c.name in _QUICK else pytest.mark.slow) for c in CASES]
_CASE = {case.name: case for case in CASES}
_STOP = evo.Steps(150)


def _same_trace(one, other):
    assert list(one.columns) == list(other.columns)
    for name in one.columns:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def _same_result(one, other):
    np.testing.assert_array_equal(one.candidate, other.candidate)
    facts = [(r.value, r.steps, r.evaluations, r.hit, r.reason, r.reached) for r in (one, other)]
    assert facts[0] == facts[1]
    _same_trace(one.trace, other.trace)
    states = [(r.state.steps, r.state.evaluations, r.state.hit, r.state.last_improvement) for r in (one, other)]
    assert states[0] == states[1]
    inner = [r.state.state.inner for r in (one, other)]
    current = [r.state.optimizer.current(r.state.state)[0] for r in (one, other)]
    np.testing.assert_array_equal(current[0], current[1])
    np.testing.assert_array_equal(inner[0].policy, inner[1].policy)
    np.testing.assert_array_equal(inner[0].rate, inner[1].rate)


def _same_runs(one, other):
    for name in ("first", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert list(one.records) == list(other.records)
    for name in one.records:
        np.testing.assert_array_equal(one.records[name], other.records[name], err_msg=name)


def _both(optimizer, problem, **how):
    results = [
        evo.run(optimizer, problem, engine=engine, **how) for engine in (evo.Engine.PYTHON, evo.Engine.REFERENCE)
    ]
    _same_result(*results)
    return results[1]


@pytest.mark.jit_off
@pytest.mark.parametrize("case", _PARAMS)
def test_python_engine_equals_reference_engine(case):
    for seed in range(3):
        _both(case.optimizer(case.n), case.problem(case.n), seed=seed, stop=_STOP, record=case.record)


@pytest.mark.jit_off
@pytest.mark.parametrize(
    "case",
    [
        p
        for p in _PARAMS
        if "hot" not in p.id and p.id not in ("linear_wide", "local_search", "two_rates", "population")
    ],
)
def test_one_bit(case):
    optimizer = case.optimizer(1)
    if hasattr(optimizer, "rate"):
        optimizer = dataclasses.replace(optimizer, rate=case.optimizer(12).rate)
    result = _both(optimizer, case.problem(1), seed=4, record=case.record)
    assert result.reached and result.candidate.tolist() == [1]


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", [*PROBLEMS, *RANDOM_PROBLEMS])
def test_python_engine_equals_reference_engine_on_all_pairs(name, policy):
    problem = (PROBLEMS | RANDOM_PROBLEMS)[name]
    acceptance = acceptance_for(name, policy)
    for n, seed in itertools.product((2, 9, 30) if "hot" not in name else (6, 30), range(2)):
        optimizer = d.OnePlusOne(rate=POLICIES[policy](n), acceptance=acceptance)
        _both(optimizer, problem(n), seed=seed, stop=evo.Steps(120))


@pytest.mark.slow
@pytest.mark.parametrize("start", [d.Uniform(), d.Ones(0.5), "given", None])
@pytest.mark.parametrize("name", ["one_max", "leading_ones", "dynamic_bin_val"])
def test_all_starts(name, start):
    n = 13
    given = (np.arange(n) % 2).astype(np.uint8)
    begin = given if start == "given" else start
    optimizer = d.OnePlusOne(rate=d.Static(strength=1.0))
    own = d.OnePlusOne(rate=d.Static(strength=1.0), start=d.Uniform() if begin is None else begin)
    first = _both(own, PROBLEMS[name](n), seed=3, stop=evo.Steps(60), record=evo.Every(7, evo.value, d.zeros))
    if begin is not None:  # `start=` replaces the optimizer's own
        second = evo.run(
            optimizer, PROBLEMS[name](n), seed=3, start=begin, stop=evo.Steps(60), record=first.state.recorder
        )
        np.testing.assert_array_equal(first.candidate, second.candidate)
        _same_trace(first.trace, second.trace)


# --- stops ------------------------------------------------------------------------------------------------------------


@pytest.mark.jit_off
@pytest.mark.parametrize(
    "stop",
    [
        evo.Steps(0),
        evo.Steps(7),
        evo.Evaluations(1),
        evo.Evaluations(2),
        evo.Evaluations(40),
        evo.Stagnation(9),
        evo.Evaluations(10) | evo.Stagnation(9),
        evo.Steps(9) | evo.Stagnation(9) | evo.Evaluations(10),
        evo.Target(16) | evo.Steps(500),
        evo.Target(),
    ],
    ids=str,
)
def test_every_stop_ends_both_engines_at_the_same_place(stop):
    record = _CASE["one_max"].record
    for seed in range(4):
        _both(_CASE["one_max"].optimizer(20), d.OneMax(20), seed=seed, stop=stop, record=record)
    if np.isnan(stop.limits().target):
        result = _both(
            _CASE["dynamic_bin_val"].optimizer(15),
            d.DynamicBinVal(15),
            seed=1,
            stop=stop,
            record=_CASE["dynamic_bin_val"].record,
        )
        assert result.evaluations == 1 + 2 * result.steps


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_evaluations_are_never_exceeded():
    for budget in range(1, 12):
        result = evo.run(
            _CASE["dynamic_bin_val"].optimizer(15),
            d.DynamicBinVal(15),
            seed=1,
            stop=evo.Evaluations(budget),
            record=_CASE["dynamic_bin_val"].record,
        )
        assert result.evaluations == budget - (budget - 1) % 2


@pytest.mark.jit_off
def test_a_run_that_starts_at_the_optimum_takes_no_step():
    result = _both(
        _CASE["linear"].optimizer(20),
        _CASE["linear"].problem(20),
        seed=0,
        start=np.ones(20),
        record=_CASE["linear"].record,
    )
    assert (result.steps, result.evaluations, result.hit) == (0, 1, 1)


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_a_rounded_optimum_does_not_end_a_run():
    """The weights sum to 2^60 + 1, which as a float is 2^60, the value of a string that is not optimal."""
    result = _both(d.OnePlusOne(rate=d.LogSchedule()), d.Linear([2**60, 1]), seed=5, start=[1, 0])
    assert result.reached and result.steps > 0 and result.candidate.tolist() == [1, 1]


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_candidate_is_the_parent_after_neutral_moves():
    for seed in range(5):
        result = _both(d.OnePlusOne(rate=d.Static(strength=1.0)), d.LeadingOnes(30), seed=seed, stop=evo.Steps(60))
        np.testing.assert_array_equal(result.candidate, result.state.state.inner.x)


@pytest.mark.jit_off
def test_wall_clock_ends_runs_and_keeps_what_they_did():
    stop = evo.WallClock(0.05) | evo.Steps(10**9)
    optimizer, problem = _CASE["one_max"].optimizer(20), d.OneMax(400)
    result = evo.run(optimizer, problem, seed=3, stop=stop, record=_CASE["one_max"].record, start=np.zeros(400))
    again = evo.run(
        optimizer, problem, seed=3, stop=evo.Steps(result.steps), record=_CASE["one_max"].record, start=np.zeros(400)
    )
    if result.reason is evo.Reason.WALL_CLOCK:  # a fast machine may be done in time
        np.testing.assert_array_equal(result.candidate, again.candidate)
        _same_trace(result.trace, again.trace)


@pytest.mark.jit_off
def test_drift_takes_the_steps_of_a_run_anew():
    """Sample i is step i of the run, from the given string: by ask and tell, one after the other."""
    optimizer, problem, key = d.OnePlusOne(rate=d.Static(strength=2.0)), d.OneMax(8), evo.Key(6)
    x = np.array([1, 0, 0, 1, 1, 0, 1, 1], dtype=np.uint8)
    measured = d.drift(optimizer, problem, at=x, samples=60, seed=key)
    _, state = optimizer.ask(key, optimizer.init(key, problem, x))
    state, _ = optimizer.tell(state, x[None], [5])
    changes = []
    for step in range(1, 61):
        children, _ = optimizer.ask(key, state._replace(steps=step - 1))
        gain = int(children[0].sum()) - 5
        changes.append(gain if gain > 0 else 0)  # a tie keeps the number of zero-bits
    assert measured.mean == np.mean(changes) and measured.samples == 60
    assert measured.standard_error == pytest.approx(np.std(changes, ddof=1) / 60**0.5, rel=1e-12)


# --- JIT on and off ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", _PARAMS)
def test_jit_off_equals_jit_on(case, python_kernels):
    n = 64 if case.name in ("one_max", "random_linear", "hot_topic_per_run", "dynamic_bin_val") else case.n
    optimizer, problem = case.optimizer(n), case.problem(n)
    how = {"runs": 4, "seed": 21, "stop": evo.Steps(120), "record": case.record, "threads": 1}
    compiled = evo.repeat(optimizer, problem, **how)
    single = evo.run(optimizer, problem, seed=22, stop=_STOP, record=case.record)
    halfway = evo.run(optimizer, problem, seed=22, stop=evo.Steps(60), record=case.record)
    python_kernels()
    _same_runs(compiled, evo.repeat(optimizer, problem, **how))
    _same_result(single, evo.run(optimizer, problem, seed=22, stop=_STOP, record=case.record))
    _same_result(single, evo.run(optimizer, problem, seed=22, stop=_STOP, resume=halfway.state))


# --- threads, splits, replay ------------------------------------------------------------------------------------------


@pytest.mark.jit_off
@pytest.mark.parametrize("case", _PARAMS)
def test_rows_do_not_depend_on_threads_or_splits(case):
    optimizer, problem = case.optimizer(case.n), case.problem(case.n)
    how = {"seed": 8, "stop": evo.Steps(60), "record": case.record}
    whole = evo.repeat(optimizer, problem, runs=16, threads=1, **how)
    for threads in (2, 5, None):
        _same_runs(whole, evo.repeat(optimizer, problem, runs=16, threads=threads, **how))
    pieces = [
        evo.repeat(optimizer, problem, runs=count, first=first, **how) for first, count in ((0, 1), (1, 9), (10, 6))
    ]
    for name in ("steps", "spent", "evaluations", "hit", "value", "reason"):
        np.testing.assert_array_equal(np.concatenate([getattr(p, name) for p in pieces]), getattr(whole, name))
    for name in whole.records:
        np.testing.assert_array_equal(np.concatenate([p.records[name] for p in pieces]), whole.records[name])


@pytest.mark.jit_off
@pytest.mark.parametrize("case", _PARAMS)
def test_run_i_of_a_series_is_a_run_of_its_own(case):
    optimizer, problem = case.optimizer(case.n), case.problem(case.n)
    series = evo.repeat(optimizer, problem, runs=6, first=3, seed=8, stop=_STOP, record=case.record)
    for place in (0, 5):
        again = series.replay(place, record=case.record)
        alone = evo.run(
            optimizer,
            problem,
            seed=evo.Key(8).child("run", 3 + place),
            stop=_STOP,
            record=case.record,
            engine=again.engine.engine,
        )
        _same_result(again, alone)
        rows = series.records["run"] == 3 + place
        for name in case.record.observables:
            np.testing.assert_array_equal(series.records[name.name][rows], alone.trace[name.name])
        assert (alone.steps, alone.value) == (series.spent[place], series.value[place])


@pytest.mark.jit_off
def test_series_of_the_python_engine_is_that_of_the_reference_engine():
    case = _CASE["one_max"]
    how = {"runs": 5, "first": 2, "seed": 8, "stop": _STOP, "record": case.record}
    engines = (evo.Engine.PYTHON, evo.Engine.REFERENCE)
    _same_runs(*(evo.repeat(case.optimizer(20), d.OneMax(20), engine=engine, **how) for engine in engines))


@pytest.mark.jit_off
def test_run_numbers_may_be_large():
    case = _CASE["one_max"]
    series = evo.repeat(case.optimizer(20), d.OneMax(20), runs=2, first=2**40, seed=8, record=case.record)
    alone = evo.run(case.optimizer(20), d.OneMax(20), seed=evo.Key(8).child("run", 2**40 + 1), record=case.record)
    assert series.spent[1] == alone.steps and series.records["run"][-1] == 2**40 + 1


def test_runs_differ():
    runs = evo.repeat(_CASE["one_max"].optimizer(20), d.OneMax(20), runs=200, seed=8, record=_CASE["one_max"].record)
    other = evo.repeat(_CASE["one_max"].optimizer(20), d.OneMax(20), runs=200, seed=9, record=_CASE["one_max"].record)
    assert len(set(runs.steps)) > 50 and np.mean(runs.steps == other.steps) < 0.2


# --- stop and resume --------------------------------------------------------------------------------------------------


@pytest.mark.jit_off
@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
@pytest.mark.parametrize("case", _PARAMS)
def test_stop_and_resume_is_one_run(case, engine):
    optimizer, problem = case.optimizer(case.n), case.problem(case.n)
    how = {"seed": 31, "engine": engine}
    whole = evo.run(optimizer, problem, stop=_STOP, record=case.record, **how)
    cuts = np.sort(np.random.default_rng(len(case.name)).integers(0, whole.steps + 1, 5))
    part = evo.run(optimizer, problem, stop=evo.Steps(0), record=case.record, **how)
    for cut in cuts.tolist():  # equal cuts: a resumed run that makes no step
        part = evo.run(optimizer, problem, stop=evo.Steps(cut), resume=part.state, **how)
    part = evo.run(optimizer, problem, stop=_STOP, resume=part.state, **how)
    _same_result(whole, part)
    np.testing.assert_array_equal(part.state.rows, whole.state.rows)
    assert part.state.last_row == whole.state.last_row
    assert whole.state.recorder == part.state.recorder


@pytest.mark.jit_off
@pytest.mark.parametrize("case", _PARAMS)
def test_iterate_shows_the_rows_of_a_run(case):
    optimizer, problem = case.optimizer(case.n), case.problem(case.n)
    whole = evo.run(optimizer, problem, seed=5, stop=_STOP, record=case.record)
    rows = list(evo.iterate(optimizer, problem, seed=5, stop=_STOP, every=11, record=case.record))
    assert [row["step"] for row in rows] == whole.trace["step"].tolist()
    for item in case.record.observables:
        np.testing.assert_array_equal([row[item.name] for row in rows], whole.trace[item.name])


@pytest.mark.jit_off
def test_repeated_step_reaches_the_state_of_a_run():
    for case in (_CASE["one_max"], _CASE["dynamic_bin_val"]):
        optimizer, problem, key = case.optimizer(case.n), case.problem(case.n), evo.Key(77)
        how = {"stop": evo.Steps(40), "record": case.record, "engine": evo.Engine.REFERENCE}
        result = evo.run(optimizer, problem, seed=77, **how)
        state = optimizer.init(key, problem)
        for _ in range(result.steps + 1):
            candidates, state = optimizer.ask(key, state)
            state, _ = optimizer.tell(state, candidates, problem.evaluate(candidates, state.steps + 1, key))
        assert (state.steps, state.evaluations) == (result.steps, result.evaluations)
        np.testing.assert_array_equal(optimizer.best(state)[0], result.candidate)
        np.testing.assert_array_equal(state.inner.policy, result.state.state.inner.policy)
        assert state.inner.loss == result.state.state.inner.loss
