"""Stops: composition, limits, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.stops import UNLIMITED, resolve

LOCAL_SEARCH = d.RandomLocalSearch()


def test_limits_of_a_composition_are_the_tightest():
    stop = evo.Steps(100) | evo.Evaluations(50) | evo.Steps(70) | evo.WallClock(3) | evo.Target(7)
    limits = stop.limits()
    assert (limits.steps, limits.evaluations, limits.seconds, limits.target) == (70, 50, 3.0, 7.0)
    assert limits.stagnation == UNLIMITED
    assert (evo.Steps(1) | (evo.Steps(2) | evo.Stagnation(3))).parts() == (
        evo.Steps(1),
        evo.Steps(2),
        evo.Stagnation(3),
    )
    assert evo.Steps(5) | evo.Steps(6) == evo.Steps(5) | evo.Steps(6)
    assert math.isnan(evo.Target().limits().target)


def test_two_targets_are_refused():
    with pytest.raises(ValueError, match=r"`stop` must name at most one target value; got AnyOf.* Keep the one"):
        (evo.Target(1) | evo.Target(2)).limits()
    assert (evo.Target(1) | evo.Target(1) | evo.Target()).limits().target == 1.0


def test_numbers_are_normalised():
    assert evo.Steps(10.0) == evo.Steps(np.int64(10)) == evo.Steps(10)
    assert evo.WallClock(1) == evo.WallClock(1.0)
    assert repr(evo.Reason.STEPS) == "Reason.STEPS"
    assert [reason.code for reason in evo.Reason] == list(range(1, len(evo.Reason) + 1))


def test_the_default_budget_is_used_and_missing_ones_are_refused():
    assert resolve(None, evo.Steps(3), "f") == evo.Steps(3)
    assert evo.run(LOCAL_SEARCH, d.OneMax(5), seed=0).reached
    free = d.Custom(len, n=4, sense=evo.Sense.MAXIMISE)
    words = r"`stop` is needed: Custom\(len, n=4, maximise\) states no default budget of its own\. Pass a stop"
    with pytest.raises(ValueError, match=words):
        evo.run(LOCAL_SEARCH, free, seed=0)


@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
def test_a_start_at_the_optimum_takes_no_step(engine):
    result = evo.run(LOCAL_SEARCH, d.OneMax(6), seed=0, start=np.ones(6, np.uint8), engine=engine)
    assert (result.steps, result.evaluations, result.hit, result.reason) == (0, 1, 1, evo.Reason.TARGET)


@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
def test_each_stop_gives_its_reason(engine):
    problem = d.LeadingOnes(40)

    def reason(stop):
        return evo.run(LOCAL_SEARCH, problem, seed=1, stop=stop, engine=engine)

    assert reason(evo.Steps(7)).reason is evo.Reason.STEPS
    assert reason(evo.Evaluations(7)).evaluations == 7
    assert reason(evo.Stagnation(5)).reason is evo.Reason.STAGNATION
    reached = reason(evo.Target(4) | evo.Steps(10**6))
    assert reached.reason is evo.Reason.TARGET and reached.value >= 4 and reached.hit == reached.evaluations


@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
def test_a_run_goes_on_after_its_time_was_up(engine):
    problem = d.LeadingOnes(500)
    timed = evo.run(LOCAL_SEARCH, problem, seed=1, stop=evo.WallClock(1e-6) | evo.Steps(10**9), engine=engine)
    assert timed.reason is evo.Reason.WALL_CLOCK
    more = evo.Steps(timed.steps + 50)
    rest = evo.run(LOCAL_SEARCH, problem, seed=1, stop=more, resume=timed.state)
    whole = evo.run(LOCAL_SEARCH, problem, seed=1, stop=more, engine=engine)
    assert rest.candidate.tolist() == whole.candidate.tolist() and rest.evaluations == whole.evaluations


@pytest.mark.parametrize("engine", [evo.Engine.REFERENCE, evo.Engine.PYTHON])
def test_wall_clock_ends_repeated_runs(engine):
    never = d.OnePlusOne(rate=d.Static(rate=0.5))
    runs = evo.repeat(
        never,
        d.OneMax(60),
        runs=3,
        seed=0,
        stop=evo.WallClock(0.05),
        engine=engine,
        record=evo.Every(10**6, evo.value, evo.best_value),
    )
    assert (runs.reason == evo.Reason.WALL_CLOCK.code).all() and runs.capped == 3
    assert (runs.spent > 0).all() and np.isinf(runs.steps).all()
    assert [runs.records["run"].tolist().count(i) >= 1 for i in range(3)] == [True] * 3
