"""Every optimizer keeps the contract; the checks themselves detect planted defects."""

from __future__ import annotations

import contextlib
import random
from typing import ClassVar

import jax
import numpy as np
import pytest

import evo
from evo import discrete as d
from evo.testing import check_optimizer
from tests.cases import ADAPTIVE, OPTIMIZERS, RECORDERS, OptimizerCase, compiled_by_default, first_of_each_class
from tests.continuous.cases import STRATEGIES as CONTINUOUS
from tests.contracts.algorithms import (
    AntitheticEs,
    CommaEa,
    CoordinateDescent,
    MovingSphere,
    distance_from_five,
    sphere,
)

SPHERE = evo.BlackBox(sphere, sense=evo.Sense.MINIMISE, start=np.ones(3))
#: one kind of recorder where kernels must be compiled for each
ONE_RECORDER = (evo.Every(3, evo.value, evo.best_value),)
LOCAL = {
    "comma selection on OneMax": OptimizerCase(CommaEa(), d.OneMax(12)),
    "comma selection on DynamicBinVal": OptimizerCase(CommaEa(), d.DynamicBinVal(12)),
    "comma selection on a callable": OptimizerCase(
        CommaEa(), d.Custom(distance_from_five, n=12, sense=evo.Sense.MINIMISE, optimum=0)
    ),
    "coordinate descent": OptimizerCase(CoordinateDescent(), SPHERE),
}
STRATEGIES = {
    "antithetic ES on a callable": OptimizerCase(AntitheticEs(), SPHERE, steps=4),
    "antithetic ES on a moving target": OptimizerCase(AntitheticEs(), MovingSphere(3), steps=4),
}


#: compiled by default; all are checked in plain Python
_COMPILED = {"OnePlusOne on LeadingOnes", "OnePlusLambdaLambda on OneMax"}


@pytest.mark.parametrize("name", compiled_by_default(OPTIMIZERS, _COMPILED))
def test_the_library_keeps_the_contract(name):
    _keeps_the_contract(OPTIMIZERS[name])


@pytest.mark.parametrize("name", first_of_each_class(CONTINUOUS, lambda case: type(case.optimizer)))
def test_strategies_of_the_library_keep_the_contract(name):
    _keeps_the_contract(CONTINUOUS[name])


@pytest.mark.jit_off
@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_library_keeps_the_contract_in_plain_python(name):
    _keeps_the_contract(OPTIMIZERS[name])


def _keeps_the_contract(case):
    report = check_optimizer(
        case.optimizer, case.problem, seed=1, steps=case.steps, start=case.start, recorders=ONE_RECORDER
    )
    report.raise_if_failed()


@pytest.mark.jit_off
@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("optimizer", [ADAPTIVE, CommaEa()], ids=["compiled", "Python only"])
def test_with_all_recorders_and_observables(optimizer):
    recorders = RECORDERS
    if isinstance(optimizer, CommaEa):  # it reports no rate
        recorders = (None, evo.Every(3, evo.value, d.zeros), evo.LogGrid(5, d.level, d.levels_visited))
        recorders += (evo.Improvements(d.zeros), evo.Final(d.mean_density()))
    check_optimizer(optimizer, d.LeadingOnes(12), seed=2, steps=30, recorders=recorders).raise_if_failed()


@pytest.mark.parametrize("name", LOCAL)
def test_other_peoples_classes_keep_the_contract(name):
    case = LOCAL[name]
    check_optimizer(case.optimizer, case.problem, seed=3, steps=case.steps).raise_if_failed()


@contextlib.contextmanager
def strict_jax():
    """64-bit types, no implicit promotion of types or ranks, no reuse of keys."""
    with (
        jax.enable_x64(True),
        jax.numpy_dtype_promotion("strict"),
        jax.numpy_rank_promotion("raise"),
        jax.debug_key_reuse(True),
    ):
        yield


@pytest.mark.parametrize("flags", [contextlib.nullcontext, strict_jax], ids=["default flags", "strict flags"])
@pytest.mark.parametrize("name", STRATEGIES)
def test_strategies_in_jax_keep_the_contract(name, flags):
    case = STRATEGIES[name]
    with flags():
        report = check_optimizer(case.optimizer, case.problem, seed=4, steps=case.steps, recorders=ONE_RECORDER)
    report.raise_if_failed()


def test_the_strategies_descend():
    for optimizer in (AntitheticEs(), CoordinateDescent()):
        result = evo.run(optimizer, SPHERE, seed=0, stop=evo.Steps(40))
        assert result.value < 0.5 * sphere(np.ones(3))


def test_a_report_names_all_checks():
    report = check_optimizer(CommaEa(), d.OneMax(8), seed=0, steps=10)
    assert report.passed and not report.failed
    assert str(report).startswith(f"{CommaEa()!r} on OneMax(n=8): passed\n")
    assert all(str(check) in str(report) for check in report.checks)
    assert report["counting"].passed
    with pytest.raises(KeyError, match="no check 'speed'; it has run is repeated step"):
        report["speed"]
    assert check_optimizer(CoordinateDescent(), SPHERE, seed=0, steps=5)["ask twice is refused"].passed is None


# --- planted defects --------------------------------------------------------------------------------------------------


class HiddenGenerator(CommaEa):
    chance = np.random.default_rng(0)

    def propose(self, key, inner, step):
        children, inner = CommaEa.propose(self, key, inner, step)
        return children ^ (self.chance.random(children.shape) < 0.1), inner


class GlobalGenerator(CommaEa):
    def absorb(self, inner, step, candidates, losses):
        random.random()
        return CommaEa.absorb(self, inner, step, candidates, losses)


class OverwritesParents(CommaEa):
    def propose(self, key, inner, step):
        children, after = CommaEa.propose(self, key, inner, step)
        inner.parents[:] = children[: self.mu]
        return children, after


class Grows(CommaEa):
    def absorb(self, inner, step, candidates, losses):
        absorbed = CommaEa.absorb(self, inner, step, candidates, losses)
        return absorbed._replace(inner=absorbed.inner._replace(ties=np.zeros(step + 1)))


class TrustsAnyValue(CommaEa):
    def best(self, state):
        return self.current(state)


class AsksTwice(CommaEa):
    def ask(self, key, state):
        return CommaEa.ask(self, key, state if state.steps < 0 else state._replace(asked=None))


class TellsAlone(CommaEa):
    def tell(self, state, candidates, values):
        if state.asked is None:
            _, state = self.ask(evo.Key(0), state)
        return CommaEa.tell(self, state, candidates, values)


class CutsValues(CommaEa):
    def tell(self, state, candidates, values):
        return CommaEa.tell(self, state, candidates, np.ravel(values)[: len(candidates)])


class IgnoresStart(CommaEa):
    def prepare(self, key, problem, start):
        return CommaEa.prepare(self, key, problem, None)


class Undercounts(CoordinateDescent):
    def step(self, key, state, problem):
        state, info = CoordinateDescent.step(self, key, state, problem)
        return state, info._replace(evaluations=1 if state.steps % 2 else 3)


class ForgetsTheStep(CoordinateDescent):
    """Its path depends on how often it was called, not on its state."""

    calls: ClassVar = [0]

    def step(self, key, state, problem):
        self.calls[0] += 1
        state, info = CoordinateDescent.step(self, key, state, problem)
        return state._replace(x=state.x + 1e-9 * self.calls[0]), info


DEFECTS = {
    HiddenGenerator: "same key, same result; inputs left alone",
    GlobalGenerator: "same key, same result; inputs left alone",
    OverwritesParents: "same key, same result; inputs left alone",
    Grows: "the structure of the state is stable",
    TrustsAnyValue: "the best value is finite",
    AsksTwice: "ask twice is refused",
    TellsAlone: "tell without ask is refused",
    CutsValues: "a wrong number of values is refused",
    IgnoresStart: "a given start is used",
    Undercounts: "Evaluations(k) is kept",
    ForgetsTheStep: "stop and resume is uninterrupted",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_planted_defect_is_named(defect):
    problem = SPHERE if issubclass(defect, CoordinateDescent) else d.OneMax(12)
    report = check_optimizer(defect(), problem, seed=5, steps=12)
    assert not report.passed
    assert DEFECTS[defect] in [check.name for check in report.failed], str(report)
    with pytest.raises(AssertionError, match="breaks the contract"):
        report.raise_if_failed()


def test_an_impure_callable_is_detected():
    calls = []

    def drifting(x):
        calls.append(1)
        return float(x.sum()) + 1e-6 * len(calls)

    problem = d.Custom(drifting, n=8, sense=evo.Sense.MAXIMISE)
    report = check_optimizer(CommaEa(), problem, seed=0, steps=6)
    assert "`evaluate` called twice" in report["same key, same result; inputs left alone"].message
