"""Searches with several offspring or parents: the engine against the enumeration and the chains of `theory`."""

import numpy as np
import pytest

import evo
import theory
from evo import discrete as d
from tests.discrete.cases import PROBLEMS
from tests.laws.twins import values_of
from tests.statistical import agree, rejected
from theory import enumeration as en

_RUNS = 100_000
_STATIC, _TWIN = d.Static(rate=0.2), en.Static(rate=0.2)
#: F = 2 and s = 1 walk on powers of two: few states
_RULE = {"factor": 2.0, "s": 1.0, "high": 8.0}


def _sample(optimizer, problem, horizon):
    stop = evo.Steps(horizon)
    return evo.repeat(optimizer, problem, runs=_RUNS, seed=77, stop=stop, engine=evo.Engine.REFERENCE).steps


def _judge(optimizer, problem, horizon, truth, defects):
    sample = _sample(optimizer, problem, horizon)
    agree(sample, truth, horizon)
    for defect in defects:
        rejected(sample, truth, defect, horizon)


def _plus_or_comma(name, n, size, comma, horizon):
    """A fixed number of offspring; defects: one less, the other selection, another rate."""
    problem = PROBLEMS[name](n)
    values = values_of(problem)
    kind = d.OneCommaLambda if comma else d.OnePlusLambda
    how = {"horizon": horizon}
    truth = en.offspring_law(values, _TWIN, offspring=size, comma=comma, **how)
    defects = [
        en.offspring_law(values, _TWIN, offspring=size - 1, comma=comma, **how),
        en.offspring_law(values, _TWIN, offspring=size, comma=not comma, **how),
        en.offspring_law(values, en.Static(rate=0.1), offspring=size, comma=comma, **how),
    ]
    _judge(kind(size, rate=_STATIC), problem, horizon, truth, defects)


def test_several_offspring():
    _plus_or_comma("leading_ones", 5, 3, False, 60)


def test_comma_selection():
    _plus_or_comma("linear_integers", 4, 3, True, 60)


@pytest.mark.slow
@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize(("name", "n"), [("one_max", 6), ("bin_val", 5), ("hot_topic", 6), ("linear_wide", 5)])
def test_several_offspring_on_more_functions(name, n, comma):
    for size in (2, 4):
        _plus_or_comma(name, n, size, comma, 80)


def _self_adjusting(name, n, comma, stochastic, horizon=60):
    problem = PROBLEMS[name](n)
    values = values_of(problem)
    rounding = d.Rounding.STOCHASTIC if stochastic else d.Rounding.NEAREST
    rule = d.OffspringRule(initial=1.5, rounding=rounding, **_RULE)
    kind = d.OneCommaLambda if comma else d.OnePlusLambda
    how = {"comma": comma, "horizon": horizon}
    twin = {"initial": 1.5, "stochastic": stochastic}
    truth = en.offspring_law(values, _TWIN, offspring=en.SelfAdjusting(**_RULE, **twin), **how)
    defects = [
        en.offspring_law(values, _TWIN, offspring=2, **how),
        en.offspring_law(values, _TWIN, offspring=en.SelfAdjusting(factor=2.0, s=4.0, high=8.0, **twin), **how),
    ]
    if stochastic:
        twin["stochastic"] = False
        defects.append(en.offspring_law(values, _TWIN, offspring=en.SelfAdjusting(**_RULE, **twin), **how))
    _judge(kind(rule, rate=_STATIC), problem, horizon, truth, defects[: 2 if comma else 1])


def test_self_adjusting_comma_selection():
    _self_adjusting("leading_ones", 5, True, False)


@pytest.mark.slow
@pytest.mark.parametrize("stochastic", [False, True])
@pytest.mark.parametrize("comma", [False, True])
def test_self_adjusting_offspring(comma, stochastic):
    for name in ("one_max", "leading_ones"):
        _self_adjusting(name, 5, comma, stochastic)


def test_two_rates():
    n, horizon = 6, 40
    problem = d.LeadingOnes(n)
    values = values_of(problem)
    bounds = {"low": 0.5, "high": 3.0, "initial": 1.0}
    truth = en.two_rate_law(values, offspring=2, horizon=horizon, **bounds)
    defects = [
        en.two_rate_law(values, offspring=2, horizon=horizon, low=0.5, high=3.0, initial=3.0),
        en.offspring_law(values, en.Static(strength=1.0), offspring=2, horizon=horizon),
    ]
    _judge(d.OnePlusLambda(2, rate=d.TwoRate(**bounds)), problem, horizon, truth, defects)


@pytest.mark.slow
def test_two_rates_of_four_offspring():
    n, horizon = 5, 40
    problem = d.OneMax(n)
    values = values_of(problem)
    bounds = {"low": 0.5, "high": 2.5, "initial": 0.5}
    truth = en.two_rate_law(values, offspring=4, horizon=horizon, **bounds)
    defect = en.two_rate_law(values, offspring=4, horizon=horizon, low=2.5, high=2.5, initial=2.5)
    _judge(d.OnePlusLambda(4, rate=d.TwoRate(**bounds)), problem, horizon, truth, [defect])


def _population(name, n, size, crossover, horizon):
    problem = PROBLEMS[name](n)
    values = values_of(problem)
    truth = en.population_law(values, _TWIN, size=size, crossover=crossover, horizon=horizon)
    defects = [
        en.population_law(values, _TWIN, size=size, crossover=0.0 if crossover else 0.5, horizon=horizon),
        en.population_law(values, _TWIN, size=size - 1, crossover=crossover, horizon=horizon),
    ]
    _judge(d.MuPlusOne(size, rate=_STATIC, crossover=crossover), problem, horizon, truth, defects)


def test_a_population_with_crossover():
    _population("leading_ones", 5, 2, 0.5, 80)


@pytest.mark.slow
@pytest.mark.parametrize("crossover", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("name", "n", "size"), [("one_max", 4, 3), ("bin_val", 5, 2), ("linear_wide", 5, 2)])
def test_populations(name, n, size, crossover):
    _population(name, n, size, crossover, 80)


def _twofold(name, n, size, strength, bias, horizon):
    problem = PROBLEMS[name](n)
    values = values_of(problem)
    law = {"offspring": size, "strength": strength, "bias": bias}
    truth = en.lambda_lambda_law(values, horizon=horizon, **law)
    defects = [
        en.lambda_lambda_law(values, horizon=horizon, **law | {"strength": 0.5 * strength}),
        en.lambda_lambda_law(values, horizon=horizon, **law | {"offspring": size + 1}),
    ]
    optimizer = d.OnePlusLambdaLambda(size, strength=strength, bias=bias)
    _judge(optimizer, problem, horizon, truth, defects)


def test_mutants_and_their_crossovers():
    _twofold("leading_ones", 5, 2, 2.0, 0.5, 60)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n"), [("one_max", 5), ("bin_val", 5), ("linear_wide", 5)])
def test_mutants_and_their_crossovers_on_more_functions(name, n):
    _twofold(name, n, 2, 2.0, 0.5, 60)
    _twofold(name, n, 3, 1.5, 0.2, 60)


# --- chains of longer strings -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 7])
def test_offspring_on_one_max(size):
    n = 60
    runs = evo.repeat(d.OnePlusLambda(size, rate=d.Static(strength=1.0)), d.OneMax(n), runs=_RUNS, seed=5)
    flips = theory.flips.binomial(n, strength=1.0)
    truth = theory.onemax.unbiased_law(n, flips=flips, offspring=size)
    agree(runs.steps, truth)
    assert runs.compare(truth, false_alarm=1e-9).mean_ok is True
    rejected(runs.steps, truth, theory.onemax.unbiased_law(n, flips=flips, offspring=size + 1), 2000)


@pytest.mark.slow
def test_comma_selection_on_one_max():
    n = 30
    runs = evo.repeat(d.OneCommaLambda(8, rate=d.Static(strength=1.0)), d.OneMax(n), runs=_RUNS, seed=5)
    flips = theory.flips.binomial(n, strength=1.0)
    truth = theory.onemax.unbiased_law(n, flips=flips, offspring=8, comma=True)
    agree(runs.steps, truth)
    rejected(runs.steps, truth, theory.onemax.unbiased_law(n, flips=flips, offspring=8), 500)


@pytest.mark.slow
def test_mutants_and_crossovers_on_one_max():
    n = 40
    optimizer = d.OnePlusLambdaLambda(4)
    runs = evo.repeat(optimizer, d.OneMax(n), runs=_RUNS, seed=5)
    truth = theory.onemax.lambda_lambda_law(n, offspring=4, strength=4.0, bias=0.25)
    agree(runs.steps, truth)
    rejected(runs.steps, truth, theory.onemax.lambda_lambda_law(n, offspring=4, strength=4.0, bias=0.5), 500)


# --- reductions, bit for bit ------------------------------------------------------------------------------------------


def _rows(optimizer, problem, seed=9):
    record = evo.Every(1, evo.value, d.zeros, d.rate)
    how = {"stop": evo.Steps(60), "record": record, "engine": evo.Engine.REFERENCE}
    return evo.repeat(optimizer, problem, runs=20, seed=seed, **how)


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("name", ["leading_ones", "dynamic_bin_val"])
def test_one_offspring_and_one_parent_make_the_one_plus_one_ea(name):
    problem, rate = PROBLEMS[name](12), d.SuccessRule(factor=1.5, s=2.0)
    one = _rows(d.OnePlusOne(rate=rate), problem)
    for other in (d.OnePlusLambda(1, rate=rate), d.MuPlusOne(1, rate=rate)):
        rows = _rows(other, problem)
        assert (one.steps == rows.steps).all() and (one.hit == rows.hit).all()
        assert (one.evaluations == rows.evaluations).all()
        for column, values in one.records.items():
            np.testing.assert_array_equal(values, rows.records[column])


@pytest.mark.slow
def test_one_mutant_and_its_copy_make_the_steps_of_the_one_plus_one_ea():
    problem = d.OneMax(20)
    one = _rows(d.OnePlusOne(rate=d.Static(strength=1.5)), problem)
    other = _rows(d.OnePlusLambdaLambda(1, strength=1.5, bias=1.0), problem)
    assert (one.steps == other.steps).all() and (other.evaluations == 2 * one.evaluations - 1).all()
    for column in ("zeros", "value", "rate"):
        np.testing.assert_array_equal(one.records[column], other.records[column])


@pytest.mark.slow
def test_a_rule_that_cannot_move_is_a_fixed_number():
    problem, rate = d.OneMax(20), d.Static(strength=1.0)
    fixed = _rows(d.OneCommaLambda(3, rate=rate), problem)
    rule = d.OffspringRule(factor=1.5, s=1.0, initial=3.0, low=3.0, high=3.0)
    np.testing.assert_array_equal(fixed.steps, _rows(d.OneCommaLambda(rule, rate=rate), problem).steps)
