"""The package cma through the adapter, against our own CMA-ES and against itself."""

import pickle
import sys

import numpy as np
import pytest

import evo
from evo.continuous import CmaEs, PyCma, axis_ratio, sigma
from tests.continuous.functions import problem, rosenbrock, sphere, steps


def test_two_implementations_need_as_many_evaluations():
    def needed(optimizer):
        stop, task = evo.Target(1e-8) | evo.Evaluations(9000), problem(rosenbrock, np.zeros(5))
        return np.median([evo.run(optimizer, task, seed=seed, stop=stop).evaluations for seed in range(3)])

    assert 0.7 < needed(CmaEs(0.3)) / needed(PyCma(0.3)) < 1.4


def test_states_can_be_kept():
    task, record = problem(rosenbrock, np.zeros(4)), evo.Every(1, sigma, axis_ratio)
    whole = evo.run(PyCma(0.3), task, seed=2, stop=evo.Steps(30), record=record)
    part = evo.run(PyCma(0.3), task, seed=2, stop=evo.Steps(11), record=record)
    kept = part.state._replace(state=pickle.loads(pickle.dumps(part.state.state)))
    resumed = evo.run(PyCma(0.3), task, seed=2, stop=evo.Steps(30), resume=kept)
    assert resumed.state.state.inner.held == whole.state.state.inner.held != part.state.state.inner.held
    np.testing.assert_array_equal(resumed.trace["sigma"], whole.trace["sigma"])
    assert (whole.trace["axis_ratio"][2:] > 1).all()


def test_options_reach_the_package():
    task = problem(sphere, np.full(3, 1.5))
    result = evo.run(PyCma(0.3, options={"bounds": [0.5, 2.0]}), task, seed=0, stop=evo.Steps(80))
    np.testing.assert_allclose(result.candidate, 0.5, atol=1e-6)
    assert PyCma(1, options={"bounds": [0.5, 2.0]}) == PyCma(1.0, options=[("bounds", (0.5, 2.0))])
    assert hash(PyCma(1, options={"bounds": [0.5, 2.0]}))


@pytest.mark.parametrize("failure", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_is_the_worst_one(failure):
    def states(change):
        told = lambda v: v if len(v) == 1 else np.where(np.arange(len(v)) == 2, change(np.delete(v, 2)), v)  # noqa: E731
        return steps(PyCma(0.5), problem(sphere, np.ones(4)), 5, evo.Key(4), told)

    assert states(lambda others: failure)[-1].held == states(np.max)[-1].held


def test_messages(monkeypatch):
    with pytest.raises(ValueError, match="`options` must be left to this library; got 'seed'"):
        PyCma(0.3, options={"seed": 1})
    with pytest.raises(ValueError, match=r"`options` must be options of cma; got 'bonds'\. Did you mean 'bounds'"):
        PyCma(0.3, options={"bonds": 1})
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'evo-theory\[cma\]'"):
        PyCma(0.3)
