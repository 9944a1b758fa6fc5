"""What the algorithms promise besides their law: counting, hits, the best string, and what they refuse."""

import dataclasses

import numpy as np
import pytest

import evo
from evo import discrete as d

_STATIC = d.Static(strength=1.0)
_RULE = d.OffspringRule(factor=1.5, s=1.0)


# --- counting and hits ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
@pytest.mark.parametrize(
    ("optimizer", "evaluations"),
    [
        (d.OnePlusLambda(5, rate=_STATIC), lambda steps, dynamic: 1 + (5 + dynamic) * steps),
        (d.OneCommaLambda(5, rate=_STATIC), lambda steps, dynamic: 1 + (5 + dynamic) * steps),
        (d.MuPlusOne(4, rate=_STATIC), lambda steps, dynamic: 4 + (1 + 4 * dynamic) * steps),
        (d.MuPlusOne(4, rate=_STATIC, crossover=0.5), lambda steps, dynamic: 4 + (1 + 4 * dynamic) * steps),
        (d.OnePlusLambdaLambda(3), lambda steps, dynamic: 1 + (6 + dynamic) * steps),
    ],
    ids=["plus", "comma", "population", "population with crossover", "mutants and crossovers"],
)
def test_counting(optimizer, evaluations):
    for problem in (d.OneMax(10), d.DynamicBinVal(10)):
        for engine in (evo.Engine.PYTHON, evo.Engine.REFERENCE):
            result = evo.run(optimizer, problem, seed=1, stop=evo.Steps(7), engine=engine)
            assert result.evaluations == evaluations(result.steps, problem.dynamic)


@pytest.mark.jit_off
@pytest.mark.parametrize(
    "optimizer",
    [
        d.OnePlusLambda(5, rate=_STATIC),
        d.OneCommaLambda(_RULE, rate=_STATIC),
        d.MuPlusOne(3, rate=_STATIC),
        d.OnePlusLambdaLambda(4),
    ],
    ids=str,
)
def test_the_hit_is_the_first_optimal_evaluation(optimizer):
    """Judged by a black box that notes all it is asked."""
    places = []
    for seed in range(6):
        asked = []

        def noted(x, asked=asked):
            asked.append(int(x.sum()))
            return asked[-1]

        box = d.Custom(noted, n=7, sense=evo.Sense.MAXIMISE, optimum=7)
        slow = evo.run(optimizer, box, seed=seed, stop=evo.Steps(2000))
        fast = evo.run(optimizer, d.OneMax(7), seed=seed, engine=evo.Engine.REFERENCE)
        assert slow.hit == fast.hit == asked.index(7) + 1
        assert slow.evaluations == fast.evaluations == len(asked)
        assert fast.reached and fast.value == 7.0
        places.append(fast.evaluations - fast.hit)
    if not isinstance(optimizer, d.MuPlusOne):
        assert max(places) > 0  # some optimum was not the last of its generation


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_an_optimal_founder_ends_the_run():
    result = evo.run(d.MuPlusOne(3, rate=_STATIC), d.OneMax(5), seed=0, start=np.ones(5), engine=evo.Engine.REFERENCE)
    assert (result.steps, result.hit, result.evaluations) == (0, 1, 3)


@pytest.mark.jit_off
def test_budgets_below_the_population():
    optimizer = d.MuPlusOne(4, rate=_STATIC)
    for engine in (evo.Engine.PYTHON, evo.Engine.REFERENCE):
        result = evo.run(optimizer, d.OneMax(9), seed=0, stop=evo.Evaluations(3), engine=engine)
        assert (result.steps, result.evaluations, result.reason) == (0, 0, evo.Reason.EVALUATIONS)
        whole = evo.run(optimizer, d.OneMax(9), seed=0, stop=evo.Evaluations(30), engine=engine)
        resumed = evo.run(optimizer, d.OneMax(9), seed=0, stop=evo.Evaluations(30), engine=engine, resume=result.state)
        np.testing.assert_array_equal(whole.candidate, resumed.candidate)
        assert (whole.steps, whole.evaluations) == (resumed.steps, resumed.evaluations)


# --- comma selection --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_the_best_string_survives_comma_selection():
    optimizer = d.OneCommaLambda(2, rate=d.Static(rate=0.4))
    result = evo.run(
        optimizer, d.OneMax(30), seed=3, stop=evo.Steps(200), record=evo.Every(1, evo.value, evo.best_value)
    )
    values, best = result.trace["value"], result.trace["best_value"]
    assert (np.diff(values) < 0).any() and (np.diff(best) >= 0).all()
    np.testing.assert_array_equal(best, np.maximum.accumulate(values))
    assert result.value == values.max() == result.candidate.sum()


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_offspring_follow_the_rule():
    rule = d.OffspringRule(factor=2.0, s=1.0, initial=3.0, low=2.0, high=8.0)
    result = evo.run(
        d.OneCommaLambda(rule, rate=_STATIC), d.LeadingOnes(12), seed=2, record=evo.Every(1, evo.value, d.offspring)
    )
    values, sizes = result.trace["value"], result.trace["offspring"]
    size = 3.0
    for step in range(1, len(result.trace)):
        assert sizes[step] == np.floor(size + 0.5)
        size = max(2.0, size / 2.0) if values[step] > values[step - 1] else min(8.0, size * 2.0)
    assert sizes[0] == 0 and len(set(sizes[1:])) >= 3 and sizes.max() == 8.0


# --- what is refused --------------------------------------------------------------------------------------------------

_POPULATION, _TWOFOLD = d.MuPlusOne(3, rate=_STATIC), d.OnePlusLambdaLambda(3)
_REFUSED = [
    (lambda: d.OnePlusLambda(0, rate=_STATIC), ValueError, "`offspring`", "got 0", "[1, ", "for example 10"),
    (lambda: d.OnePlusLambda(2.5, rate=_STATIC), TypeError, "`offspring`", "got 2.5", "integer", "OffspringRule"),
    (lambda: d.OnePlusLambda(3), TypeError, "`rate`", "got None", "AbstractRate", "d.Static(strength=1.0)"),
    (
        lambda: d.OneCommaLambda(3, rate=_STATIC, mutation=d.FlipCount(2)),
        ValueError,
        "`rate`",
        "got Static(",
        "law of its own",
        "Leave out the rate",
    ),
    (lambda: d.OnePlusLambda(3, rate=_STATIC, acceptance=1), TypeError, "`acceptance`", "got 1", "d.Elitist()"),
    (lambda: d.OffspringRule(factor=1.0, s=1.0), ValueError, "`factor`", "got 1.0", "(1, inf)", "factor=1.5"),
    (lambda: d.OffspringRule(factor=2.0, s=0.0), ValueError, "`s`", "got 0.0", "(0, inf)", "s=1.0"),
    (lambda: d.OffspringRule(1.5, 1.0, low=0.5), ValueError, "`low`", "got 0.5", "at least 1"),
    (lambda: d.OffspringRule(1.5, 1.0, low=4.0, high=2.0), ValueError, "`high`", "got 2.0", "[4"),
    (lambda: d.OffspringRule(1.5, 1.0, initial=9.0, high=2.0), ValueError, "`initial`", "got 9.0", "between"),
    (lambda: d.OffspringRule(1.5, 1.0, rounding="up"), TypeError, "`rounding`", "got 'up'", "Rounding.NEAREST"),
    (lambda: d.MuPlusOne(0, rate=_STATIC), ValueError, "`population`", "got 0", "[1, ", "for example 10"),
    (lambda: d.MuPlusOne(3, rate=_STATIC, crossover=1.5), ValueError, "`crossover`", "got 1.5", "[0, 1]", "0.5"),
    (lambda: d.OnePlusLambdaLambda(3, bias=0.0), ValueError, "`bias`", "got 0.0", "(0, 1]", "0.25"),
    (lambda: d.OnePlusLambdaLambda(3, strength=-1.0), ValueError, "`strength`", "got -1.0", "(0, inf)", "4.0"),
    (
        lambda: evo.run(d.OnePlusLambdaLambda(3, strength=9.0), d.OneMax(5), seed=0),
        ValueError,
        "`strength`",
        "got 9.0",
        "at most n=5",
    ),
    (
        lambda: evo.run(_POPULATION, d.AdversarialDynamicBinVal(9), seed=0, stop=evo.Steps(3)),
        ValueError,
        "`problem`",
        "got AdversarialDynamicBinVal",
        "does not depend on the parent",
        "one parent",
    ),
    (
        lambda: evo.run(_TWOFOLD, d.AdversarialDynamicBinVal(9), seed=0, stop=evo.Steps(3)),
        ValueError,
        "`problem`",
        "two phases",
        "d.OnePlusLambda",
    ),
    (
        lambda: evo.run(d.OnePlusLambda(2, rate=_STATIC), d.PartiallyOrdered(9), seed=0, stop=evo.Steps(3)),
        ValueError,
        "`problem`",
        "got PartiallyOrdered",
        "with each other",
        "d.OnePlusOne",
    ),
    (
        lambda: evo.run(d.OnePlusOne(rate=d.TwoRate()), d.OneMax(20), seed=0),
        ValueError,
        "offspring",
        "d.OnePlusLambda",
    ),
    (
        lambda: d.drift(_POPULATION, d.OneMax(4), at=[0, 0, 0, 0], samples=10, seed=0),
        TypeError,
        "`optimizer`",
        "(1+1) scheme",
        "d.OnePlusOne",
    ),
    (lambda: evo.run(_POPULATION, d.OneMax(4), seed=0, start=[0, 1]), ValueError, "`start`", "as many bits"),
]


@pytest.mark.parametrize("place", range(len(_REFUSED)))
def test_refused(place):
    attempt, kind, *pieces = _REFUSED[place]
    with pytest.raises(kind) as caught:
        attempt()
    for piece in pieces:
        assert piece in str(caught.value)


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
def test_one_offspring_may_meet_its_parent_only():
    result = evo.run(d.OnePlusLambda(1, rate=_STATIC), d.PartiallyOrdered(6), seed=0, stop=evo.Steps(20))
    other = evo.run(d.OnePlusOne(rate=_STATIC), d.PartiallyOrdered(6), seed=0, stop=evo.Steps(20))
    np.testing.assert_array_equal(result.candidate, other.candidate)


@pytest.mark.jit_off
def test_values_that_are_not_finite_end_a_run():
    def poison(x):
        return np.nan if x.sum() > 5 else float(x.sum())

    box = d.Custom(poison, n=8, sense=evo.Sense.MAXIMISE, optimum=8)
    for optimizer in (d.OnePlusLambda(3, rate=_STATIC), _POPULATION, _TWOFOLD, d.OneCommaLambda(3, rate=_STATIC)):
        with pytest.raises(ValueError, match="finite"):
            evo.run(optimizer, box, seed=1, stop=evo.Steps(500), start=np.zeros(8))
        result = evo.run(optimizer, box, seed=1, stop=evo.Steps(500), start=np.zeros(8), throw=False)
        assert result.reason is evo.Reason.NON_FINITE and np.isfinite(result.value)


# --- what a hostile reading found -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
@pytest.mark.parametrize("make", [d.AdversarialDynamicBinVal, d.SwitchingDynamicBinVal, d.PartiallyOrdered])
def test_a_population_of_one_on_functions_with_regard_to_the_parent(make):
    for seed in range(3):
        runs = [
            evo.run(optimizer, make(10), seed=seed, stop=evo.Steps(300), engine=engine)
            for optimizer in (d.OnePlusOne(rate=_STATIC), d.MuPlusOne(1, rate=_STATIC))
            for engine in (evo.Engine.PYTHON, evo.Engine.REFERENCE)
        ]
        assert len({(run.steps, run.hit) for run in runs}) == 1


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
@pytest.mark.parametrize("problem", [d.OneMax(10), d.DynamicBinVal(12)])
def test_a_run_that_was_a_hit_is_resumed_as_one(problem):
    """The optimum may have been a mutant that its crossovers lost."""
    optimizer, lost = d.OnePlusLambdaLambda(3, bias=0.1), 0
    for seed in range(30):
        first = evo.run(optimizer, problem, seed=seed, stop=evo.Steps(500), engine=evo.Engine.REFERENCE)
        again = evo.run(
            optimizer, problem, seed=seed, stop=evo.Steps(900), engine=evo.Engine.REFERENCE, resume=first.state
        )
        assert (first.steps, first.evaluations, first.hit) == (again.steps, again.evaluations, again.hit)
        lost += first.reached and not optimizer.current(first.state.state)[0].all()
    assert lost > 0


@dataclasses.dataclass(frozen=True)
class Unbounded(d.AbstractFunction):
    """Infinite from half of the bits on."""

    n: int


@d.implements(Unbounded)
def value(problem, cache, x):
    ones = 0.0
    for bit in x:
        ones += bit
    return np.inf if 2 * ones >= problem.n else ones


@pytest.mark.usefixtures("kernels")
@pytest.mark.jit_off
@pytest.mark.parametrize("optimizer", [d.OnePlusOne(rate=_STATIC), d.MuPlusOne(3, rate=_STATIC)], ids=["one", "three"])
def test_a_start_that_is_not_finite(optimizer):
    for engine in (evo.Engine.PYTHON, evo.Engine.REFERENCE):
        with pytest.raises(ValueError, match=r"not finite from Unbounded\(n=8\) in step 0"):
            evo.run(optimizer, Unbounded(8), seed=0, stop=evo.Steps(7), engine=engine)


@dataclasses.dataclass(frozen=True)
class Unordered(d.AbstractFunction):
    """Order-only values without an order."""

    n: int
    values = d.BinVal(60).values


@d.implements(Unordered)
def value(problem, cache, x):  # noqa: F811
    return problem.n - x.sum()


def test_order_only_functions_must_order_strings():
    for optimizer in (_POPULATION, d.OneCommaLambda(2, rate=_STATIC)):
        with pytest.raises(ValueError, match=r"`problem` must say how .* Register scored"):
            evo.run(optimizer, Unordered(5), seed=0, stop=evo.Steps(2))
