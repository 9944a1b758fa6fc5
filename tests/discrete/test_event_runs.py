"""One trajectory of the engines that skip steps: JIT on and off, alone or in a series, in one piece or in several."""

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.discrete.engines import series
from evo.discrete.engines.events import driver
from tests.discrete.cases import PROBLEMS, RANDOM_PROBLEMS, falling, falling_by_level, hot_topic_sets
from tests.laws import own

_EVENT, _CHAIN = evo.Engine.EVENT, evo.Engine.CHAIN
_STOP = evo.Steps(150)


class Case(NamedTuple):
    """A configuration, and the engine that is to run it."""

    name: str
    engine: evo.Engine
    optimizer: Any
    problem: Any
    record: Any
    start: Any = None


def _one(rate, **how):
    return d.OnePlusOne(rate=rate, **how)


def _given(n):
    return (np.arange(n) % 3 == 0).astype(np.uint8)


#: every kind of state, way of waiting, scheme, recorder and observable at least once
CASES = [
    Case(
        "fixed_weights",
        _EVENT,
        _one(d.Static(strength=1.0)),
        PROBLEMS["linear_integers"](20),
        evo.Every(7, evo.value, d.zeros, d.rate, d.mean_density(after=5)),
    ),
    Case(
        "scheduled_counts",
        _EVENT,
        _one(d.LogSchedule()),
        d.DynamicBinVal(15),
        evo.LogGrid(5, d.zeros, d.rate, evo.value, d.mean_density()),
    ),
    Case(
        "failing_strings",
        _EVENT,
        _one(d.SuccessRule(factor=1.5, s=3.0, success=d.Success.BETTER), acceptance=d.Strict()),
        RANDOM_PROBLEMS["hot_topic_per_run"](24),
        evo.Improvements(d.level, d.levels_visited, evo.value, d.rate),
    ),
    Case("stratified_ranks", _EVENT, _one(d.HeavyTailed(1.5)), d.BinVal(18), evo.Every(5, d.zeros, evo.best_value)),
    Case(
        "walking_prefix",
        _EVENT,
        _one(d.SuccessRule(factor=1.5, s=3.0)),
        d.LeadingOnes(12),
        evo.Every(3, d.level, d.levels_visited, evo.value, d.rate),
    ),
    Case("jumps", _CHAIN, _one(d.Static(strength=1.0)), d.OneMax(20), evo.Final(d.zeros, d.mean_density(), d.rate)),
    Case(
        "brood",
        _EVENT,
        d.OnePlusLambda(3, rate=d.SuccessRule(factor=1.5, s=2.0, success=d.Success.BETTER)),
        PROBLEMS["linear_wide"](14),
        evo.Every(4, evo.value, d.zeros, d.rate, d.offspring),
    ),
    Case(
        "levels",
        _CHAIN,
        _one(d.FitnessDependent(falling_by_level, by=d.By.LEVEL), mutation=d.Resampled()),
        d.LeadingOnes(15),
        evo.Improvements(d.level, d.rate),
    ),
    Case(
        "jumps_of_a_pessimist",
        _CHAIN,
        _one(d.FitnessDependent(falling_by_level), mutation=d.Shifted(), start=d.Ones(0.3)),
        d.PartiallyOrdered(14, 0.4),
        evo.LogGrid(3, d.zeros, d.rate),
    ),
    Case(
        "failing_in_a_loop",
        _EVENT,
        _one(own.Failures(True)),
        d.SwitchingDynamicBinVal(12),
        evo.Every(4, d.zeros, d.rate),
    ),
    Case("walking_with_flips", _EVENT, _one(own.ByFlips()), own.Cached(12), evo.Every(3, evo.value, d.rate)),
    Case("signs", _EVENT, _one(own.Signs(), mutation=d.Resampled()), d.BinVal(14), evo.Every(2, d.zeros, d.rate)),
    Case("rates_of_zero_and_one", _EVENT, _one(own.Times()), d.OneMax(14), evo.Every(2, d.zeros, d.rate)),
    Case("layers", _EVENT, _one(own.Layers()), own.Squares(12), evo.Improvements(evo.value)),
    Case(
        "schedule",
        _EVENT,
        _one(d.Schedule(falling), start=d.Given(_given(20))),
        RANDOM_PROBLEMS["random_integers"](20),
        evo.LogGrid(5, evo.value, d.zeros, d.rate),
    ),
    Case(
        "local_search",
        _EVENT,
        d.RandomLocalSearch(),
        RANDOM_PROBLEMS["random_uniform"](24),
        evo.Every(6, evo.value, d.mean_density(after=3)),
    ),
    Case(
        "uneven_start",
        _EVENT,
        _one(d.Static(strength=1.0)),
        d.OneMax(20),
        evo.Every(5, evo.value, d.zeros, d.mean_density()),
        _given(20),
    ),
    Case(
        "dynamic_brood",
        _EVENT,
        d.OnePlusLambda(2, rate=d.LogSchedule()),
        d.DynamicBinVal(12),
        evo.Improvements(d.zeros, d.offspring),
    ),
    Case(
        "dynamic_linear",
        _EVENT,
        _one(d.EqualFitnessRule(factor=1.5)),
        d.DynamicLinear(12, d.IntegerWeights(1, 3)),
        evo.Every(2, d.zeros, d.rate),
    ),
    Case(
        "hot_topic_by_level",
        _EVENT,
        _one(d.FitnessDependent(np.linspace(0.05, 0.2, 4), by=d.By.LEVEL)),
        hot_topic_sets(16),
        evo.Every(5, d.level, d.levels_visited, d.rate, d.zeros),
    ),
]
_CASE = {case.name: case for case in CASES}
#: those whose compiled form is compared with the plain one by default
_COMPILED = ("walking_prefix",)


def _params(quick=None):
    slow = pytest.mark.slow
    return [pytest.param(c, id=c.name, marks=() if quick is None or c.name in quick else slow) for c in CASES]


def _run(case, **how):
    how = {"seed": 5, "stop": _STOP, "record": case.record, "engine": case.engine} | how
    if how.get("resume") is None:
        how = {"start": case.start} | how
    result = evo.run(case.optimizer, case.problem, **how)
    assert result.engine.engine is case.engine
    return result


def _repeat(case, **how):
    how = {"seed": 5, "stop": _STOP, "record": case.record, "engine": case.engine, "start": case.start} | how
    return evo.repeat(case.optimizer, case.problem, **how)


def _same_trace(one, other):
    assert list(one.columns) == list(other.columns)
    for name in one.columns:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def _same_result(one, other):
    facts = [(r.value, r.steps, r.evaluations, r.hit, r.reason, r.reached) for r in (one, other)]
    assert facts[0] == facts[1]
    np.testing.assert_array_equal(one.candidate, other.candidate)
    _same_trace(one.trace, other.trace)
    states = [(r.state.steps, r.state.hit, r.state.last_improvement, r.state.last_row) for r in (one, other)]
    assert states[0] == states[1]
    for name in Own._fields if (Own := type(one.state.own)) else ():
        np.testing.assert_array_equal(getattr(one.state.own, name), getattr(other.state.own, name), err_msg=name)
    inner = [r.state.state.inner for r in (one, other)]
    np.testing.assert_array_equal(inner[0].policy, inner[1].policy)
    np.testing.assert_array_equal(inner[0].rate, inner[1].rate)
    np.testing.assert_array_equal(one.state.rows, other.state.rows)


def _same_runs(one, other):
    for name in ("first", "steps", "spent", "evaluations", "hit", "reached", "value", "reason"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert list(one.records) == list(other.records)
    for name in one.records:
        np.testing.assert_array_equal(one.records[name], other.records[name], err_msg=name)


# --- JIT on and off ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", _params(_COMPILED))
def test_jit_off_equals_jit_on(case, python_kernels):
    compiled = _repeat(case, runs=6, threads=1)
    alone, half = _run(case), _run(case, stop=evo.Steps(40))
    python_kernels()
    _same_runs(compiled, _repeat(case, runs=6, threads=1))
    _same_result(alone, _run(case))
    _same_result(alone, _run(case, resume=half.state))


# --- one run, and many ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_run_i_of_a_series_is_a_run_of_its_own(case, plain):
    runs = _repeat(case, runs=5, first=3, threads=1)
    _same_runs(runs, _repeat(case, runs=5, first=3, threads=3))
    for place in range(5):
        alone = _run(case, seed=evo.Key(5).child("run", 3 + place))
        _same_result(alone, runs.replay(place, record=case.record))
        facts = (runs.spent[place], runs.evaluations[place], runs.hit[place], runs.value[place], runs.reached[place])
        assert facts == (alone.steps, alone.evaluations, alone.hit or 0, alone.value, alone.reached)
        rows = runs.records["run"] == 3 + place
        for name in alone.trace.columns:
            np.testing.assert_array_equal(runs.records[name][rows], alone.trace[name], err_msg=name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recording_changes_no_step(case, plain):
    every = evo.Every(1, *case.record.observables)
    for seed in range(4):
        one, bare, all_rows = (
            _run(case, seed=seed),
            _run(case, seed=seed, record=None),
            _run(case, seed=seed, record=every),
        )
        for other in (bare, all_rows):
            assert (one.steps, one.hit, one.value, one.evaluations) == (
                other.steps,
                other.hit,
                other.value,
                other.evaluations,
            )
            np.testing.assert_array_equal(one.candidate, other.candidate)
        assert all_rows.trace["step"].tolist() == list(range(one.steps + 1))
        at = one.trace["step"].astype(int)
        for item in case.record.observables:
            np.testing.assert_array_equal(one.trace[item.name], all_rows.trace[item.name][at], err_msg=item.name)


@pytest.mark.parametrize("rate", [d.Static(strength=1.0), own.ByFlips(), d.HeavyTailed(1.5), own.Signs()], ids=repr)
def test_one_of_one_offspring_is_the_one_plus_one_ea(rate, plain):
    for problem in (d.OneMax(12), d.BinVal(12), d.DynamicBinVal(12), own.Cached(12)):
        optimizers = (_one(rate), d.OnePlusLambda(1, rate=rate))
        verdicts = [[(used, reason is None) for used, reason in evo.explain(o, problem).engines] for o in optimizers]
        assert verdicts[0] == verdicts[1]
        one, other = (evo.repeat(o, problem, runs=6, seed=4, stop=_STOP, threads=1) for o in optimizers)
        assert one.engine.engine in (_EVENT, _CHAIN)
        _same_runs(one, other)


# --- stop and resume --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_stop_and_resume_is_one_run(case, plain):
    chance = np.random.default_rng(len(case.name))
    for seed in (31, 32):
        whole = _run(case, seed=seed)
        cost = (whole.evaluations - 1) // max(1, whole.steps)
        part = _run(case, seed=seed, stop=evo.Steps(0))
        for cut in np.sort(chance.integers(0, whole.steps + 1, 12)).tolist():
            kinds = (
                evo.Steps(cut),
                evo.Evaluations(1 + cost * cut + int(chance.integers(0, cost))),
                evo.Stagnation(max(1, cut - part.state.last_improvement)) | evo.Steps(cut),
            )
            part = _run(case, seed=seed, stop=kinds[chance.integers(3)], resume=part.state)
            assert part.steps <= cut
        part = _run(case, seed=seed, resume=part.state)
        _same_result(whole, part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel_calls_of_any_length_make_one_run(case, plain, monkeypatch):
    """Little work per call, and room for few rows."""
    whole, many = _run(case), _repeat(case, runs=4, threads=1)
    monkeypatch.setattr(series._Pace, "account", lambda self, *numbers, **facts: setattr(self, "most", 2))
    monkeypatch.setattr(series, "ROWS", 3)
    _same_result(whole, _run(case))
    _same_runs(many, _repeat(case, runs=4, threads=1))


@pytest.mark.parametrize(
    "stop",
    [
        evo.Steps(0),
        evo.Steps(7),
        evo.Evaluations(1),
        evo.Evaluations(40),
        evo.Stagnation(9),
        evo.Steps(9) | evo.Stagnation(9) | evo.Evaluations(10),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["fixed_weights", "scheduled_counts", "walking_prefix", "jumps", "brood"])
def test_stops_inside_waits(name, stop, plain):
    """The run ends at the very step that its own trace says."""
    case, limits = _CASE[name], stop.limits()
    case = case._replace(record=evo.Every(1, evo.value))
    for seed in range(3):
        result = _run(case, seed=seed, stop=stop)
        cost = case.optimizer.least_offspring() + case.problem.dynamic
        assert result.evaluations == 1 + cost * result.steps <= limits.evaluations
        whole = _run(case, seed=seed, stop=evo.Steps(600))
        np.testing.assert_array_equal(whole.trace["value"][: result.steps + 1], result.trace["value"])
        values = whole.trace["value"][: result.steps + 1]
        assert result.state.last_improvement >= int(np.flatnonzero(np.diff(values, prepend=np.inf))[-1])
        ends = [limits.steps, (limits.evaluations - 1) // cost, result.state.last_improvement + limits.stagnation]
        assert result.steps == min(ends) or result.reached


def test_targets_end_runs_where_their_traces_reach_them(plain):
    case = _CASE["fixed_weights"]
    target = 0.8 * sum(case.problem.weights)
    for engine, name in ((_EVENT, "fixed_weights"), (_EVENT, "brood"), (_CHAIN, "levels")):
        case = _CASE[name]._replace(record=evo.Every(1, evo.value), engine=engine)
        whole = _run(case, stop=evo.Steps(2000))
        target = float(np.median(whole.trace["value"]))
        result = _run(case, stop=evo.Target(target) | evo.Steps(2000))
        first = int(np.argmax(whole.trace["value"] >= target))
        assert result.reached and result.steps == first and result.value == whole.trace["value"][first]
        assert result.hit is not None and result.hit <= result.evaluations


# --- waits that are longer than anything ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer", "problem", "engine"),
    [
        (_one(d.Static(rate=1e-9)), d.BinVal(8), _EVENT),
        (_one(d.Static(rate=1e-9)), d.OneMax(8), _CHAIN),
        (_one(d.Static(rate=1e-9)), d.LeadingOnes(8), _CHAIN),
        (_one(d.SuccessRule(factor=4.0, s=1.0, low=1e-9, success=d.Success.BETTER)), own.Squares(8), _EVENT),
        (_one(d.PowerLawStatic(0.1)), d.OneMax(8), _EVENT),
    ],
    ids=lambda item: repr(item)[:40],
)
def test_long_waits_are_cut_anywhere(optimizer, problem, engine, plain):
    how = {"seed": 3, "engine": engine, "record": evo.Every(10**8, d.rate) if engine is _CHAIN else None}
    stop = evo.Steps(10**12)
    whole = evo.run(optimizer, problem, stop=stop, **how)
    assert whole.reached
    chance = np.random.default_rng(1)
    part = evo.run(optimizer, problem, stop=evo.Steps(1), **how)
    for cut in np.sort(chance.integers(1, whole.steps, 6)).tolist():
        part = evo.run(optimizer, problem, stop=evo.Steps(cut), resume=part.state, seed=3, engine=engine)
        assert part.steps == cut
    _same_result(whole, evo.run(optimizer, problem, stop=stop, resume=part.state, seed=3, engine=engine))


def test_a_rate_of_zero_waits_for_ever(plain):
    for problem in (d.OneMax(6), d.BinVal(6), d.LeadingOnes(6)):
        policy = (
            d.FitnessDependent(np.zeros(7))
            if not isinstance(problem, d.LeadingOnes)
            else d.FitnessDependent(np.zeros(6), by=d.By.LEVEL)
        )
        result = evo.run(_one(policy), problem, seed=0, stop=evo.Steps(10**17), start=None)
        assert result.engine.engine in (_EVENT, _CHAIN) and (result.reached or result.steps == 10**17)


def test_the_clock_cuts_a_wait(plain):
    optimizer, problem = _one(d.SuccessRule(factor=1.5, s=3.0)), d.LeadingOnes(160)
    stop = evo.Steps(30_000)
    whole = evo.run(optimizer, problem, seed=1, stop=stop, engine=_EVENT)
    part = evo.run(optimizer, problem, seed=1, stop=evo.WallClock(1e-9) | stop, engine=_EVENT)
    assert part.reason is evo.Reason.WALL_CLOCK and 0 < part.steps < whole.steps
    _same_result(whole, evo.run(optimizer, problem, seed=1, stop=stop, resume=part.state))


# --- what does not depend on chance is as on the reference engine -----------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Overflow(d.AbstractFunction):
    """The best value is not finite."""

    n: int
    monotone = True


@d.implements(Overflow)
def value(problem, cache, x):
    ones = 0
    for bit in x:
        ones += bit
    return float(ones) if ones < problem.n else math.inf


def _invalid_later(t):
    return 0.1 if t < 7 else 2.0


def test_ends_of_runs_are_those_of_the_reference_engine(plain):
    """From the string of zeros all bits flip in the first step."""
    rate = d.Static(rate=1.0)
    for optimizer in (_one(rate), d.OnePlusLambda(2, rate=rate), d.OnePlusLambda(1, rate=rate)):
        for problem in (Overflow(3), d.OneMax(3), d.BinVal(3), d.DynamicBinVal(3), d.Linear([1, 2, 2]), own.Squares(3)):
            for start in ([0, 0, 0], [1, 1, 1]):
                for stop in (evo.Steps(5), evo.Steps(1), evo.Evaluations(1), evo.Evaluations(2), evo.Stagnation(1)):
                    how = {"seed": 0, "start": start, "stop": stop, "throw": False}
                    results = [evo.run(optimizer, problem, engine=e, **how) for e in (_EVENT, evo.Engine.REFERENCE)]
                    facts = [(r.steps, r.evaluations, r.hit, r.reason, r.value, r.reached) for r in results]
                    assert facts[0] == facts[1]
                    np.testing.assert_array_equal(results[0].candidate, results[1].candidate)
    with pytest.raises(ValueError, match=r"not finite from Overflow\(n=3\) in step 1"):
        evo.run(_one(rate), Overflow(3), seed=0, start=[0, 0, 0], engine=_EVENT, stop=evo.Steps(5))


def test_invalid_rates_end_runs_in_the_step_that_draws_them(plain):
    for problem in (d.OneMax(30), d.LeadingOnes(30), d.BinVal(30)):
        with pytest.raises(ValueError, match=r"got 2\.0 from Schedule\(_invalid_later\) in step 7"):
            evo.run(_one(d.Schedule(_invalid_later)), problem, seed=0, engine=_EVENT)


@pytest.mark.parametrize("kind", [d.OneMax, d.BinVal, d.LeadingOnes, d.DynamicBinVal, d.PartiallyOrdered, own.Squares])
@pytest.mark.parametrize("rate", [d.Static(strength=1.0), d.Static(rate=0.3), d.HeavyTailed(1.5), d.LogSchedule()])
def test_one_bit(kind, rate, plain):
    problem = kind(1)
    for seed in range(4):
        for used, refusal in evo.explain(_one(rate), problem).engines:
            if refusal is None and used.engine in (_EVENT, _CHAIN):
                result = evo.run(_one(rate), problem, seed=seed, engine=used.engine)
                assert result.reached and result.candidate.tolist() == [1]
                if rate == d.Static(strength=1.0):
                    assert result.steps <= 1


def test_a_resumed_run_may_have_another_target(plain):
    optimizer, problem = _one(d.Static(strength=1.0)), d.Linear([1, 2, 3, 4, 5, 6, 7, 8])
    part = evo.run(optimizer, problem, seed=1, engine=_EVENT, stop=evo.Steps(6))
    there = evo.run(optimizer, problem, seed=1, stop=evo.Target(part.value) | evo.Steps(100), resume=part.state)
    assert there.reached and (there.steps, there.evaluations) == (part.steps, part.evaluations)
    rest = evo.run(optimizer, problem, seed=1, stop=evo.Steps(500), resume=there.state)
    _same_result(rest, evo.run(optimizer, problem, seed=1, engine=_EVENT, stop=evo.Steps(500)))


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scheduled_counts", "schedule", "rates_of_zero_and_one", "dynamic_brood"])
@pytest.mark.parametrize("steps", [0, 1, 10, 40])
def test_tables_of_schedules_end_anywhere(name, steps, plain, monkeypatch):
    """Beyond the table the hazards are summed step by step: up to rounding the same run, cut anywhere."""
    case = _CASE[name]
    whole = _run(case, stop=evo.Steps(100))
    monkeypatch.setattr(driver, "_TABLE_STEPS", steps)
    other = _run(case, stop=evo.Steps(100))
    if steps > 0 and name != "rates_of_zero_and_one":
        _same_trace(whole.trace, other.trace)
    part = _run(case, stop=evo.Steps(0))
    for cut in range(1, 100, 3):
        part = _run(case, stop=evo.Steps(cut), resume=part.state)
    _same_result(other, _run(case, stop=evo.Steps(100), resume=part.state))


# --- candidates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_candidate_of_a_capped_run_is_consistent(case, plain):
    """It has as many zero-bits as the run says, and its value is that of the result."""
    for seed in range(6):
        result = _run(case, seed=seed, stop=evo.Steps(int(np.random.default_rng(seed).integers(0, 40))))
        missing = result.state.own.missing
        zeros = len(result.candidate) - int(result.candidate.sum())
        if isinstance(case.problem, d.LeadingOnes):
            level = len(result.candidate) - missing
            assert result.candidate[:level].all() and (level == len(result.candidate) or result.candidate[level] == 0)
        else:
            assert zeros == missing
        assert result.reached == (zeros == 0)
        value = case.problem.evaluate(result.candidate[None], result.steps, evo.Key(seed))[0]
        assert result.value == case.problem.reported(result.candidate, value)
        if "zeros" in result.trace.columns:
            assert result.trace["zeros"][-1] == zeros
        if "value" in result.trace.columns:
            assert result.trace["value"][-1] == result.value
        again = _run(case, seed=seed, stop=evo.Steps(result.steps))
        np.testing.assert_array_equal(result.candidate, again.candidate)


def test_strings_drawn_at_the_end_are_uniform_given_what_is_known(plain):
    """Where only the number of zero-bits, or the level, was kept."""
    chance = evo.Key(0)
    seen, runs = np.zeros(8), 600
    for seed in range(runs):
        result = evo.run(_one(d.Static(rate=0.1)), d.OneMax(8), seed=chance.child("x", seed), stop=evo.Steps(4))
        seen += result.candidate
    assert abs(seen - seen.mean()).max() < 6.2 * math.sqrt(runs * 0.25)
    tails = np.zeros(8)
    for seed in range(runs):
        result = evo.run(_one(d.Static(rate=0.01)), d.LeadingOnes(8), seed=chance.child("y", seed), stop=evo.Steps(4))
        level = 8 - result.state.own.missing
        tails[level + 1 :] += result.candidate[level + 1 :] - 0.5
    assert abs(tails).max() < 6.2 * math.sqrt(runs * 0.25)
