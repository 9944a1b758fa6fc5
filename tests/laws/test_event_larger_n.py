"""Strings too long for enumeration: engines that skip steps against exact laws, and against the reference engine."""

import dataclasses
import math
from typing import NamedTuple

import numpy as np
import pytest
import scipy.stats

import evo
import theory
from evo import discrete as d
from evo.statistics import compare_with_law, mean_interval, two_sample
from tests.discrete.cases import POLICIES, falling
from tests.laws import own
from tests.statistical import agree, rejected

_EVENT, _CHAIN, _REFERENCE = evo.Engine.EVENT, evo.Engine.CHAIN, evo.Engine.REFERENCE
_STATIC = d.Static(strength=1.0)
_ONE = d.OnePlusOne(rate=_STATIC)


def _steps(optimizer, problem, runs, engine, **how):
    found = evo.repeat(optimizer, problem, runs=runs, seed=77, engine=engine, threads=1, **how)
    assert found.engine.engine is engine
    return found


class Mean(NamedTuple):
    """A law of which the moments alone are looked at."""

    mean: float
    variance: float


def _rejected_mean(sample, truth, wrong):
    """The test of the mean refuses another mean, and was bound to: it lies two limits and more away."""
    limit = compare_with_law(sample, truth, 1e-9).z_limit
    assert limit is not None and abs(wrong - truth.mean) > 2.0 * limit * math.sqrt(truth.variance / len(sample))
    assert compare_with_law(sample, Mean(wrong, truth.variance), 1e-9).mean_ok is False


def _is_exact(engine, optimizer, problem):
    return any(used.engine is engine and reason is None for used, reason in evo.explain(optimizer, problem).engines)


def _slowing(t):
    return 0.02 + 0.1 / (1.0 + t / 100.0)


#: name -> (optimizer, problem, exact law, law of a defect, runs)
_LAWS = {
    "one_max": lambda: (
        _ONE,
        d.OneMax(1000),
        theory.onemax.law(1000, strength=1.0),
        theory.onemax.law(1000, strength=0.7),
        4000,
    ),
    "dynamic_bin_val": lambda: (
        _ONE,
        d.DynamicBinVal(100),
        theory.dynamic_bin_val.law(100, strength=1.0),
        theory.dynamic_bin_val.law(100, strength=1.3),
        10_000,
    ),
    "adversarial": lambda: (
        d.OnePlusOne(rate=d.Static(strength=0.3)),
        d.AdversarialDynamicBinVal(100),
        theory.adversarial_dynamic_bin_val.law(100, strength=0.3),
        theory.adversarial_dynamic_bin_val.law(100, strength=0.4),
        10_000,
    ),
    "switching": lambda: (
        d.OnePlusOne(rate=d.Static(strength=0.8)),
        d.SwitchingDynamicBinVal(100),
        theory.switching_dynamic_bin_val.law(100, strength=0.8),
        theory.switching_dynamic_bin_val.law(100, strength=0.6),
        10_000,
    ),
    "partially_ordered": lambda: (
        d.OnePlusOne(rate=d.Static(strength=0.5)),
        d.PartiallyOrdered(200, 0.7),
        theory.partially_ordered.law(200, strength=0.5, pessimism=0.7),
        theory.partially_ordered.law(200, strength=0.4, pessimism=0.7),
        10_000,
    ),
    "leading_ones": lambda: (
        _ONE,
        d.LeadingOnes(200),
        theory.leading_ones.law(200, strength=1.0),
        theory.leading_ones.law(200, strength=0.9),
        20_000,
    ),
    "leading_ones_by_level": lambda: (
        d.OnePlusOne(rate=d.FitnessDependent(lambda k: 1 / (k + 1), by=d.By.LEVEL)),
        d.LeadingOnes(200),
        theory.leading_ones.law(200, rate=1.0 / np.arange(1, 201)),
        theory.leading_ones.law(200, strength=1.59),
        20_000,
    ),
    "leading_ones_success": lambda: (
        d.OnePlusOne(rate=d.SuccessRule(factor=2.0, s=2.0)),
        d.LeadingOnes(60),
        theory.leading_ones.self_adjusting_law(60, factor=2.0, s=2),
        theory.leading_ones.self_adjusting_law(60, factor=2.0, s=3),
        10_000,
    ),
    "leading_ones_schedule": lambda: (
        d.OnePlusOne(rate=d.Schedule(_slowing)),
        d.LeadingOnes(60),
        theory.leading_ones.scheduled_law(60, _slowing),
        theory.leading_ones.law(60, strength=1.0),
        10_000,
    ),
    "leading_ones_resampled": lambda: (
        d.OnePlusOne(rate=_STATIC, mutation=d.Resampled()),
        d.LeadingOnes(100),
        theory.leading_ones.resampling_law(100, strength=1.0),
        theory.leading_ones.law(100, strength=1.0),
        10_000,
    ),
    "local_search": lambda: (
        d.RandomLocalSearch(),
        d.Linear([1 + i % 7 for i in range(300)]),
        theory.rls.law(300),
        theory.rls.law(270),
        10_000,
    ),
    "local_search_on_one_max": lambda: (
        d.RandomLocalSearch(),
        d.OneMax(300),
        theory.rls.law(300),
        theory.rls.law(270),
        10_000,
    ),
    "local_search_on_bin_val": lambda: (
        d.RandomLocalSearch(),
        d.BinVal(300),
        theory.rls.law(300),
        theory.rls.law(270),
        10_000,
    ),
    "resampled": lambda: (
        d.OnePlusOne(rate=_STATIC, mutation=d.Resampled()),
        d.OneMax(100),
        theory.onemax.unbiased_law(100, flips=theory.flips.resampled(100, strength=1.0)),
        theory.onemax.law(100, strength=1.0),
        10_000,
    ),
    "power_law_static": lambda: (
        d.OnePlusOne(rate=d.PowerLawStatic(1.0)),
        d.OneMax(60),
        theory.onemax.unbiased_law(60, flips=theory.flips.power_law_static(60, 1.0)),
        theory.onemax.unbiased_law(60, flips=theory.flips.power_law_static(60, 0.7)),
        10_000,
    ),
    "heavy_tailed": lambda: (
        d.OnePlusOne(rate=d.HeavyTailed(1.5)),
        d.OneMax(60),
        theory.onemax.unbiased_law(60, flips=theory.flips.heavy_tailed(60, 1.5)),
        theory.onemax.unbiased_law(60, flips=theory.flips.heavy_tailed(60, 2.5)),
        10_000,
    ),
    "two_offspring": lambda: (
        d.OnePlusLambda(2, rate=_STATIC),
        d.OneMax(60),
        theory.onemax.unbiased_law(60, flips=theory.flips.binomial(60, strength=1.0), offspring=2),
        theory.onemax.unbiased_law(60, flips=theory.flips.binomial(60, strength=1.0), offspring=3),
        10_000,
    ),
    "eight_offspring": lambda: (
        d.OnePlusLambda(8, rate=_STATIC),
        d.OneMax(60),
        theory.onemax.unbiased_law(60, flips=theory.flips.binomial(60, strength=1.0), offspring=8),
        theory.onemax.unbiased_law(60, flips=theory.flips.binomial(60, strength=1.0), offspring=10),
        10_000,
    ),
}


def _named():
    """One of the default run; the others compile further kernels."""
    for name in _LAWS:
        for engine in (_EVENT, _CHAIN):
            quick = (name, engine) == ("one_max", _CHAIN)
            yield pytest.param(name, engine, marks=() if quick else pytest.mark.slow, id=f"{name}-{engine.name}")


@pytest.mark.parametrize(("name", "engine"), list(_named()))
def test_exact_laws(name, engine):
    optimizer, problem, truth, defect, runs = _LAWS[name]()
    if not _is_exact(engine, optimizer, problem):
        assert engine is _CHAIN
        return
    found = _steps(optimizer, problem, runs, engine)
    assert found.capped == 0
    agree(found.steps, truth)
    assert compare_with_law(found.steps, truth, 1e-9).mean_ok is True
    rejected(found.steps, truth, defect, int(4 * truth.mean))
    _rejected_mean(found.steps, truth, defect.mean)


@pytest.mark.parametrize(
    ("name", "engine"), [("one_max", _CHAIN), pytest.param("dynamic_bin_val", _EVENT, marks=pytest.mark.slow)]
)
def test_means_of_long_strings(name, engine):
    """Where the whole law would take long to compute."""
    n, runs = (10_000, 4000) if name == "one_max" else (1000, 4000)
    module = getattr(theory, "onemax" if name == "one_max" else name)
    law = module.law(n, strength=1.0)
    truth = Mean(law.mean, law.variance)
    found = _steps(_ONE, d.OneMax(n) if name == "one_max" else d.DynamicBinVal(n), runs, engine)
    assert compare_with_law(found.steps, truth, 1e-9).mean_ok is True
    _rejected_mean(found.steps, truth, 0.95 * truth.mean)


# --- where there is no exact law --------------------------------------------------------------------------------------


def _random_order(n, seed=3):
    return np.random.default_rng(seed).permutation(n)


_LINEAR = {
    "weights": d.Linear((1 + _random_order(150) % 40).tolist()),
    "random": d.RandomLinear(150),
    "wide": d.Linear([1.0 + int(i) if i % 2 else 2.0**-70 * (int(i) + 1) for i in _random_order(150)]),
    "bin_val": d.BinVal(150),
    "hot_topic": d.HotTopic(150, levels=20, alpha=0.25, beta=0.05, eps=0.05),
    "dynamic_linear": d.DynamicLinear(150),
    "one_max": d.OneMax(150),
    "leading_ones": d.LeadingOnes(60),
}
_OTHERS = {
    "static_strength": lambda n: d.Static(strength=1.3),
    "log_schedule": POLICIES["log_schedule"],
    "falling": lambda n: d.Schedule(falling),
    "success_not_worse": lambda n: d.SuccessRule(factor=1.3, s=4.0),
    "success_better": lambda n: d.SuccessRule(factor=1.3, s=4.0, success=d.Success.BETTER, low=0.1 / n),
    "heavy_tailed": lambda n: d.HeavyTailed(1.5),
    "power_law_static": lambda n: d.PowerLawStatic(1.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("policy", _OTHERS)
@pytest.mark.parametrize("name", _LINEAR)
def test_against_the_reference_engine(name, policy):
    """T, and the values of runs that end early; runs that end earlier are refused."""
    problem = _LINEAR[name]
    optimizer = d.OnePlusOne(rate=_OTHERS[policy](problem.n))
    stop, early = evo.Steps(40 * problem.n), evo.Steps(2 * problem.n)
    engine = evo.explain(optimizer, problem).chosen.engine
    assert engine in (_EVENT, _CHAIN)
    one, other = (_steps(optimizer, problem, 6000, used, stop=stop) for used in (engine, _REFERENCE))
    comparison = two_sample(np.minimum(one.spent, 10**9), other.spent, 1e-9)
    assert comparison.ok, str(comparison)
    one, other = (_steps(optimizer, problem, 6000, used, stop=early).value for used in (engine, _REFERENCE))
    comparison = two_sample(one, other, 1e-9)
    assert comparison.ok, str(comparison)
    wrong = _steps(optimizer, problem, 6000, _REFERENCE, stop=evo.Steps(problem.n // 8)).value
    assert not two_sample(wrong, one, 1e-9).ok


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["static_strength", "log_schedule", "success_better"])
@pytest.mark.parametrize(
    "problem",
    [
        d.AdversarialDynamicBinVal(40),
        d.SwitchingDynamicBinVal(40),
        d.DynamicLinear(40),
        d.HotTopic(40, levels=10, alpha=0.25, beta=0.05, eps=0.05),
        d.DeceptiveMonotone(40, 10, alpha=0.25, beta=0.05),
        d.Linear((1 + np.arange(40) % 4).tolist()),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_several_offspring_against_the_reference_engine(problem, policy):
    """T and the index of the first optimal evaluation, capped where runs take long."""
    optimizer = d.OnePlusLambda(3, rate=_OTHERS[policy](problem.n))
    stop = evo.Steps(20 * problem.n)
    one, other = (_steps(optimizer, problem, 20_000, used, stop=stop) for used in (_EVENT, _REFERENCE))
    for name in ("spent", "hit", "value"):
        comparison = two_sample(getattr(one, name), getattr(other, name), 1e-9)
        assert comparison.ok, f"{name}: {comparison}"


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["static_strength", "success_not_worse"])
@pytest.mark.parametrize("name", ["weights", "dynamic_linear", "one_max", "leading_ones", "hot_topic"])
def test_stagnation_against_the_reference_engine(name, policy):
    """Where runs stop that did not improve for long; an improvement is strict."""
    problem = _LINEAR[name]
    optimizer = d.OnePlusOne(rate=_OTHERS[policy](problem.n))
    engine = evo.explain(optimizer, problem).chosen.engine
    stop = evo.Stagnation(60) | evo.Steps(10_000)
    one, other = (_steps(optimizer, problem, 6000, used, stop=stop) for used in (engine, _REFERENCE))
    for column in ("spent", "value"):
        comparison = two_sample(getattr(one, column), getattr(other, column), 1e-9)
        assert comparison.ok, f"{column}: {comparison}"
    wrong = _steps(optimizer, problem, 6000, _REFERENCE, stop=evo.Stagnation(50) | evo.Steps(10_000))
    assert not two_sample(wrong.spent, one.spent, 1e-9).ok


# --- many flips at once -----------------------------------------------------------------------------------------------


def _zeros_after(n, rate, steps):
    """The law of the number of zero-bits after so many steps on OneMax: all flips convolved."""
    matrix = np.zeros((n + 1, n + 1))
    for zeros in range(n + 1):
        repaired = scipy.stats.binom.pmf(np.arange(zeros + 1), zeros, rate)
        spoiled = scipy.stats.binom.pmf(np.arange(n - zeros + 1), n - zeros, rate)
        change = np.convolve(repaired, spoiled[::-1])  # place n - zeros + j: j more repaired than spoiled
        matrix[zeros, : zeros + 1] = change[n - zeros :][::-1]
        matrix[zeros, zeros] += 1.0 - matrix[zeros].sum()
    law = scipy.stats.binom.pmf(np.arange(n + 1), n, 0.5)
    for _ in range(steps):
        law = law @ matrix
    return law


class Cumulated:
    """The law of a number with these probabilities."""

    mean = variance = math.inf

    def __init__(self, masses):
        self.table = np.minimum(1.0, np.cumsum(masses))

    def cdf(self, t):
        t = np.asarray(t)
        return np.where(t < 0, 0.0, self.table[np.clip(t, 0, len(self.table) - 1)])


def _alike(kind, n):
    """OneMax, in three kinds of states."""
    return {"counts": d.OneMax(n), "weights": d.Linear([1] * n), "strings": own.Even(n)}[kind]


@pytest.mark.slow
@pytest.mark.parametrize("strength", [15.0, 40.0])
@pytest.mark.parametrize("problem", ["counts", "weights", "strings"])
def test_many_flips(strength, problem):
    """n p >= 10: binomial numbers by transformed rejection, positions from flip to flip; by OneMax in three states."""
    n, steps, runs = 1000, 1000, 6000
    optimizer = d.OnePlusOne(rate=d.Static(strength=strength))
    problem = _alike(problem, n)
    laws = [Cumulated(_zeros_after(n, c / n, steps)) for c in (strength, 1.1 * strength)]
    for engine in (_EVENT, _CHAIN):
        if _is_exact(engine, optimizer, problem):
            found = _steps(optimizer, problem, runs, engine, stop=evo.Steps(steps))
            zeros = n - found.value
            agree(zeros, laws[0], n)
            rejected(zeros, laws[0], laws[1], n)


@pytest.mark.parametrize("rate", [0.3, pytest.param(0.9, marks=pytest.mark.slow)])
@pytest.mark.parametrize("problem", ["counts", "weights", "strings"])
def test_many_flips_in_plain_python(problem, rate, plain):
    """n p >= 10 on strings so short that there is nothing to compile for."""
    n, steps, runs = 40, 30, 1000
    optimizer, problem = d.OnePlusOne(rate=d.Static(rate=rate)), _alike(problem, n)
    laws = [Cumulated(_zeros_after(n, p, steps)) for p in (rate, rate - 0.15)]
    found = _steps(optimizer, problem, runs, _EVENT, stop=evo.Steps(steps))
    agree(n - found.value, laws[0], n)
    rejected(n - found.value, laws[0], laws[1], n)


@pytest.mark.slow
@pytest.mark.parametrize("strength", [8.0, 15.0, 40.0])
@pytest.mark.parametrize(
    "problem",
    [d.BinVal(1000), d.RandomLinear(1000), d.DynamicBinVal(1000), d.HotTopic(1000, 20, alpha=0.2, beta=0.05, eps=0.05)],
    ids=lambda problem: type(problem).__name__,
)
def test_many_flips_against_the_reference_engine(problem, strength):
    values = [
        _steps(d.OnePlusOne(rate=d.Static(strength=used)), problem, 6000, engine, stop=evo.Steps(300)).value
        for engine, used in ((_EVENT, strength), (_REFERENCE, strength), (_REFERENCE, strength / 2))
    ]
    assert two_sample(values[0], values[1], 1e-9).ok
    assert not two_sample(values[0], values[2], 1e-9).ok


# --- how many candidates there are ------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Counted(d.AbstractFunction):
    """OneMax, weights spread evenly over (0, 1), BinVal, or dynamic BinVal; the level counts the comparisons."""

    n: int
    kind: int
    monotone = True


@dataclasses.dataclass(frozen=True)
class CountedDynamic(d.AbstractFunction):
    """Dynamic BinVal; the level counts the comparisons."""

    n: int
    monotone = True
    dynamic = True
    values = evo.Values.ORDER if hasattr(evo, "Values") else d.DynamicBinVal.values

    def evaluate(self, candidates, step, key):
        return np.array([int(x.sum()) for x in np.asarray(candidates)], dtype=object)


class Calls(NamedTuple):
    """How often the function was asked, and its weights."""

    count: np.ndarray
    weights: np.ndarray


def _counting(kind):
    """A decorator: for `kind`, with the functions that both have."""

    def prepare(problem, x):
        weights = np.empty(problem.n)
        for place in range(problem.n):
            weights[place] = ((place * 0.6180339887498949) % 1.0) + 1e-9
        return Calls(np.zeros(1, dtype=np.int64), weights)

    def level(problem, cache):
        return cache.count[0]

    def level_count(problem):
        return 2**31

    def value(problem, cache, x):
        ones = 0
        for bit in x:
            ones += bit
        return float(ones)

    for function in (prepare, level, level_count, value):
        d.implements(kind)(function)


_counting(Counted)
_counting(CountedDynamic)


@d.implements(Counted)
def gain(problem, cache, x, flips, count, stream):
    cache.count[0] += 1
    change, first = 0.0, problem.n
    for at in range(count):
        sign = 1.0 - 2.0 * x[flips[at]]
        if problem.kind == 0:
            change += sign
        elif problem.kind == 1:
            change += sign * cache.weights[flips[at]]
        elif flips[at] < first:
            first, change = flips[at], sign
    return (1 if change > 0 else (-1 if change < 0 else 0)), change


@d.implements(CountedDynamic)
def redrawn(problem):
    return True


@d.implements(CountedDynamic)
def gain(problem, cache, x, flips, count, stream):  # noqa: F811
    cache.count[0] += 1
    own_stream = stream.copy()
    sign = 1 - 2 * np.int64(x[flips[d.below(own_stream, count)]])
    return sign, float(sign)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("problem", "share"),
    [
        (Counted(2000, 0), 0.896),
        (Counted(2000, 1), 0.935),
        (Counted(2000, 2), 0.987),
        (CountedDynamic(2000), 1.07),
    ],
    ids=["one_max", "weights", "bin_val", "dynamic_bin_val"],
)
def test_candidates_of_a_run(problem, share):
    """Independent code found these shares of n at strength 1, at n = 10^3 to 10^5."""
    found = _steps(_ONE, problem, 4000, _EVENT, record=evo.Final(d.level))
    assert found.capped == 0
    counts = found.records["level"] / problem.n
    interval = mean_interval(counts, 1.0 - 1e-9)
    assert interval.upper - interval.lower < 0.01
    assert 0.99 * share < interval.upper and interval.lower < 1.01 * share
