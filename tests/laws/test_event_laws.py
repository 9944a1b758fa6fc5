"""The whole law of T at n <= 8 on the event engine and the chain engine, which skip steps, for every way of waiting.

Each family has a defect of its own, of the kind that an engine that skips steps may have: a wait that is one step too
long, a rate that does not change meanwhile, the hazard of one zero-bit more.
"""

import sys

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.engines import Job
from evo.discrete.engines.events import driver
from evo.discrete.engines.events.driver import EventSetup
from evo.statistics import dkw_radius
from tests.discrete.cases import POLICIES, PROBLEMS, alternating
from tests.laws import own, twins
from tests.laws.followed import Judged, Twin, followed, popcounts
from tests.laws.twins import DEFECTS, TWINS, values_of
from tests.statistical import agree, count_limits, counts_agree, counts_rejected, gap, rejected
from theory import enumeration as en

_RUNS = 100_000
#: after so few steps many runs are still under way
_EARLY = 5
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


def _deceptive(n):
    return d.DeceptiveMonotone(n, 4, alpha=0.5, beta=max(0.25, 1.0 / n), instance=d.Fixed(seed=2))


#: name -> (problem on n bits, what the enumeration takes)
_PROBLEMS = {name: (make, lambda n, make=make: values_of(make(n))) for name, make in PROBLEMS.items()}
_PROBLEMS |= {
    "dynamic_bin_val": (d.DynamicBinVal, lambda n: _judged(n, lambda a, b, z: a / (a + b))),
    "adversarial_dynamic_bin_val": (d.AdversarialDynamicBinVal, lambda n: _judged(n, twins.adversarial)),
    "switching_dynamic_bin_val": (d.SwitchingDynamicBinVal, lambda n: _judged(n, twins.switching(n))),
    "partially_ordered": (
        lambda n: d.PartiallyOrdered(n, 0.7),
        lambda n: _judged(n, _pessimist, lambda a, b, z: float(a == b)),
    ),
    "dynamic_linear": (d.DynamicLinear, lambda n: _judged(n, twins.uniform_weights)),
    "dynamic_integers": (
        lambda n: d.DynamicLinear(n, d.IntegerWeights(1, 3)),
        lambda n: _judged(n, _integers, _tied_integers),
    ),
    "deceptive": (_deceptive, lambda n: values_of(_deceptive(n))),
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
    "power_law_static": lambda n, mutation: twins.power_law_static(1.0, mutation, nodes=120),
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


def _unthinned(rates, weights):
    """Every proposal of a step is taken for a candidate."""

    def factor(_, zeros, gained):
        proposed = sum(w * np.minimum(1.0, zeros * p) for p, w in zip(rates, weights, strict=True))
        chance = sum(w * (1.0 - (1.0 - p) ** zeros) for p, w in zip(rates, weights, strict=True))
        return np.divide(proposed, chance, out=np.ones_like(chance), where=chance > 0.0)

    return {"spoil": factor}


_DEFECTS = {
    "late": {"late": True},
    "one zero-bit more": {"spoil": _one_more},
    "one zero-bit at most": {"spoil": _single},
}
#: name of a policy -> what its waits may get wrong, for strings of length n
_OF_POLICY = {
    "heavy_tailed": lambda n: {"unthinned": _unthinned(np.arange(n // 2 + 1) / n, twins.power_law(1.5, n // 2))},
    "layers": lambda n: {"unthinned": _unthinned(*_LAYERS)},
    "schedule": lambda n: {"a step off": {"twin": en.Schedule(lambda t: alternating(t + 1))}},
    "cycle": lambda n: {"a step off": {"twin": en.Schedule(lambda t: _cycle(t + 1))}},
    "times": lambda n: {"a step off": {"twin": en.Schedule(lambda t: own.times(t + 1))}},
    "by_flips": lambda n: {"flips unseen": {"twin": own.ByFlipsTwin(blind=True)}},
    "failures": lambda n: {"idle steps are none": {"twin": own.FailuresTwin(False, still=True)}},
    "loops": lambda n: {"idle steps are none": {"twin": own.FailuresTwin(True, still=True)}},
    "signs": lambda n: {"a step off": {"twin": own.SignsTwin(late=1)}},
    "success_better": lambda n: {"ties are successes": {"twin": DEFECTS["success_better"][1](n)}},
    "success_not_worse": lambda n: {"ties are failures": {"twin": DEFECTS["success_not_worse"][1](n)}},
    "by_zeros": lambda n: {
        "a row off": {"twin": ByString([_zeros_table(n)[max(1, n - 1 - x.bit_count())] for x in range(2**n)])}
    },
    "by_level": lambda n: {
        "a row off": {"twin": ByString([_levels_table(n)[min(n - 1, 1 + _level(x, n))] for x in range(2**n)])}
    },
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


def _law_of(policy, mutation, n, values, twin=None, **how):
    """The exact law."""
    flips = en.OneBit() if policy == "local_search" else _MUTATIONS[mutation][1]
    if twin is None:
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
    defects = _DEFECTS | _OF_POLICY.get(policy, lambda n: {})(n)
    others = {label: _law_of(policy, mutation, n, values, **how | defect) for label, defect in defects.items()}
    short = how | {"horizon": _EARLY}
    early = _law_of(policy, mutation, n, values, **short)
    early_others = {label: _law_of(policy, mutation, n, values, **short | defect) for label, defect in defects.items()}
    engines, caught = _exact(optimizer, problem), set()
    for engine in engines:
        found = _sample(optimizer, problem, engine, horizon)
        agree(found.steps, truth, horizon)
        cost = max(1, offspring) + bool(problem.dynamic)
        if offspring:
            _places(found, truth, cost, problem)
        else:
            assert (found.hit[found.reached] == 1 + cost * found.spent[found.reached]).all()
        assert (found.evaluations == 1 + cost * found.spent).all()
        caught |= _values(_sample(optimizer, problem, engine, _EARLY), early, problem, early_others)
        for label, other in others.items():
            if gap(truth, other, horizon) > 2.0 * dkw_radius(_RUNS, alpha=1e-9):
                rejected(found.steps, truth, other, horizon)
                caught.add(label)
    return engines, caught


def _values(found, truth, problem, others):
    """The values of runs that end early have their law; returns the defects that do not agree."""
    n = problem.n
    if problem.dynamic:
        values = (n - popcounts(2**n)).astype(float)
    else:
        values = np.array([float(value) for value in values_of(problem)])
    distinct, which = np.unique(values, return_inverse=True)
    places = np.searchsorted(distinct, found.value)
    assert (distinct[places] == found.value).all()
    counts = np.bincount(places, minlength=len(distinct))

    def chances(law):
        return np.clip(np.bincount(which, weights=law.final), 0.0, 1.0)

    counts_agree(counts, chances(truth))
    low, high = count_limits(_RUNS, chances(truth), len(counts))
    caught = set()
    for label, other in others.items():
        other_low, other_high = count_limits(_RUNS, chances(other), len(counts))
        if ((high < other_low) | (other_high < low)).any():
            counts_rejected(counts, chances(truth), chances(other))
            caught.add(label)
    return caught


def _places(found, truth, cost, problem):
    """The place of the first optimal offspring within its generation."""
    late = found.hit[found.reached & (found.spent > 0)] - 1
    first = 1 if problem.dynamic else 0  # the parent comes first
    counts = np.bincount((late - 1) % cost - first, minlength=truth.places.shape[1])
    counts_agree(counts, truth.places.sum(axis=0), trials=_RUNS)


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

#: (problem, policy, mutation, strict): compiled
_CORE = [
    ("linear_integers", "static_rate", "standard", False),
    ("leading_ones", "success_not_worse", "standard", False),
    pytest.param("bin_val", "schedule", "standard", False, marks=pytest.mark.slow),
    pytest.param("hot_topic", "success_better", "standard", True, marks=pytest.mark.slow),
    pytest.param("dynamic_bin_val", "heavy_tailed", "standard", False, marks=pytest.mark.slow),
    pytest.param("partially_ordered", "static_rate", "shifted", False, marks=pytest.mark.slow),
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
            if policy in ("half", "most", "all"):
                continue
            rows.append((name, policy, names[(place + other) % 3], (place + other) % 2 == 1))
    for place, name in enumerate(_PROBLEMS):
        if name not in _KINDS and name != "jump":
            rows.append((name, "static_strength", names[place % 3], place % 2 == 0))
            rows.append((name, ("signs", "log_schedule", "by_flips")[place % 3], "standard", place % 2 == 1))
    rows += [(name, "local_search", None, place % 2 == 0) for place, name in enumerate(_KINDS)]
    return rows


#: policies that with other mutations are walked step by step
_SKIPPING = ("schedule", "log_schedule", "cycle", "times", "heavy_tailed", "power_law_static", "layers")


def _every():
    """Every policy, every mutation and every problem."""
    names, rows = list(_MUTATIONS), []
    for place, policy in enumerate([*_POLICIES, "local_search"]):
        if policy in ("half", "most", "all"):  # runs hardly ever end
            continue
        name = "leading_ones" if policy == "by_level" else _KINDS[place % 6]
        if name == "leading_ones" and policy in ("by_zeros", "by_flips"):
            name = "bin_val"
        rows.append((name, policy, "standard" if policy in _SKIPPING else names[place % 3], place % 2 == 1))
    others = [name for name in _PROBLEMS if name not in _KINDS and name != "jump"]
    return rows + [(name, "static_strength", names[place % 3], place % 2 == 0) for place, name in enumerate(others)]


@pytest.mark.parametrize(("name", "policy", "mutation", "strict"), _every())
def test_every_policy_and_problem_in_plain_python(name, policy, mutation, strict, plain, monkeypatch):
    """Fewer runs, but nothing to compile."""
    monkeypatch.setattr(sys.modules[__name__], "_RUNS", 1200)
    n, horizon = (5, 150) if policy != "equal_fitness" else (3, 30)
    engines, _ = _judge(name, policy, mutation, strict=strict, n=n, horizon=horizon)
    assert engines


@pytest.mark.slow
@pytest.mark.parametrize(("name", "policy", "mutation", "strict"), _product())
def test_product(name, policy, mutation, strict):
    for n in (3, 6) if policy != "equal_fitness" else (2, 4):  # it has many states
        horizon = 250 if policy != "equal_fitness" else 40
        engines, _ = _judge(name, policy, mutation, strict=strict, n=n, horizon=horizon)
        assert bool(engines) == (name != "leading_ones" or policy not in ("by_zeros", "by_flips"))


# --- rates up to one --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [*_KINDS, "own", "partially_ordered"])
def test_large_rates(name):
    mutation = list(_MUTATIONS)[len(name) % 3]
    for policy in ("half", "most", "all"):
        for n in (1, 3, 5):
            engines, _ = _judge(name, policy, mutation, n=n, horizon=60)
            assert engines


# --- several offspring ------------------------------------------------------------------------------------------------

_BROODS = {**_PROBLEMS, "dynamic_bin_val": (d.DynamicBinVal, en.bin_val_orders)}


@pytest.mark.parametrize(
    ("name", "policy", "offspring"),
    [("own", "failures", 3), pytest.param("dynamic_bin_val", "log_schedule", 2, marks=pytest.mark.slow)],
)
def test_several_offspring(name, policy, offspring, monkeypatch):
    monkeypatch.setitem(_PROBLEMS, name, _BROODS[name])
    engines, caught = _judge(name, policy, n=5, offspring=offspring, horizon=60)
    assert engines == [evo.Engine.EVENT] and caught


_ADAPTED = ("static_rate", "log_schedule", "failures", "loops", "signs", "by_zeros", "times", "most")
_SELECTED = ("one_max", "linear_integers", "bin_val", "hot_topic", "own_cached", "dynamic_bin_val")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "policy"),
    [
        (name, policy)
        for place, name in enumerate(_SELECTED)
        for other, policy in enumerate(_ADAPTED)
        if (place + other) % 3 == 0
    ],
)
def test_several_offspring_on_more_functions(name, policy, monkeypatch):
    monkeypatch.setitem(_PROBLEMS, name, _BROODS[name])
    place = len(name) + len(policy)
    mutation = "resampled" if policy == "signs" else list(_MUTATIONS)[place % 3]
    for offspring in (1, 2, 3):
        n = 4 if name == "dynamic_bin_val" else 5
        engines, _ = _judge(name, policy, mutation, strict=place % 2 == 0, n=n, offspring=offspring, horizon=50)
        assert evo.Engine.EVENT in engines


def _even(n):
    """The levels of `own.Even`."""
    return np.array([(x & 0x5555).bit_count() for x in range(2**n)])


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
def test_ties_with_idle_offspring_keep_their_share(strict):
    """Clones of the parent tie with candidates that are as good: seen in which of equally good strings is current."""
    n, steps = 4, 3
    given, problem = np.array([1, 0, 1, 0]), own.Even(4)
    acceptance = d.Strict() if strict else d.Elitist()
    optimizer = d.OnePlusLambda(3, rate=d.Static(rate=0.3), acceptance=acceptance, start=d.Given(given))
    found = _sample(optimizer, problem, evo.Engine.EVENT, steps, record=evo.Final(d.level))
    first = np.zeros(2**n)
    first[0b0101] = 1.0
    counts = np.bincount(found.records["level"].astype(int), minlength=n // 2 + 1)
    ones = popcounts(2**n)
    how = {"strict": strict, "offspring": 3, "start": first, "horizon": steps}
    laws = {clones: followed(ones, en.Static(rate=0.3), clones=clones, **how) for clones in (True, False)}
    truth, defect = (np.bincount(_even(n), weights=laws[clones].final) for clones in (True, False))
    counts_agree(counts, truth)
    if not strict:
        counts_rejected(counts, truth, defect)


# --- starts -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["static_rate", "success_better"])
@pytest.mark.parametrize(
    "name", ["one_max", "dynamic_bin_val", "linear_integers", "bin_val", "hot_topic", "partially_ordered"]
)
def test_starts(name, policy):
    n = 6
    ones = popcounts(2**n)
    given = np.array([1, 0, 0, 1, 1, 0], dtype=np.uint8)
    place = np.zeros(2**n)
    place[0b011001] = 1.0
    for start, weights in (
        (d.Ones(0.5), (ones == 3) / 20),
        (d.Ones(0.0), (ones == 0) * 1.0),
        (d.Given(np.zeros(n, dtype=np.uint8)), (ones == 0) * 1.0),
        (d.Given(given), place),
    ):
        engines, _ = _judge(name, policy, n=n, start=start, weights=weights)
        problem = _PROBLEMS[name][0](n)
        lumped = not isinstance(start, d.Given) or not given.any() or start.exchangeable
        assert (evo.Engine.CHAIN in engines) == (
            lumped and policy == "static_rate" and name in ("one_max", "dynamic_bin_val", "partially_ordered")
        )
        assert evo.Engine.EVENT in engines, problem


# --- the table of a schedule ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("steps", [0, 1, 4])
@pytest.mark.parametrize(
    ("name", "policy"),
    [("dynamic_bin_val", "log_schedule"), ("bin_val", "schedule"), ("one_max", "cycle"), ("hot_topic", "times")],
)
def test_steps_beyond_the_table_of_a_schedule(name, policy, steps, monkeypatch):
    monkeypatch.setattr(driver, "_TABLE_STEPS", steps)
    engines, caught = _judge(name, policy)
    assert engines == [evo.Engine.EVENT] and caught


# --- the ends of tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "policy", "mutation"),
    [
        ("linear_integers", "static_rate", "standard"),
        pytest.param("one_max", "static_rate", "standard", marks=pytest.mark.slow),
        pytest.param("one_max", "by_zeros", "resampled", marks=pytest.mark.slow),
        pytest.param("partially_ordered", "static_rate", "shifted", marks=pytest.mark.slow),
    ],
)
def test_more_zero_bits_than_the_tables_have(name, policy, mutation, monkeypatch):
    """Tables reach as far as runs are likely to come; beyond them all is computed when it comes up."""
    monkeypatch.setattr(driver, "_MARGIN", -7.0)
    n = 6
    problem = _PROBLEMS[name][0](n)
    optimizer = _optimizer(policy, mutation, False, n, 0, d.Uniform())
    for engine in _exact(optimizer, problem):
        job = Job(optimizer, problem, evo.Key(0), evo.Steps(9), None, None, True)
        assert EventSetup(job, None, tabulated=engine is evo.Engine.CHAIN).likely == 1
    engines, caught = _judge(name, policy, mutation, n=n)
    assert engines and caught


@pytest.mark.slow
def test_rates_by_position_that_are_equal():
    """They are standard bits, and jump."""
    n, problem, optimizer = 6, d.OneMax(6), d.OnePlusOne(mutation=d.PerBit([0.22] * 6))
    truth = followed(values_of(problem), en.Static(rate=0.22), horizon=250)
    defect = followed(values_of(problem), en.Static(rate=1.0 / n), horizon=250)
    for engine in _FAST:
        found = _sample(optimizer, problem, engine, 250)
        agree(found.steps, truth, 250)
        rejected(found.steps, truth, defect, 250)
