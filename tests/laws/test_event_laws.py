"""The whole law of T at n <= 8 on the event engine and the chain engine, which skip steps, for every way of waiting.

Each family has a defect of its own, of the kind that an engine that skips steps may have: a wait that is one step too
long, a rate that does not change meanwhile, the hazard of one zero-bit more.
"""

import dataclasses
import functools

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.statistics import dkw_radius
from tests.discrete.cases import POLICIES, PROBLEMS, hot_topic_sets
from tests.laws import own, twins
from tests.laws.followed import Judged, Of, Twin, followed, popcounts
from tests.laws.twins import TWINS, values_of
from tests.statistical import agree, counts_agree, gap, rejected
from theory import enumeration as en

_RUNS = 100_000
_FAST = (evo.Engine.EVENT, evo.Engine.CHAIN)


# --- what is judged ---------------------------------------------------------------------------------------------------


def _judged(n, better, equal=lambda gained, lost, zeros: 0.0):
    """Chances as functions of bits gained and lost and of the zero-bits of the parent."""
    strings = np.arange(2**n)
    gained = popcounts(2**n)[~strings[:, None] & strings[None]]
    lost = popcounts(2**n)[strings[:, None] & ~strings[None]]
    table = np.zeros((2, 2**n, 2**n))
    for place, chance in enumerate((better, equal)):
        for x in strings:
            for y in strings:
                if x != y:
                    table[place, x, y] = chance(int(gained[x, y]), int(lost[x, y]), n - int(x).bit_count())
    return Judged(table[0], table[1])


def _pessimist(gained, lost, zeros):
    if gained == 0 or lost == 0 or gained == lost:
        return float(lost == 0)
    return 0.7 if lost > gained else 0.3


def _integers(gained, lost, zeros):
    return twins.integer_weights(1, 3, ties=False)(gained, lost, zeros)


def _tied_integers(gained, lost, zeros):
    return twins.integer_weights(1, 3, ties=True)(gained, lost, zeros) - _integers(gained, lost, zeros)


#: name -> (problem on n bits, what the enumeration takes)
_PROBLEMS = {name: (make, lambda n, make=make: values_of(make(n))) for name, make in PROBLEMS.items()}
_PROBLEMS |= {
    "dynamic_bin_val": (d.DynamicBinVal, lambda n: _judged(n, lambda a, b, z: a / (a + b))),
    "adversarial": (d.AdversarialDynamicBinVal, lambda n: _judged(n, twins.adversarial)),
    "switching": (d.SwitchingDynamicBinVal, lambda n: _judged(n, twins.switching(n))),
    "partially_ordered": (
        lambda n: d.PartiallyOrdered(n, 0.7),
        lambda n: _judged(n, _pessimist, lambda a, b, z: float(a == b)),
    ),
    "dynamic_linear": (d.DynamicLinear, lambda n: _judged(n, twins.uniform_weights)),
    "dynamic_integers": (
        lambda n: d.DynamicLinear(n, d.IntegerWeights(1, 3)),
        lambda n: _judged(n, _integers, _tied_integers),
    ),
    "deceptive": (
        lambda n: d.DeceptiveMonotone(n, 4, alpha=0.5, beta=0.25, instance=d.Fixed(seed=2)),
        lambda n: values_of(d.DeceptiveMonotone(n, 4, alpha=0.5, beta=0.25, instance=d.Fixed(seed=2))),
    ),
    "own": (own.Squares, own.squares),
    "own_cached": (own.Cached, own.squares),
}


class Whatever(Twin):
    """Any rate: the mutation has a law of its own."""

    def rate(self, state, t):
        return 0.5


class ByString(Twin):
    """A rate for every string."""

    def __init__(self, rates):
        self.rates = np.array(rates)

    def rate(self, state, t):
        return self.rates


def _zeros_table(n):
    return np.array([np.inf, 0.1, 0.6, 0.2, 0.5, 0.9, 0.3, 0.4, 0.15][: n + 1])


def _levels_table(n):
    return np.linspace(0.5, 0.1, n)


def _level(x, n):
    return next((place for place in range(n) if not x >> place & 1), n - 1)


def _cycle(t):
    """A schedule with rates 0 and 1."""
    return (0.3, 0.0, 0.15, 1.0, 0.05)[t % 5]


_MUTATIONS = {
    "standard": (d.StandardBits(), en.StandardBits()),
    "resampled": (d.Resampled(), twins.Resampled()),
    "shifted": (d.Shifted(), twins.Shifted()),
}
_LAYERS = own.LAYERS

#: name -> (policy, twin, defective twin) for strings of length n; averaged rates need the twin of the mutation
_POLICIES = {name: (POLICIES[name], TWINS[name]) for name in POLICIES}
_POLICIES |= {
    "half": (lambda n: d.Static(rate=0.5), lambda n: en.Static(rate=0.5)),
    "most": (lambda n: d.Static(rate=0.93), lambda n: en.Static(rate=0.93)),
    "all": (lambda n: d.Static(rate=1.0), lambda n: en.Static(rate=1.0)),
    "cycle": (lambda n: d.Schedule(_cycle), lambda n: en.Schedule(_cycle)),
    "by_zeros": (
        lambda n: d.FitnessDependent(_zeros_table(n)),
        lambda n: ByString([_zeros_table(n)[max(1, n - x.bit_count())] for x in range(2**n)]),
    ),
    "by_level": (
        lambda n: d.FitnessDependent(_levels_table(n), by=d.By.LEVEL),
        lambda n: ByString([_levels_table(n)[_level(x, n)] for x in range(2**n)]),
    ),
    "heavy_tailed": (lambda n: d.HeavyTailed(1.5), lambda n: Whatever()),
    "power_law_static": (lambda n: d.PowerLawStatic(1.0), lambda n: Whatever()),
    "layers": (lambda n: own.Layers(), lambda n: Whatever()),
    "by_flips": (lambda n: own.ByFlips(), lambda n: own.ByFlipsTwin()),
    "failures": (lambda n: own.Failures(False), lambda n: own.FailuresTwin(False)),
    "loops": (lambda n: own.Failures(True), lambda n: own.FailuresTwin(True)),
    "signs": (lambda n: own.Signs(), lambda n: own.SignsTwin()),
    "times": (lambda n: own.Times(), lambda n: en.Schedule(own.times)),
}
_AVERAGED = {
    "heavy_tailed": lambda n, mutation: twins.heavy_tailed(1.5, n // 2, n, mutation),
    "power_law_static": lambda n, mutation: twins.power_law_static(1.0, mutation),
    "layers": lambda n, mutation: twins.Averaged(*_LAYERS, mutation),
}


# --- the defects of waiting ------------------------------------------------------------------------------------------


def _one_more(rates, zeros, gained):
    """The hazard of one zero-bit more."""
    chances = [1.0 - (1.0 - rates) ** count for count in (zeros, zeros + 1)]
    return np.divide(chances[1], chances[0], out=np.ones_like(chances[0]), where=chances[0] > 0.0)


def _single(rates, zeros, gained):
    """No more than one zero-bit flips."""
    return gained <= 1


_DEFECTS = {
    "late": {"late": True},
    "one zero-bit more": {"spoil": _one_more},
    "one zero-bit at most": {"spoil": _single},
}


def _sample(optimizer, problem, engine, horizon, **how):
    found = evo.repeat(
        optimizer, problem, runs=_RUNS, seed=2025, stop=evo.Steps(horizon), engine=engine, threads=1, **how
    )
    assert found.engine.engine is engine
    assert (found.spent[~found.reached] == horizon).all() and (found.reached == (found.hit > 0)).all()
    return found


def _exact(optimizer, problem, start=None):
    return [
        used.engine
        for used, refusal in evo.explain(optimizer, problem, start=start).engines
        if refusal is None and used.engine in _FAST
    ]


def _optimizer(policy, mutation, strict, n, offspring, start):
    how = {"acceptance": d.Strict() if strict else d.Elitist(), "start": start}
    if policy == "local_search":
        return d.RandomLocalSearch(**how)
    how |= {"rate": _POLICIES[policy][0](n), "mutation": _MUTATIONS[mutation][0]}
    return d.OnePlusLambda(offspring, **how) if offspring else d.OnePlusOne(**how)


def _law_of(policy, mutation, n, values, **how):
    """The exact law; by the enumeration of `theory` where that has all parts."""
    flips = en.OneBit() if policy == "local_search" else _MUTATIONS[mutation][1]
    twin = Whatever() if policy == "local_search" else _POLICIES[policy][1](n)
    flips = _AVERAGED[policy](n, flips) if policy in _AVERAGED else flips
    return followed(values, twin, mutation=flips, **how)


def _judge(name, policy, mutation="standard", *, strict=False, n=6, offspring=0, start=None, weights=None, horizon=250):
    """Every fast engine has the law, and the same assertion refuses defects: (engines, defects that were noticed)."""
    make, tables = _PROBLEMS[name]
    problem, values = make(n), tables(n)
    optimizer = _optimizer(policy, mutation, strict, n, offspring, start or d.Uniform())
    how = {"strict": strict, "start": weights, "horizon": horizon, "offspring": max(1, offspring)}
    truth = _law_of(policy, mutation, n, values, **how)
    others = {label: _law_of(policy, mutation, n, values, **how | defect) for label, defect in _DEFECTS.items()}
    engines, caught = _exact(optimizer, problem), set()
    for engine in engines:
        found = _sample(optimizer, problem, engine, horizon)
        agree(found.steps, truth, horizon)
        cost = max(1, offspring) + bool(problem.dynamic)
        if offspring:
            _places(found, truth, cost, problem)
        else:
            assert (found.hit[found.reached] == 1 + cost * found.spent[found.reached]).all() or weights is not None
        assert (found.evaluations == 1 + cost * found.spent).all()
        for label, other in others.items():
            if gap(truth, other, horizon) > 2.0 * dkw_radius(_RUNS, alpha=1e-9):
                rejected(found.steps, truth, other, horizon)
                caught.add(label)
    return engines, caught


def _places(found, truth, cost, problem):
    """The place of the first optimal offspring within its generation."""
    late = found.hit[found.reached & (found.spent > 0)] - 1
    first = 1 if problem.dynamic else 0  # the parent comes first
    counts = np.bincount((late - 1) % cost - first, minlength=truth.places.shape[1])
    counts_agree(counts, truth.places.sum(axis=0), trials=_RUNS)


@functools.cache
def _note():
    return {}


# --- the twin of this file agrees with the enumeration ---------------------------------------------------------------


def test_following_every_step_is_the_enumeration():
    n, horizon = 4, 40
    values = values_of(PROBLEMS["linear_integers"](n))
    for policy in ("static_rate", "log_schedule", "success_not_worse", "equal_fitness"):
        for strict in (False, True):
            twin = TWINS[policy](n)
            rule = en.Strict() if strict else en.Elitist()
            one = en.law(values, twin, acceptance=rule, horizon=horizon)
            assert gap(one, followed(values, twin, strict=strict, horizon=horizon), horizon) < 1e-12
    static = en.Static(rate=0.2)
    for functions in (values, en.bin_val_orders(4)):
        for size in (2, 3):
            one = en.offspring_law(functions, static, offspring=size, horizon=horizon)
            other = followed(functions, static, offspring=size, horizon=horizon)
            assert gap(one, other, horizon) < 1e-12
            np.testing.assert_allclose(other.places.sum(axis=1)[1:], other.masses[1:], atol=1e-13)


# --- every way of waiting, and every kind of state -------------------------------------------------------------------

#: (problem, policy, mutation, strict): one for every way of waiting and every kind of state
_CORE = [
    ("linear_integers", "static_rate", "standard", False),
    ("bin_val", "schedule", "standard", False),
    ("hot_topic", "success_better", "standard", True),
    ("dynamic_bin_val", "heavy_tailed", "standard", False),
    ("leading_ones", "success_not_worse", "standard", False),
    ("partially_ordered", "static_rate", "shifted", False),
]


@pytest.mark.parametrize(("name", "policy", "mutation", "strict"), _CORE)
def test_core(name, policy, mutation, strict):
    engines, caught = _judge(name, policy, mutation, strict=strict)
    assert engines and caught


_KINDS = ("dynamic_bin_val", "hot_topic", "linear_integers", "bin_val", "leading_ones", "one_max")


def _product():
    """Every kind of state with every policy, and every problem with two; mutations and acceptance change in turn."""
    names, rows = list(_MUTATIONS), []
    for place, name in enumerate(_KINDS):
        for other, policy in enumerate(_POLICIES):
            if policy == "by_level" and name not in ("leading_ones",):
                continue
            if policy in ("half", "most", "all") and (place + other) % 2:
                continue
            rows.append((name, policy, names[(place + other) % 3], (place + other) % 2 == 1))
    for place, name in enumerate(_PROBLEMS):
        if name not in _KINDS and name != "jump":
            rows.append((name, "static_strength", names[place % 3], place % 2 == 0))
            rows.append((name, ("signs", "log_schedule", "by_flips")[place % 3], "standard", place % 2 == 1))
    rows += [(name, "local_search", None, place % 2 == 0) for place, name in enumerate(_KINDS)]
    return rows


@pytest.mark.slow
@pytest.mark.parametrize(("name", "policy", "mutation", "strict"), _product())
def test_product(name, policy, mutation, strict):
    for n in (3, 6):
        engines, _ = _judge(name, policy, mutation, strict=strict, n=n)
        assert bool(engines) == (name != "leading_ones" or policy not in ("by_zeros", "by_flips"))
