"""The whole law of T at n <= 12: the reference engine against the enumeration of all strings and policy states."""

import dataclasses

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.statistics import dkw_radius
from tests.discrete.cases import POLICIES, PROBLEMS, acceptance_for
from tests.laws.twins import DEFECTS, TWINS, Frozen, Resampled, values_of
from tests.statistical import Shifted, agree, gap, rejected
from theory import enumeration as en

_RUNS = 100_000
_HORIZON = 250

#: (problem, policy, acceptance) that together hold every value of each; the slow product holds every pair of values
_CORE = [
    ("one_max", "static_strength", d.Elitist()),
    ("leading_ones", "static_rate", d.Elitist()),
    pytest.param("leading_ones", "success_better", d.Strict(), marks=pytest.mark.slow),
    ("linear_floats", "log_schedule", d.Elitist()),
    ("bin_val", "static_strength", d.Elitist()),
    ("dynamic_bin_val", "static_rate", d.Elitist()),
    ("hot_topic", "success_not_worse", d.Elitist()),
    ("linear_integers", "equal_fitness", d.Strict()),
    ("random_linear", "schedule", d.Strict()),
]


def _sample(problem, optimizer, horizon=_HORIZON, runs=_RUNS):
    runs = evo.repeat(optimizer, problem, runs=runs, seed=2024, stop=evo.Steps(horizon), engine=evo.Engine.REFERENCE)
    assert (runs.spent[~runs.reached] == horizon).all()
    return runs.steps


def _acceptance(acceptance):
    return en.Strict() if acceptance == d.Strict() else en.Elitist()


def _judge(name, policy, acceptance, n, horizon=_HORIZON, runs=_RUNS):
    """The engine has the law, and the same assertion refuses the laws of defective engines."""
    problem = PROBLEMS[name](n)
    optimizer = d.OnePlusOne(rate=POLICIES[policy](n), acceptance=acceptance)
    sample = _sample(problem, optimizer, horizon, runs)
    values = values_of(problem)
    how = {"acceptance": _acceptance(acceptance), "horizon": horizon}
    truth = en.law(values, TWINS[policy](n), **how)
    agree(sample, truth, horizon)
    defects = {DEFECTS[policy][0]: en.law(values, DEFECTS[policy][1](n), **how)}
    defects["one position never flips"] = en.law(values, TWINS[policy](n), mutation=Frozen(), **how)
    defects["idle steps are not counted"] = en.law(values, TWINS[policy](n), mutation=Resampled(), **how)
    defects["T counts one step too many"] = Shifted(truth)
    caught = set()
    for label, defect in defects.items():
        if gap(truth, defect, horizon) > 2.0 * dkw_radius(len(sample), alpha=1e-9):
            rejected(sample, truth, defect, horizon)
            caught.add(label)
    assert "one position never flips" in caught or n == 1
    return caught


@pytest.mark.parametrize(("name", "policy", "acceptance"), _CORE, ids=str)
def test_core(name, policy, acceptance):
    caught = set()
    for n in (1, 2, 3, 5) if policy == "equal_fitness" else (1, 2, 3, 5, 8):  # it has many states to enumerate
        caught |= _judge(name, policy, acceptance, n)
    assert len(caught) == 4, f"only {caught} would be noticed"


def _families():
    """Every pair of values of problem, policy, acceptance and n."""
    for place, name in enumerate(PROBLEMS):
        for other, policy in enumerate(POLICIES):
            first = (place + 3 * other) % 8 + 1
            yield name, policy, acceptance_for(name, policy), first, (first + 3) % 8 + 1


@pytest.mark.slow
@pytest.mark.parametrize(("name", "policy", "acceptance", "one", "other"), list(_families()), ids=str)
def test_all_pairs(name, policy, acceptance, one, other):
    for n in (one, other):
        _judge(name, policy, acceptance, n)


def test_the_product_holds_all_pairs():
    rows = [(*family[:3], n) for family in _families() for n in family[3:]]
    for one in range(4):
        for other in range(one + 1, 4):
            axes = [{row[axis] for row in rows} for axis in (one, other)]
            found = {(row[one], row[other]) for row in rows}
            assert len(found) == len(axes[0]) * len(axes[1]), (one, other)
    assert {row[3] for row in rows} == set(range(1, 9))


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 12])
@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("leading_ones", "static_strength"),
        ("dynamic_bin_val", "static_rate"),
        ("hot_topic", "success_not_worse"),
        ("random_linear", "static_strength"),
        ("bin_val", "log_schedule"),
    ],
)
def test_longer_strings(name, policy, n):
    if n == 12 and policy in ("success_not_worse", "log_schedule"):
        horizon = 60  # the enumeration pays for every step and policy state
    else:
        horizon = 300 if n == 10 else 150
    _judge(name, policy, d.Elitist(), n, horizon)


# --- means of the complete law ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["one_max", "leading_ones", "bin_val", "dynamic_bin_val"])
def test_mean_and_law_without_a_horizon(name):
    n = 7
    problem = PROBLEMS[name](n)
    runs = evo.repeat(d.OnePlusOne(rate=d.Static(strength=1.0)), problem, runs=_RUNS, seed=5)
    truth = en.law(values_of(problem), en.Static(strength=1.0))
    agree(runs.steps, truth)
    assert runs.capped == 0 and runs.compare(truth, false_alarm=1e-9).mean_ok is True
    rejected(runs.steps, truth, en.law(values_of(problem), en.Static(strength=0.6)), 400)


@pytest.mark.slow  # two kernels; longer strings are in the default run
@pytest.mark.parametrize("acceptance", [d.Elitist(), d.Strict()], ids=str)
def test_local_search(acceptance):
    for name, n in (("leading_ones", 6), ("leading_ones", 8)):
        problem = PROBLEMS[name](n)
        sample = _sample(problem, d.RandomLocalSearch(acceptance=acceptance))
        how = {"acceptance": _acceptance(acceptance), "horizon": _HORIZON}
        truth = en.law(values_of(problem), mutation=en.OneBit(), **how)
        agree(sample, truth, _HORIZON)
        rejected(sample, truth, en.law(values_of(problem), en.Static(strength=1.0), **how), _HORIZON)


# --- starts -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow  # two starts to compile
def test_starts():
    """From a given string, and from a random string with a given number of ones."""
    n = 6
    problem = d.LeadingOnes(n)
    optimizer = d.OnePlusOne(rate=d.Static(strength=1.0))
    values, static = values_of(problem), en.Static(strength=1.0)
    given = np.array([1, 1, 0, 1, 1, 1])
    half = np.array([0.05 * (x.bit_count() == 3) for x in range(64)])
    for start, weights in ((d.Given(given), 0b111011), (d.Ones(0.5), half)):
        sample = _sample(problem, dataclasses.replace(optimizer, start=start))
        truth = en.law(values, static, start=weights, horizon=_HORIZON)
        agree(sample, truth, _HORIZON)
        rejected(sample, truth, en.law(values, static, horizon=_HORIZON), _HORIZON)


# --- ties -------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Plateau(d.AbstractFunction):
    """The number of one-bits, but all strings with one to three of them are equally good."""

    n: int


@d.implements(Plateau)
def value(problem, cache, x):
    ones = 0
    for bit in x:
        ones += bit
    return 3.0 if 1 <= ones <= 3 else float(ones)


def test_a_plateau_is_crossed_by_ties():
    """On strictly monotone functions ties hardly matter; here they decide, and so does a part of a user."""
    n = 7
    problem = Plateau(n)
    values = values_of(problem)
    assert values == [3.0 if 1 <= x.bit_count() <= 3 else float(x.bit_count()) for x in range(2**n)]
    laws = {}
    for acceptance in (d.Elitist(), d.Strict()):
        laws[acceptance] = en.law(values, en.Static(rate=0.1), acceptance=_acceptance(acceptance), horizon=_HORIZON)
    sample = _sample(problem, d.OnePlusOne(rate=d.Static(rate=0.1)))
    agree(sample, laws[d.Elitist()], _HORIZON)
    rejected(sample, laws[d.Elitist()], laws[d.Strict()], _HORIZON)


@pytest.mark.slow
def test_strict_acceptance_stays_on_a_plateau():
    problem = Plateau(7)
    values = values_of(problem)
    how = {"horizon": _HORIZON}
    sample = _sample(problem, d.OnePlusOne(rate=d.Static(rate=0.1), acceptance=d.Strict()))
    truth = en.law(values, en.Static(rate=0.1), acceptance=en.Strict(), **how)
    agree(sample, truth, _HORIZON)
    rejected(sample, truth, en.law(values, en.Static(rate=0.1), **how), _HORIZON)


@pytest.mark.parametrize("name", ["linear_integers", pytest.param("hot_topic", marks=pytest.mark.slow)])
def test_an_acceptance_that_weighs_and_draws(name):
    """Losses are accepted: magnitudes, and the commits of falling strings, have an effect on the law."""
    n, temperature, horizon = 6, 4.0, 150
    problem = PROBLEMS[name](n)
    values = values_of(problem)
    sample = _sample(problem, d.OnePlusOne(rate=d.Static(rate=0.2), acceptance=d.Metropolis(temperature)), horizon)
    laws = {
        heat: en.law(values, en.Static(rate=0.2), acceptance=en.Metropolis(heat), horizon=horizon)
        for heat in (temperature, 20.0 * temperature)
    }
    agree(sample, laws[temperature], horizon)
    rejected(sample, laws[temperature], laws[20.0 * temperature], horizon)


# --- a factor that falls ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_equal_fitness_rule_whose_factor_falls():
    n, horizon = 3, 12
    problem = d.LeadingOnes(n)
    sample = _sample(problem, d.OnePlusOne(rate=d.EqualFitnessRule(factor=3.0, decay=0.5)), horizon)
    truth = en.law(values_of(problem), en.EqualFitnessRule(factor=lambda t: 1.0 + 2.0 / t**0.5), horizon=horizon)
    agree(sample, truth, horizon)
    rejected(sample, truth, en.law(values_of(problem), en.EqualFitnessRule(factor=3.0), horizon=horizon), horizon)
