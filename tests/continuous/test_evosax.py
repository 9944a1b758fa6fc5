"""Every algorithm of evosax through the adapter: it moves, repeats itself, resumes, and what cannot is refused."""

import contextlib
import copy
import pickle

import evosax.algorithms
import jax
import numpy as np
import optax
import pytest

import evo
from evo.continuous import Evosax
from evo.continuous.evosax_building import built, fitting
from evo.continuous.evosax_names import REFUSED
from evo.testing import check_optimizer
from evo.testing.trees import difference, snapshot, structure
from tests.continuous.functions import problem, sphere, steps

TASK = problem(sphere, np.ones(4))
#: a normal distribution and a population; other tests run a gradient
FAST = {"SNES", "SimpleGA"}
NAMES = [
    pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow])
    for name in sorted(set(evosax.algorithms.algorithms) - set(REFUSED))
]
#: they follow the gradient of nothing, or are made for larger populations
WITHIN = {"RandomSearch": 2.0, "DiffusionEvolution": 3.0}


def make(name):
    return Evosax(name, sigma=0.5, **({"num_populations": 2} if name.startswith("SV_") else {}))


def finite(inner):
    """Whether all numbers are finite but those of what evosax leaves open at first: infinite losses, nan in caches."""
    return np.isfinite(inner.centre).all() and np.isfinite(inner.y).all()


@pytest.mark.parametrize("name", NAMES)
def test_runs(name):
    record = evo.Every(5, evo.value, evo.best_value)
    whole = evo.run(make(name), TASK, seed=0, stop=evo.Steps(50), record=record)
    assert whole.trace["best_value"][0] == 4.0 and finite(whole.state.state.inner)
    assert whole.value < WITHIN.get(name, 0.5)
    assert whole.evaluations == 1 + 50 * len(whole.state.state.inner.y)
    again = evo.run(make(name), TASK, seed=0, stop=evo.Steps(50), record=record)
    part = evo.run(make(name), TASK, seed=0, stop=evo.Steps(17), record=record)
    kept = snapshot(part.state.state)
    copied = part.state._replace(state=copy.deepcopy(part.state.state))
    resumed = evo.run(make(name), TASK, seed=0, stop=evo.Steps(50), resume=copied)
    for other in (again, resumed):
        assert difference(other.state.state, whole.state.state) is None
        np.testing.assert_array_equal(other.trace["best_value"], whole.trace["best_value"])
    assert difference(dict(snapshot(part.state.state)), dict(kept)) is None
    other = evo.run(make(name), TASK, seed=1, stop=evo.Steps(5), record=record)
    assert other.trace["best_value"][1] != whole.trace["best_value"][1]


def test_there_are_31():
    assert len(NAMES) == 31 and set(evosax.algorithms.algorithms) >= set(REFUSED)


@contextlib.contextmanager
def strict():
    """64-bit types, no implicit promotion of types or ranks, no reuse of keys."""
    with (
        jax.enable_x64(True),
        jax.numpy_dtype_promotion("strict"),
        jax.numpy_rank_promotion("raise"),
        jax.debug_key_reuse(True),
    ):
        yield


@pytest.mark.parametrize("name", ["SNES", pytest.param("CMAAnchoredLES", marks=pytest.mark.slow)])
def test_under_strict_flags(name):
    with strict():
        states = steps(make(name), TASK, 3, evo.Key(0))
    assert all(structure(state) == structure(states[0]) for state in states)
    assert states[-1].y.dtype == np.float64 and finite(states[-1])


@pytest.mark.slow
def test_the_contract_under_strict_flags():
    with strict():
        check_optimizer(make("PGPE"), TASK, seed=1, steps=6, recorders=(evo.Every(3, evo.value),)).raise_if_failed()


def test_the_first_candidates():
    """The start alone, then for a population the start and normal numbers around it, then the algorithm's own."""
    key, optimizer, task = evo.Key(0), Evosax("SimpleGA", sigma=0.01), problem(sphere, np.full((2, 2), 3.0))
    state = optimizer.init(key, task)
    for step, count in enumerate([1, 8, 8]):
        candidates, state = optimizer.ask(key, state)
        assert candidates.shape == (count, 2, 2) and candidates.dtype == np.float64
        assert step == 2 or (candidates[0] == 3.0).all()
        assert ((candidates[1:] != 3.0) & (np.abs(candidates[1:] - 3.0) < 0.1)).all()
        state, _ = optimizer.tell(state, candidates, [sphere(x.ravel()) for x in candidates])


def test_where_the_start_lies_does_not_matter():
    """The algorithm sees (x - start) / sigma: a start of 10^6 changes nothing but the rounding of the candidates."""
    far, unit = 1e6, 2.0**-10
    near = steps(Evosax("SNES", 0.5), TASK, 30, evo.Key(2))[-1]
    shifted = problem(lambda x: sphere((x - far) / unit), far + unit * np.ones(4))
    away = steps(Evosax("SNES", 0.5 * unit), shifted, 30, evo.Key(2))[-1]
    np.testing.assert_allclose((away.centre - far) / unit, near.centre, atol=1e-4)


def test_sense():
    low = evo.run(make("SNES"), TASK, seed=2, stop=evo.Steps(20))
    task = evo.BlackBox(lambda x: -sphere(x), sense=evo.Sense.MAXIMISE, start=np.ones(4))
    high = evo.run(make("SNES"), task, seed=2, stop=evo.Steps(20))
    assert difference(low.state.state.inner, high.state.state.inner) is None and high.value == -low.value


@pytest.mark.parametrize("failure", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_is_the_worst_one(failure):
    """As if the worst finite loss had been told, for an algorithm that weighs raw losses."""
    optimizer = Evosax("ARS", 0.5, population=8)

    def states(change):
        return steps(optimizer, TASK, 6, evo.Key(4), lambda v: v if len(v) == 1 else change(np.array(v)))

    failed = states(lambda v: np.where(np.arange(8) == 2, failure, v))
    worst = states(lambda v: np.where(np.arange(8) == 2, np.delete(v, 2).max(), v))
    assert difference(failed, worst) is None and finite(failed[-1])
    assert finite(states(lambda v: np.full(8, failure))[-1])


def test_an_elitist_takes_no_candidate_of_a_generation_that_failed():
    optimizer, key = Evosax("HillClimbing", 0.5), evo.Key(0)
    state = optimizer.init(key, TASK)
    for step in range(5):
        before = state.inner
        candidates, state = optimizer.ask(key, state)
        values = TASK.evaluate(candidates, step, key)
        state, info = optimizer.tell(state, candidates, values if step < 4 else np.full(8, np.nan))
    assert not info.finite and state.inner.worst == before.worst > 4.0
    np.testing.assert_array_equal(state.inner.centre, before.centre)


def test_huge_losses_stay_finite():
    inner = steps(make("SNES"), problem(lambda x: 1e300 * sphere(x), np.ones(4)), 5, evo.Key(0))[-1]
    assert finite(inner)


def test_schedules_do_not_lag():
    """Generation t samples with schedule(t - 1)."""
    optimizer = Evosax("Open_ES", 1.0, population=8, std_schedule=lambda t: 1.0 + t)
    states = steps(optimizer, TASK, 3, evo.Key(0))
    assert [float(state.state.std) for state in states] == [1.0, 2.0, 3.0, 4.0]


def test_compiled_once():
    """Equal instances and other sigmas share compiled code; other settings do not."""
    first, second = Evosax("SNES", 0.5, population=8), Evosax("SNES", 0.7, population=8, std_init=2)
    made = built(first._configuration(4))
    assert made is built(second._configuration(4)) is built(fitting(Evosax("SNES", 0.5)._configuration(4)))
    for optimizer in (first, second, make("SNES")):
        evo.run(optimizer, TASK, seed=0, stop=evo.Steps(3))
    assert [function._cache_size() for function in (made.fresh, made.ask, made.tell)] == [1, 1, 1]


def test_settings_reach_the_algorithm():
    wide = steps(Evosax("SNES", 0.5, std_init=2.0), TASK, 1, evo.Key(0))
    narrow = steps(Evosax("SNES", 0.5), TASK, 1, evo.Key(0))
    np.testing.assert_allclose(wide[1].y, 2.0 * narrow[1].y, rtol=1e-6)
    still = steps(Evosax("SNES", 0.5, learning_rate=1e-9), TASK, 1, evo.Key(0))
    np.testing.assert_allclose(still[1].centre, 1.0, atol=1e-6)
    assert abs(narrow[1].centre - 1.0).max() > 1e-2


def test_dynamic_problems_report_the_centre():
    class Noisy(type(TASK)):
        dynamic = True

    task = Noisy(sphere, sense=evo.Sense.MINIMISE, start=np.ones(4))
    result = evo.run(make("SNES"), task, seed=0, stop=evo.Steps(20))
    assert np.isnan(result.value) and sphere(result.candidate) < 0.5
    np.testing.assert_array_equal(result.candidate, result.state.state.inner.centre)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_name_what_to_use(name):
    with pytest.raises(
        ValueError, match=rf"`algorithm` must do what it promises, but {name} .*; got '{name}'. Use evo\."
    ):
        Evosax(name, sigma=0.5)


@pytest.mark.slow
def test_the_refusals_are_still_due():
    """What evosax itself does; where this fails, a newer version may be taken."""
    Q, key = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0], jax.random.key(0)

    def rotated(x):
        return ((x @ Q) ** 2 * np.array([1.0, 10.0, 100.0, 1000.0])).sum(axis=1)

    def own(name):
        made = evosax.algorithms.algorithms[name](8, np.zeros(4, np.float32))
        return made, made.default_params, made.init(key, np.ones(4, np.float32), made.default_params)

    xnes, params, state = own("xNES")
    for step in range(20):
        asked, state = xnes.ask(jax.random.fold_in(key, step), state, params)
        state, _ = xnes.tell(key, asked, rotated(asked), state, params)
    B = np.asarray(state.B)
    assert (np.diag(np.diag(B)) == B).all() and B[0, 0] != 1.0
    limited, params, state = own("LM_MA_ES")
    asked, state = limited.ask(key, state, params)
    best, worst = (limited.tell(key, asked, sign * rotated(asked), state, params)[0] for sign in (1, -1))
    assert (best.M == worst.M).all() and (best.mean != worst.mean).any()
    guided, params, state = own("GuidedES")
    asked = np.concatenate([guided.ask(jax.random.fold_in(key, step), state, params)[0] for step in range(60)])
    assert asked.std(axis=0)[0] > 1.5 * asked.std(axis=0)[1:].max()
    sep, full = own("Sep_CMA_ES")[1], own("CMA_ES")[1]
    assert sep.c_1 == full.c_1 and sep.c_mu == full.c_mu
    scheduled = evosax.algorithms.Open_ES(8, np.zeros(4, np.float32), std_schedule=lambda t: 1.0 + t)
    params, seen = scheduled.default_params, []
    state = scheduled.init(key, np.zeros(4, np.float32), params)
    for _ in range(4):
        seen.append(float(state.std))
        state, _ = scheduled.tell(key, np.zeros((8, 4)), np.zeros(8), state, params)
    assert seen == [1.0, 1.0, 2.0, 3.0]


def test_messages():
    def refused(match, *arguments, **settings):
        with pytest.raises((TypeError, ValueError), match=match):
            Evosax(*arguments, **settings)

    refused("`algorithm` must be the name of an algorithm of evosax; got 'CMAES'. Did you mean 'CMA_ES'", "CMAES", 0.5)
    refused("`algorithm` must be the name or the class of an algorithm of evosax; got 3 of type int", 3, 0.5)
    refused(r"`sigma` must be a number in \(0, inf\); got -1", "SNES", -1)
    refused("`settings` must be settings of SNES; got 'std_int'. Did you mean 'std_init'", "SNES", 0.5, std_int=1.0)
    refused("`num_populations` must be an integer >= 1; got None", "SV_Open_ES", 0.5)
    refused("`max_context_len` must be hashable", "EvoTF_ES", 0.5, max_context_len=[])
    refused(
        "`learning_rate` must not be given together with `optimizer`",
        *("SNES", 0.5),
        learning_rate=0.1,
        optimizer=optax.sgd(1.0),
    )
    with pytest.raises(ValueError, match=r"4096 numbers for CMA_ES, which keeps D x D .*; got 5000. Its state alone"):
        Evosax("CMA_ES", 0.5).init(evo.Key(0), problem(sphere, np.ones(5000)))
    with pytest.raises(ValueError, match=r"`population` must suit Open_ES; got 7\. Population size must be even"):
        Evosax("Open_ES", 0.5, 7).init(evo.Key(0), TASK)


def test_they_compare_by_value():
    one, other = Evosax("SNES", 0.5, std_init=2.0), Evosax(evosax.algorithms.SNES, 0.5, std_init=2)
    assert one == other and hash(one) == hash(other) and one == pickle.loads(pickle.dumps(one))
    assert one != Evosax("SNES", 0.5) and one != Evosax("SNES", 0.4, std_init=2.0)
    assert repr(one) == "Evosax('SNES', sigma=0.5, population=None, std_init=2.0)"
    shared = optax.sgd(0.5)
    assert Evosax("SNES", 0.5, optimizer=shared) == Evosax("SNES", 0.5, optimizer=shared)
