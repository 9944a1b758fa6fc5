"""What the engines that skip steps refuse, and why: every reason once."""

import dataclasses

import numpy as np
import pytest

import evo
from evo import discrete as d
from tests.laws import own

_EVENT, _CHAIN = evo.Engine.EVENT, evo.Engine.CHAIN
_STATIC = d.Static(strength=1.0)
_ONE = d.OnePlusOne(rate=_STATIC)
_UNEVEN = np.array([1, 0, 0, 1, 1, 0, 1, 0])


@dataclasses.dataclass(frozen=True)
class Silent(d.AbstractFunction):
    """A user's function that declares nothing."""

    n: int


@d.implements(Silent)
def value(problem, cache, x):
    ones = 0
    for bit in x:
        ones += bit
    return float(ones)


@dataclasses.dataclass(frozen=True)
class Louder(d.OneMax):
    """A function of the library that was changed in Python alone."""


def _reasons(optimizer, problem, record=None, start=None):
    found = evo.explain(optimizer, problem, record=record, start=start)
    return {used.engine: reason for used, reason in found.engines}, found.chosen.engine


_BOTH = [
    (d.OnePlusOne(rate=_STATIC, acceptance=d.Metropolis(1.0)), d.OneMax(8), "may keep worse offspring"),
    (d.OneCommaLambda(3, rate=_STATIC), d.OneMax(8), "may replace the parent by worse offspring"),
    (
        d.OnePlusLambda(d.OffspringRule(factor=1.5, s=1.0), rate=_STATIC),
        d.OneMax(8),
        "adapts its number of offspring in every generation",
    ),
    (d.MuPlusOne(2, rate=_STATIC), d.OneMax(8), r"only \(1\+1\) and \(1\+lambda\) schemes are"),
    (d.OnePlusLambdaLambda(3), d.OneMax(8), r"only \(1\+1\) and \(1\+lambda\) schemes are"),
    (
        d.OnePlusOne(mutation=d.PerBit(lambda i: 1 / (i + 2))),
        d.OneMax(8),
        "has no known law of the number of zero-bits",
    ),
    (d.OnePlusOne(mutation=d.FlipCount(2)), d.OneMax(8), "has no known law of the number of zero-bits"),
    (d.OnePlusLambda(4, rate=d.TwoRate(low=0.5)), d.OneMax(8), "with 4 offspring, .* depends on more of a generation"),
    (
        d.OnePlusLambda(3, rate=d.SuccessRule(factor=1.5, s=4.0)),
        d.OneMax(8),
        "with 3 offspring, .* depends on more of a generation",
    ),
    (d.OnePlusLambda(2, rate=d.HeavyTailed(1.5)), d.OneMax(8), "with 2 offspring, .* depends on more of a generation"),
    (d.OnePlusLambda(2, rate=own.ByFlips()), d.OneMax(8), "with 2 offspring, .* depends on more of a generation"),
    (d.OnePlusLambda(2, rate=_STATIC), d.LeadingOnes(8), "not strictly monotone, takes every step|takes every step"),
    (_ONE, d.Jump(8, 2), "not declared strictly monotone"),
    (_ONE, Silent(8), "not declared strictly monotone"),
    (_ONE, d.HiddenSubset(d.OneMax(4), 8), "not declared strictly monotone"),
    (_ONE, d.InitialSegment(d.OneMax(4), 8), "not declared strictly monotone"),
    (_ONE, Louder(8), "whose kernels do not see what it changes"),
    (_ONE, d.Custom(lambda x: int(x.sum()), n=8, sense=evo.Sense.MAXIMISE, optimum=8), "is no compiled function"),
    (d.OnePlusOne(rate=own.ByFlips()), d.LeadingOnes(8), "may look at the flips and zeros, which level jumps"),
    (
        d.OnePlusOne(rate=d.FitnessDependent(lambda k: 0.1)),
        d.LeadingOnes(8),
        "may look at the zeros, which level jumps",
    ),
]


@pytest.mark.parametrize(("optimizer", "problem", "reason"), _BOTH, ids=lambda item: repr(item)[:50])
def test_both_refuse(optimizer, problem, reason):
    for engine in (_EVENT, _CHAIN):
        with pytest.raises(ValueError, match=f"`engine` must be exact for this combination, but .*(?:{reason})"):
            evo.run(optimizer, problem, seed=0, engine=engine, stop=evo.Steps(1))
    reasons, chosen = _reasons(optimizer, problem)
    assert reasons[_EVENT] == reasons[_CHAIN] is not None
    assert chosen not in (_EVENT, _CHAIN)


@dataclasses.dataclass(frozen=True)
class FlipsOfFailures(d.AbstractRate):
    """Declares failures, but may look at flips."""

    @property
    def waiting(self):
        return d.Waiting.FAILURES


@d.implements(FlipsOfFailures)
def start(policy, n):
    return (0.1,)


@d.implements(FlipsOfFailures)
def draw(policy, state, view, n, stream):
    return state[0]


@d.implements(FlipsOfFailures)
def update(policy, state, event, n):
    return state


def test_flips_of_the_best_of_several_offspring_are_not_known():
    reasons, chosen = _reasons(d.OnePlusLambda(2, rate=FlipsOfFailures()), d.BinVal(8))
    assert "may look at the number of flips of the best of several offspring" in reasons[_EVENT]
    assert chosen is evo.Engine.REFERENCE
    assert _reasons(d.OnePlusOne(rate=FlipsOfFailures()), d.BinVal(8))[1] is _EVENT


@pytest.mark.parametrize("observable", [d.zeros, d.mean_density()], ids=lambda item: item.name)
def test_zero_bits_of_leading_ones_are_not_known(observable):
    reasons, chosen = _reasons(_ONE, d.LeadingOnes(8), record=evo.Every(2, evo.value, observable))
    for engine in (_EVENT, _CHAIN):
        assert reasons[engine] == (
            f"level jumps of LeadingOnes do not know the zero-bits, but {observable.name!r} is recorded"
        )
    assert chosen is evo.Engine.REFERENCE
    others = evo.Every(2, evo.value, d.level, d.levels_visited, d.rate, evo.best_value)
    assert _reasons(_ONE, d.LeadingOnes(8), record=others)[1] is _CHAIN


def test_rates_that_are_not_drawn_are_not_recorded():
    for policy in (d.HeavyTailed(1.5), d.PowerLawStatic(1.0), own.Layers()):
        reasons, chosen = _reasons(d.OnePlusOne(rate=policy), d.BinVal(8), record=evo.Every(2, d.rate))
        assert "in skipped steps are not drawn, but `rate` is recorded" in reasons[_EVENT]
        assert chosen is evo.Engine.REFERENCE
        assert _reasons(d.OnePlusOne(rate=policy), d.BinVal(8), record=evo.Every(2, d.zeros))[1] is _EVENT
        # other mutations draw the rate of every step
        walked = d.OnePlusOne(rate=policy, mutation=d.Shifted())
        assert _reasons(walked, d.BinVal(8), record=evo.Every(2, d.rate))[1] is _EVENT


def test_uneven_starts_of_leading_ones():
    for start in (_UNEVEN, d.Ones(0.5), d.Given(np.zeros(8, dtype=np.uint8))):
        reasons, chosen = _reasons(_ONE, d.LeadingOnes(8), start=start)
        for engine in (_EVENT, _CHAIN):
            assert "must start uniformly random" in reasons[engine]
        assert chosen is evo.Engine.REFERENCE
    assert _reasons(d.OnePlusOne(rate=_STATIC, start=d.Ones(0.5)), d.LeadingOnes(8), start=d.Uniform())[1] is _CHAIN


def test_uneven_starts_take_the_string():
    for problem in (d.OneMax(8), d.DynamicBinVal(8), d.PartiallyOrdered(8), d.DynamicLinear(8)):
        reasons, chosen = _reasons(_ONE, problem, start=_UNEVEN)
        assert chosen is _EVENT and "no Markov chain with a known law here" in reasons[_CHAIN]
        for start in (d.Ones(0.3), np.zeros(8), np.ones(8), d.Uniform()):
            reasons, _ = _reasons(_ONE, problem, start=start)
            assert reasons[_EVENT] is None
            assert (reasons[_CHAIN] is None) == (not isinstance(problem, d.DynamicLinear))


def test_an_uneven_start_is_remembered_by_a_resumed_run(plain):
    """The state holds the string, though the optimizer's own start is exchangeable."""
    how = {"seed": 2, "engine": _EVENT}
    whole = evo.run(_ONE, d.OneMax(8), stop=evo.Steps(40), start=_UNEVEN, **how)
    half = evo.run(_ONE, d.OneMax(8), stop=evo.Steps(5), start=_UNEVEN, **how)
    rest = evo.run(_ONE, d.OneMax(8), stop=evo.Steps(40), resume=half.state, **how)
    assert (whole.steps, whole.value) == (rest.steps, rest.value)
    np.testing.assert_array_equal(whole.candidate, rest.candidate)


_CHAIN_ONLY = [
    (d.OnePlusOne(rate=d.LogSchedule()), d.OneMax(8), "change while nothing improves"),
    (d.OnePlusOne(rate=d.SuccessRule(factor=1.5, s=1.0)), d.LeadingOnes(8), "change while nothing improves"),
    (d.OnePlusOne(rate=d.HeavyTailed(1.5)), d.OneMax(8), "change while nothing improves"),
    (_ONE, d.BinVal(8), "no Markov chain with a known law here"),
    (_ONE, d.Linear([1, 2, 3]), "no Markov chain with a known law here"),
    (_ONE, d.DynamicLinear(8), "no Markov chain with a known law here"),
    (_ONE, d.HotTopic(8, levels=3, alpha=0.5, beta=0.25, eps=0.1), "no Markov chain with a known law here"),
    (d.OnePlusLambda(2, rate=_STATIC), d.OneMax(8), "no Markov chain with a known law here"),
    (d.OnePlusOne(rate=d.Static(strength=17.0)), d.OneMax(40), "jumps are tabulated up to 16 expected flips"),
    (
        d.OnePlusOne(rate=d.FitnessDependent(lambda k: 0.5 if k == 7 else 0.01)),
        d.DynamicBinVal(40),
        "jumps are tabulated up to 16 expected flips",
    ),
]


@pytest.mark.parametrize(("optimizer", "problem", "reason"), _CHAIN_ONLY, ids=lambda item: repr(item)[:50])
def test_only_the_chain_engine_refuses(optimizer, problem, reason):
    reasons, chosen = _reasons(optimizer, problem)
    assert chosen is _EVENT and reason in reasons[_CHAIN]
    with pytest.raises(ValueError, match="`engine` must be exact for this combination, but"):
        evo.repeat(optimizer, problem, runs=1, seed=0, engine=_CHAIN)


def test_a_run_is_resumed_by_the_engine_that_made_it(plain):
    states = {}
    for engine in (_EVENT, _CHAIN, evo.Engine.REFERENCE):
        states[engine] = evo.run(_ONE, d.OneMax(30), seed=1, stop=evo.Steps(3), engine=engine).state
        assert evo.run(_ONE, d.OneMax(30), seed=1, resume=states[engine]).engine.engine is engine
    with pytest.raises(ValueError, match="`engine` must be chain v1, which made the state"):
        evo.run(_ONE, d.OneMax(30), seed=1, resume=states[_CHAIN], engine=_EVENT)


def test_a_series_is_not_replayed_with_what_its_engine_does_not_know(plain):
    runs = evo.repeat(_ONE, d.LeadingOnes(12), runs=3, seed=0)
    assert runs.engine.engine is _CHAIN
    assert runs.replay(1, record=evo.Every(5, d.level)).steps == runs.spent[1]
    with pytest.raises(ValueError, match="do not know the zero-bits, but 'zeros' is recorded"):
        runs.replay(1, record=evo.Every(5, d.zeros))


@pytest.mark.parametrize("engine", [_EVENT, _CHAIN])
def test_invalid_rates_are_named(engine, plain):
    @dataclasses.dataclass(frozen=True)
    class Wrong(d.AbstractRate):
        @property
        def waiting(self):
            return d.Waiting.CONSTANT

        @property
        def sees(self):
            return frozenset({"zeros"})

    def start(policy, n):
        return (0.0,)

    def draw(policy, state, view, n, stream):
        return 1.5 if view.zeros == 2 else 0.1

    d.implements(Wrong)(start)
    d.implements(Wrong)(draw)
    with pytest.raises(ValueError, match=r"1\.5"):
        evo.run(d.OnePlusOne(rate=Wrong()), d.OneMax(8), seed=0, engine=engine)


def test_explain_answers_for_the_engine_that_is_asked_for():
    search = d.OnePlusOne(rate=d.Static(strength=1.0))
    text = str(evo.explain(search, d.BinVal(60), engine=_CHAIN))
    assert text.startswith("CHAIN is not available; AUTO takes event v2.\n  chain v1: not available: the number of")
    assert str(evo.explain(search, d.OneMax(60), engine=_EVENT)).startswith("EVENT is exact; AUTO takes chain v1.")
