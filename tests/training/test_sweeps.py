"""Sweeps: rows are those of separate runs, and other numbers do not compile again."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo.estimators import AntitheticEs, Backprop
from evo.training import Info, Metric, Transformation, sweep
from tests.training import tasks
from tests.training.tasks import Bowl, Cliff, Line

RATES, MOMENTA = [0.01, 0.05, 0.1], [0.1, 0.5]


def make(rate, momentum):
    return evo.GradientDescent(Backprop(), optax.sgd(rate, momentum=momentum))


def alone(rate, momentum):
    """The same, compiled once for all numbers."""
    return evo.GradientDescent(Backprop(), Transformation(optax.sgd, learning_rate=rate, momentum=momentum))


STOPS = {
    "steps": evo.Steps(12),
    "evaluations": evo.Evaluations(30),
    "stagnation": evo.Stagnation(3) | evo.Steps(40),
    "target": evo.Target(1.0) | evo.Steps(40),
}


@pytest.mark.parametrize("name", STOPS)
def test_rows_are_those_of_separate_runs(name):
    metrics = name in ("steps", "stagnation")
    record = evo.LogGrid(3, evo.value, Metric("bias")) if metrics else evo.Every(3, evo.value, Info("norm"))
    found = sweep(make, Line(), seeds=[0, 3], stop=STOPS[name], record=record, rate=RATES, momentum=MOMENTA)
    assert len(found) == 12 and list(found.runs)[:3] == ["rate", "momentum", "seed"]
    for i in range(len(found)):
        row = {key: column[i] for key, column in found.runs.items()}
        optimizer = alone(row["rate"], row["momentum"])
        own = evo.run(optimizer, Line(), seed=int(row["seed"]), stop=STOPS[name], record=record)
        assert (own.steps, own.evaluations, own.reason.name.lower()) == (
            row["steps"],
            row["evaluations"],
            row["reason"],
        )
        # at most 40 contracting steps, each with some 20 roundings of numbers below 20, doubled by the momentum
        close = {"rtol": 0, "atol": 2 * 40 * 20 * 20 * 2**-24}
        np.testing.assert_allclose(row["value"], own.value, **close)
        np.testing.assert_allclose(found.candidate(i)["w"], own.candidate["w"], **close)
        mine = np.logical_and.reduce([found.records[key] == row[key] for key in ("rate", "momentum", "seed")])
        for key, column in own.trace.columns.items():
            np.testing.assert_allclose(found.records[key][mine], column, **close)


def test_other_numbers_and_stops_do_not_compile_again():
    sweep(make, Line(), seeds=[0, 3], stop=evo.Steps(3), rate=RATES, momentum=MOMENTA)
    before = tasks.TRACES["Line"]
    other = sweep(make, Line(), seeds=range(6), stop=evo.Steps(9) | evo.Target(0.1), rate=[0.2, 0.3], momentum=0.3)
    assert tasks.TRACES["Line"] == before and other.runs["rate"].tolist() == [0.2] * 6 + [0.3] * 6


def test_the_numbers_of_a_transformation_do_not_compile_again():
    stop = evo.Steps(2)
    evo.run(alone(0.1, 0.1), Line(), seed=0, stop=stop)
    before = tasks.TRACES["Line"]
    found = [evo.run(alone(rate, 0.1), Line(), seed=0, stop=stop).candidate["w"] for rate in (0.1, 0.2)]
    assert tasks.TRACES["Line"] == before and found[0] != found[1]
    fixed = evo.run(make(0.2, 0.1), Line(), seed=0, stop=stop).candidate["w"]
    np.testing.assert_allclose(found[1], fixed, rtol=1e-6)


def test_a_lane_that_fails_leaves_the_others_alone():
    def descend(rate):
        return evo.GradientDescent(Backprop(), optax.sgd(rate))

    found = sweep(descend, Cliff(), seeds=[0], stop=evo.Steps(8), rate=[1e-4, 0.05], record=evo.Final(evo.value))
    assert found.runs["reason"].tolist() == ["steps", "non_finite"] and np.isfinite(found.runs["value"]).all()
    assert found.runs["steps"][0] == 8 > found.runs["steps"][1]
    assert found.records["step"].tolist() == found.runs["steps"].tolist()


def test_tables():
    found = sweep(
        lambda rate: evo.GradientDescent(Backprop(), optax.sgd(rate)), Bowl(), seeds=[2], stop=evo.Steps(2), rate=0.5
    )
    frame = found.to_frame()
    assert frame.columns == ["rate", "seed", "steps", "evaluations", "value", "reason"] and frame.height == 1
    assert found.records == {} and repr(found) == "Sweep(1 runs over rate)"
    assert jax.tree.leaves(found.params)[0].shape == (1, 3) and found.candidate(0).tolist() == [0.75] * 3


def go(**changes):
    arguments = {
        "make": make,
        "task": Line(),
        "seeds": [0],
        "stop": evo.Steps(1),
        "rate": 0.1,
        "momentum": 0.1,
        **changes,
    }
    return sweep(arguments.pop("make"), arguments.pop("task"), **arguments)


MESSAGES = [
    (lambda: go(seeds=3), TypeError, r"`seeds` must be several integers.*range\(5\)"),
    (lambda: go(seeds=[1, 1]), ValueError, r"`seeds` must be different"),
    (lambda: go(rate="fast"), ValueError, r"`rate` must hold finite numbers"),
    (lambda: go(stop=evo.WallClock(1)), ValueError, r"not depend on the clock"),
    (lambda: go(task=len), TypeError, r"`problem` must be a task"),
    (lambda: go(make=3), TypeError, r"`make` must be a function"),
    (lambda: go(make=lambda **numbers: None), TypeError, r"`make` must be GradientDescent"),
    (lambda: go(record=evo.Improvements(Metric("loss"))), ValueError, r"not measure at improvements"),
    (lambda: go(record=evo.Every(1, Metric("los"))), ValueError, r"Did you mean 'loss'"),
    (lambda: go(record=evo.Every(1, Info("nrm"))), ValueError, r"Did you mean 'norm'"),
]


@pytest.mark.parametrize(("call", "kind", "match"), MESSAGES)
def test_messages(call, kind, match):
    with pytest.raises(kind, match=match):
        call()


def test_sizes_cannot_be_swept():
    def sized(pairs):
        return evo.GradientDescent(AntitheticEs(pairs=pairs, sigma=0.1), optax.sgd(0.1))

    with pytest.raises(TypeError, match="`pairs`") as caught:
        sweep(sized, Line(), seeds=[0], stop=evo.Steps(1), pairs=[2, 4])
    assert any("evo.study" in note for note in caught.value.__notes__)
    with pytest.raises(ValueError, match="`settings` must hold a float"):
        Transformation(optax.adam)
    with pytest.raises(TypeError, match=r"`make` must make a transformation.*optax\.adam"):
        Transformation(optax.adam(0.1))


def test_plain_numbers_that_depend_on_the_seed_are_refused():
    def start(key):
        return {"w": jnp.zeros(2), "at": float(jax.random.normal(key))}

    task = evo.tasks.Custom(lambda params, batch, key: jnp.sum((params["w"] - params["at"]) ** 2), start=start)
    with pytest.raises(ValueError, match=r"`task` must start with the same plain values; got .*Make them arrays"):
        sweep(
            lambda rate: evo.GradientDescent(Backprop(), optax.sgd(rate)), task, seeds=[0, 1], stop=evo.Steps(1), rate=1
        )
