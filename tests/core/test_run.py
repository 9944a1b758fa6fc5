"""`run`, `repeat` and `explain`: what is not finite, starts, keys, problems."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.core.optimizers import AskTellState
from tests.contracts.algorithms import CommaEa, CoordinateDescent, MovingSphere, sphere

SEARCH = d.RandomLocalSearch()


def failing(after, value):
    """A function of bit strings whose values are useless from some call on."""
    calls = []

    def function(x):
        calls.append(1)
        return value if len(calls) > after else float(x.sum())

    return d.Custom(function, n=8, sense=evo.Sense.MAXIMISE)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("after", [0, 1, 5])
def test_values_that_are_not_finite(value, after):
    stop = evo.Steps(20)
    words = (
        rf"`problem` must return finite values; got a value that is not finite from .* in step {after}\. Return a large"
    )
    with pytest.raises(ValueError, match=words + r" finite loss .* or pass throw=False to get the run so far"):
        evo.run(SEARCH, failing(after, value), seed=0, stop=stop)
    result = evo.run(SEARCH, failing(after, value), seed=0, stop=stop, throw=False, record=evo.Every(1, evo.best_value))
    assert result.reason is evo.Reason.NON_FINITE
    assert (result.steps, result.evaluations) == (after, after + 1)
    if after:
        before = evo.run(SEARCH, failing(99, value), seed=0, stop=evo.Steps(after - 1))
        assert (result.value, result.candidate.tolist()) == (before.value, before.candidate.tolist())
        assert np.isfinite(result.trace["best_value"]).all()
    else:
        assert math.isnan(result.value)


def test_a_population_survives_some_values_that_are_not_finite():
    function = d.Custom(lambda x: math.nan if x[0] else float(x.sum()), n=8, sense=evo.Sense.MAXIMISE)
    result = evo.run(CommaEa(), function, seed=1, stop=evo.Steps(50), throw=False)
    assert result.reason is evo.Reason.NON_FINITE and not math.isinf(result.value)


@pytest.mark.parametrize("optimizer", [SEARCH, d.OnePlusOne(rate=d.Static(strength=1.0)), CommaEa()])
def test_senses_mirror_each_other(optimizer):
    def up(x):
        return float(x @ np.arange(1, 9))

    runs = [
        evo.run(optimizer, d.Custom(function, n=8, sense=sense), seed=2, stop=evo.Steps(15), record=evo.Every(1))
        for function, sense in ((up, evo.Sense.MAXIMISE), (lambda x: -up(x), evo.Sense.MINIMISE))
    ]
    assert runs[0].candidate.tolist() == runs[1].candidate.tolist()
    assert (runs[0].trace["value"] == -runs[1].trace["value"]).all()


def test_a_compiled_function_and_the_same_callable_agree():
    weights = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    compiled = evo.run(SEARCH, d.Linear(weights), seed=4, engine=evo.Engine.REFERENCE)
    plain = evo.run(SEARCH, d.Custom(lambda x: int(x @ weights), n=8, sense=evo.Sense.MAXIMISE, optimum=31), seed=4,
                    stop=evo.Steps(10**4))  # fmt: skip
    assert (compiled.steps, compiled.value, compiled.hit) == (plain.steps, plain.value, plain.hit)
    assert compiled.engine.engine is evo.Engine.REFERENCE and plain.engine.engine is evo.Engine.PYTHON


def test_exact_values_of_any_size():
    """Selection by exact integers and fractions, where floats would see ties."""
    function = d.Custom(lambda x: float(x.sum()), n=6, sense=evo.Sense.MAXIMISE)

    class Exact(type(function)):
        def evaluate(self, candidates, step, key):
            values = np.empty(len(candidates), dtype=object)
            values[:] = [Fraction(2**80) + Fraction(int(x.sum()), 3) for x in candidates]
            return values

    exact = Exact(lambda x: 0, n=6, sense=evo.Sense.MAXIMISE)
    reached = evo.run(SEARCH, exact, seed=1, stop=evo.Steps(200))
    assert reached.candidate.tolist() == [1] * 6
    for wrong in (["a"], [None], [1j], [[2**80]]):
        state = SEARCH.init(evo.Key(0), function)
        candidates, state = SEARCH.ask(evo.Key(0), state)
        with pytest.raises((TypeError, ValueError), match="`values` must"):
            SEARCH.tell(state, candidates, wrong)


@pytest.mark.usefixtures("kernels")
def test_starts():
    black_box = evo.BlackBox(sphere, sense=evo.Sense.MINIMISE, start=lambda key: key.numpy().normal(size=3))
    starts = [evo.run(CoordinateDescent(), black_box, seed=seed, stop=evo.Steps(0)).candidate for seed in (0, 0, 1)]
    assert starts[0].tolist() == starts[1].tolist() != starts[2].tolist()
    given = evo.run(CoordinateDescent(), black_box, seed=0, stop=evo.Steps(0), start=[1.0, 2.0]).candidate
    assert given.tolist() == [1.0, 2.0]
    scalar = evo.BlackBox(lambda x: float((x - 1) ** 2), sense=evo.Sense.MINIMISE, start=0.0)
    assert scalar.start(evo.Key(0)).shape == ()
    same = [evo.repeat(SEARCH, d.OneMax(9), runs=3, seed=0, start=np.zeros(9)).spent.min() for _ in range(2)]
    assert same[0] == same[1] >= 9


def test_a_black_box_stops_at_its_optimum():
    box = evo.BlackBox(
        lambda x: abs(float(x[0])), sense=evo.Sense.MINIMISE, start=[3.0], optimum=0.5, budget=evo.Steps(500)
    )
    result = evo.run(CoordinateDescent(size=1.0), box, seed=0)
    assert result.reached and result.value <= 0.5 and repr(box) == "BlackBox(<lambda>, minimise)"


@pytest.mark.usefixtures("kernels")
def test_dynamic_problems_report_the_current_candidate():
    result = evo.run(CoordinateDescent(), MovingSphere(2), seed=0, stop=evo.Steps(5))
    state = result.state.state
    assert result.candidate.tolist() == state.x.tolist()
    dynamic = evo.run(SEARCH, d.DynamicBinVal(10), seed=0, stop=evo.Steps(5))
    assert dynamic.evaluations == 1 + 2 * dynamic.steps
    assert dynamic.value == 10 - dynamic.candidate.sum()


def test_explain():
    explained = evo.explain(SEARCH, d.OneMax(5))
    engines = ("chain v1", "event v2", "reference v1", "python v1")
    lines = ["AUTO takes chain v1.", *(f"  {engine}: exact" for engine in engines)]
    assert str(explained) == "\n".join(lines)
    custom = evo.explain(SEARCH, d.Custom(len, n=5, sense=evo.Sense.MAXIMISE))
    assert "reference v1: not available: Custom(len, n=5, maximise) is no compiled function" in str(custom)
    assert custom.chosen.engine is evo.Engine.PYTHON


@pytest.mark.usefixtures("kernels")
def test_states_can_be_pickled_and_go_on():
    for engine in (evo.Engine.REFERENCE, evo.Engine.PYTHON):
        options = {"optimizer": SEARCH, "problem": d.LeadingOnes(30), "seed": 1}
        first = evo.run(**options, stop=evo.Steps(9), record=evo.Every(4, evo.value, evo.best_value), engine=engine)
        assert isinstance(first.state.state, AskTellState)
        state = pickle.loads(pickle.dumps(first.state))
        rest = evo.run(**options, stop=evo.Steps(40), resume=state)
        whole = evo.run(**options, stop=evo.Steps(40), record=evo.Every(4, evo.value, evo.best_value), engine=engine)
        assert rest.candidate.tolist() == whole.candidate.tolist()
        assert list(rest.trace.rows()) == list(whole.trace.rows())


def test_a_key_is_a_seed():
    key = evo.Key(5)
    assert evo.run(SEARCH, d.OneMax(9), seed=key).steps == evo.run(SEARCH, d.OneMax(9), seed=5).steps
    runs = evo.repeat(SEARCH, d.OneMax(9), runs=3, seed=5)
    own = [evo.run(SEARCH, d.OneMax(9), seed=key.child("run", index)).steps for index in range(3)]
    assert runs.spent.tolist() == own


def test_a_candidate_that_a_callable_overwrites_does_no_harm():
    def vandal(x):
        total = float(x.sum())
        x[:] = 0
        return total

    tidy = d.Custom(lambda x: float(x.sum()), n=8, sense=evo.Sense.MAXIMISE)
    wild = d.Custom(vandal, n=8, sense=evo.Sense.MAXIMISE)
    results = [evo.run(SEARCH, problem, seed=0, stop=evo.Steps(20)) for problem in (tidy, wild)]
    assert results[0].candidate.tolist() == results[1].candidate.tolist()
    boxes = [evo.BlackBox(function, sense=evo.Sense.MINIMISE, start=np.ones(2)) for function in (sphere, _reset)]
    results = [evo.run(CoordinateDescent(), box, seed=0, stop=evo.Steps(6)) for box in boxes]
    assert results[0].candidate.tolist() == results[1].candidate.tolist()


def _reset(x):
    value = sphere(x)
    x[:] = 0
    return value


@pytest.mark.usefixtures("kernels")
def test_a_stop_by_target_may_be_lifted():
    """A resumed run goes on to the new stop, on every engine alike."""
    options = {"optimizer": SEARCH, "problem": d.LeadingOnes(20), "seed": 1}
    for engine in (evo.Engine.REFERENCE, evo.Engine.PYTHON):
        first = evo.run(**options, stop=evo.Target(3) | evo.Steps(10**5), engine=engine)
        for stop in (evo.Steps(first.steps + 10), evo.Target(6) | evo.Steps(10**5), evo.Target(3) | evo.Steps(9)):
            rest = evo.run(**options, stop=stop, resume=first.state)
            if evo.Steps(9) in stop.parts():  # the same target again, in a tighter budget
                assert (rest.steps, rest.reason, rest.hit) == (first.steps, evo.Reason.TARGET, first.hit)
                continue
            whole = evo.run(**options, stop=stop, engine=engine)
            assert (rest.steps, rest.reason, rest.hit) == (whole.steps, whole.reason, whole.hit)
            assert rest.candidate.tolist() == whole.candidate.tolist() and rest.steps > first.steps
