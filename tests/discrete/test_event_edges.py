"""Edges at which engines that skip steps went wrong once, or could."""

from dataclasses import dataclass

import numpy as np
import pytest

import evo
from evo import discrete as d

_EVENT, _CHAIN, _REFERENCE = evo.Engine.EVENT, evo.Engine.CHAIN, evo.Engine.REFERENCE
_ONE = d.Static(strength=1.0)


def test_a_run_that_began_beyond_the_tables_goes_on_as_it_would_have(plain):
    """The tables of a start of zeros hold all numbers of zero-bits, those of a uniform start only the likely ones."""
    search, problem, start = d.OnePlusOne(rate=_ONE), d.BinVal(400), np.zeros(400, dtype=np.uint8)
    whole = evo.run(search, problem, seed=3, start=start, engine=_EVENT)
    part = evo.run(search, problem, seed=3, start=start, engine=_EVENT, stop=evo.Steps(5))
    rest = evo.run(search, problem, seed=3, resume=part.state)
    assert (rest.steps, rest.candidate.tolist()) == (whole.steps, whole.candidate.tolist())


@pytest.mark.parametrize("n", [1, 2, 8])
@pytest.mark.parametrize("problem", [d.OneMax, d.DynamicBinVal], ids=["one_max", "dynamic_bin_val"])
def test_rate_one_flips_everything(problem, n, plain):
    for engine in (_CHAIN, _EVENT, _REFERENCE):
        run = evo.run(d.OnePlusOne(rate=d.Static(rate=1.0)), problem(n), seed=1, start=np.zeros(n), engine=engine)
        assert run.steps == 1


def _steered(strength, kind):
    """The policy `Steered` of a notebook, as the cell says it now."""

    @dataclass(frozen=True)
    class Steered(d.AbstractRate):
        waiting = kind
        sees = frozenset()

    _say(Steered, strength)
    return Steered


def _say(policy, strength):
    @d.implements(policy)
    def start(policy, n):
        return (0.0,)

    @d.implements(policy)
    def draw(policy, state, view, n, stream):
        return strength / n


@pytest.mark.parametrize("engine", [_CHAIN, _EVENT])
@pytest.mark.parametrize("kind", [d.Waiting.CONSTANT, d.Waiting.SCHEDULE])
def test_a_part_that_is_registered_again_has_new_tables(kind, engine, plain):
    if engine is _CHAIN and kind is d.Waiting.SCHEDULE:
        pytest.skip("the chain engine refuses schedules")
    policy = _steered(0.5, kind)

    def rows(rate):
        return evo.repeat(d.OnePlusOne(rate=rate), d.OneMax(20), runs=40, seed=1, engine=engine).spent.tolist()

    before = rows(policy())
    _say(policy, 3.0)
    assert rows(policy()) == rows(_steered(3.0, kind)()) != before


@dataclass(frozen=True)
class Endless(d.AbstractFunction):
    """OneMax that is never solved."""

    n: int
    monotone = True


@d.implements(Endless)
def value(problem, cache, x):
    return float(x.sum())


@d.implements(Endless)
def solved(problem, cache, zeros):
    return False


@pytest.mark.parametrize(
    "rate",
    [
        _ONE,
        d.LogSchedule(),
        d.HeavyTailed(1.5),
        d.SuccessRule(1.5, 4.0, success=d.Success.BETTER),
        d.SuccessRule(1.5, 4.0),
    ],
    ids=["static", "schedule", "heavy", "better", "not_worse"],
)
def test_a_run_may_outlive_the_last_zero_bit(rate, plain):
    run = evo.run(d.OnePlusOne(rate=rate), Endless(6), seed=1, stop=evo.Steps(400), engine=_EVENT)
    assert (run.steps, run.reason) == (400, evo.Reason.STEPS)
    assert run.candidate.tolist() == [1] * 6


def test_resampling_at_vanishing_rates_flips_one_bit(plain):
    search = d.OnePlusOne(rate=d.Static(rate=1e-310), mutation=d.Resampled())
    local = d.RandomLocalSearch()
    for engine in (_CHAIN, _EVENT):
        rare = evo.repeat(search, d.OneMax(12), runs=60, seed=2, engine=engine).spent
        assert rare.tolist() == evo.repeat(local, d.OneMax(12), runs=60, seed=2, engine=engine).spent.tolist()


@dataclass(frozen=True)
class Tossing(d.AbstractRate):
    """A promise that is not kept: a coin decides."""

    waiting = d.Waiting.SIGNS
    sees = frozenset()


@d.implements(Tossing)
def start(policy, n):
    return (0.3,)


@d.implements(Tossing)
def draw(policy, state, view, n, stream):
    return state[0]


@d.implements(Tossing)
def update(policy, state, event, n):
    return (min(0.5, 1.5 * state[0]) if event.u < 0.5 else max(0.02, state[0] / 1.5),)


@d.implements(Tossing)
def tosses(policy):
    return True


def test_policies_that_toss_are_walked_whatever_they_say(plain):
    search = d.OnePlusOne(rate=Tossing(), mutation=d.Resampled())
    runs = evo.repeat(search, d.BinVal(8), runs=400, seed=1, engine=_EVENT)
    others = evo.repeat(search, d.BinVal(8), runs=400, seed=2, engine=_REFERENCE)
    spread = np.hypot(runs.spent.std(), others.spent.std()) / 20.0
    assert abs(runs.mean() - others.mean()) < 6.2 * spread  # a false alarm in 10^9 samples of a normal mean


def test_a_subclass_with_a_lowered_form_of_its_own_is_another_function():
    @dataclass(frozen=True)
    class Other(d.OneMax):
        def lower(self, n):
            return Endless(n).lower(n)

    assert "chain v1: not available" in str(evo.explain(d.OnePlusOne(rate=_ONE), Other(5)))


def test_declarations_are_checked():
    failed = {item.name for item in d.check(Tossing()).failed}
    assert "declared waits" in failed
