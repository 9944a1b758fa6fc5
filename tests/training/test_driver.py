"""Compiled blocks: every stop is exact, rows are those of single steps, and nothing is compiled twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo.estimators import AntitheticEs, Backprop
from evo.training import Info, Metric, driver
from evo.training.blocks import rounded_down
from tests.training import tasks
from tests.training.tasks import DESCENT, ES, Bowl, Line

ALL = evo.Every(1, evo.value, evo.best_value, Info("std"))


@pytest.fixture(scope="module")
def whole():
    """A run of 300 steps with all rows."""
    return evo.run(ES, Line(), seed=1, stop=evo.Steps(300), record=ALL)


def lowest_so_far(values):
    return np.minimum.accumulate(values)


def test_steps(whole):
    for steps in (0, 1, 2, 17, 150):
        result = evo.run(ES, Line(), seed=1, stop=evo.Steps(steps))
        assert (result.steps, result.reason) == (steps, evo.Reason.STEPS)
        assert result.value == whole.trace["value"][steps]


def test_evaluations(whole):
    for budget, steps in ((1, 0), (4, 0), (5, 1), (8, 1), (9, 2), (401, 100), (404, 100)):
        result = evo.run(ES, Line(), seed=1, stop=evo.Evaluations(budget))
        assert (result.steps, result.reason) == (steps, evo.Reason.EVALUATIONS)
        assert result.value == whole.trace["value"][steps] and result.evaluations == 1 + 4 * steps


def test_target_ends_at_the_first_value_that_reaches_it(whole):
    values = whole.trace["value"]
    for goal in (lowest_so_far(values)[[5, 50, 250]] + 1e-9).tolist():
        result = evo.run(ES, Line(), seed=1, stop=evo.Target(goal) | evo.Steps(300))
        assert result.steps == int(np.argmax(values <= goal)) and result.reason is evo.Reason.TARGET
        assert result.hit == result.evaluations == 1 + 4 * result.steps and result.value <= goal


@pytest.mark.parametrize("engine", [evo.Engine.SCAN, evo.Engine.PYTHON])
def test_a_run_that_reached_its_target_goes_on_to_a_later_one(engine):
    first, later = evo.Target(2.0), evo.Target(0.2)
    half = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(99) | first, engine=engine)
    assert half.reached
    rest = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(99) | later, resume=half.state)
    whole = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(99) | later, engine=engine)
    assert half.steps < whole.steps < 99
    assert (rest.steps, rest.hit, rest.reason, rest.value) == (whole.steps, whole.hit, whole.reason, whole.value)
    unaimed = evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(half.steps + 1), resume=half.state)
    assert (unaimed.steps, unaimed.hit) == (half.steps + 1, None)


def test_a_target_between_two_floats_is_compared_exactly():
    value = np.float32(0.1)
    assert float(rounded_down(0.1, "float32")) < 0.1 < float(value)
    assert rounded_down(float(value), "float32") == value
    assert (
        rounded_down(1e300, "float32") == np.finfo("float32").max and rounded_down(float("nan"), "float32") == -np.inf
    )
    exact = evo.run(ES, Line(), seed=1, stop=evo.Steps(0)).value
    below = np.nextafter(exact, -np.inf)
    assert evo.run(ES, Line(), seed=1, stop=evo.Target(exact) | evo.Steps(3)).reason is evo.Reason.TARGET
    assert evo.run(ES, Line(), seed=1, stop=evo.Target(below) | evo.Steps(0)).reason is evo.Reason.STEPS


def test_stagnation(whole):
    values, lowest, last = whole.trace["value"], np.inf, 0
    expected = {}
    for step, value in enumerate(values):
        if value < lowest:
            lowest, last = value, step
        for patience in (2, 5, 20):
            if step - last >= patience:
                expected.setdefault(patience, step)
    for patience in (2, 5, 20):
        result = evo.run(ES, Line(), seed=1, stop=evo.Stagnation(patience) | evo.Steps(300))
        assert result.steps == expected[patience] and result.reason is evo.Reason.STAGNATION


def test_wall_clock():
    evo.run(ES, Line(), seed=1, stop=evo.Steps(1))
    began = time.monotonic()
    result = evo.run(ES, Line(), seed=1, stop=evo.WallClock(0.3))
    assert result.reason is evo.Reason.WALL_CLOCK and result.steps > 0
    assert 0.3 <= time.monotonic() - began < 10  # a block takes a tenth of a second; the machine may be busy


def test_a_task_that_knows_its_optimum_stops_there():
    class Known(Bowl):
        def optimum(self):
            return 1e-3

    descent = evo.GradientDescent(Backprop(), optax.sgd(0.5))
    scan, python = (
        evo.run(descent, Known(), seed=0, stop=evo.Steps(99), engine=engine)
        for engine in (evo.Engine.SCAN, evo.Engine.PYTHON)
    )
    assert scan.reason is evo.Reason.TARGET and scan.value <= 1e-3 and scan.steps == python.steps

    class Judges(Bowl):
        def solved(self, candidate):
            return bool(jnp.all(jnp.abs(candidate - 1) < 0.01))

    told = evo.explain(descent, Judges())
    assert told.chosen.engine is evo.Engine.PYTHON and "`solved` of its own" in str(told)
    assert evo.run(descent, Judges(), seed=0, stop=evo.Steps(99)).reason is evo.Reason.TARGET


RECORDERS = {
    "every": lambda *seen: evo.Every(7, *seen),
    "log grid": lambda *seen: evo.LogGrid(4, *seen),
    "improvements": lambda *seen: evo.Improvements(*seen),
    "final": lambda *seen: evo.Final(*seen),
}


@pytest.mark.parametrize("name", RECORDERS)
def test_due_rows_are_those_of_every_step(name, whole):
    """With observables that need the parameters (blocks end at rows), and without."""
    values = whole.trace["value"]
    improved = np.r_[True, values[1:] < lowest_so_far(values)[:-1]]
    recorder = RECORDERS[name](evo.value)
    due = [step for step in range(301) if recorder.due(step, bool(improved[step])) or step == 300]
    for seen in ((evo.value, Info("std")), (evo.value, Metric("bias"), Metric("loss"))):
        trace = evo.run(ES, Line(), seed=1, stop=evo.Steps(300), record=RECORDERS[name](*seen)).trace
        assert trace["step"].tolist() == due
        assert trace["value"].tolist() == values[due].tolist()
        assert trace["evaluations"].tolist() == [1 + 4 * step for step in due]
    light = evo.run(ES, Line(), seed=1, stop=evo.Steps(300), record=RECORDERS[name](Info("std"))).trace
    np.testing.assert_array_equal(light["std"], whole.trace["std"][due])


def test_metrics_are_those_of_the_parameters():
    trace = evo.run(ES, Line(), seed=1, stop=evo.Steps(20), record=evo.Every(10, Metric("bias"), Metric("loss"))).trace
    for place, steps in enumerate((0, 10, 20)):
        candidate = evo.run(ES, Line(), seed=1, stop=evo.Steps(steps)).candidate
        assert trace["bias"][place] == pytest.approx(float(candidate["b"]) - 1.0, rel=1e-6)
    assert trace["loss"][0] > trace["loss"][-1]


def test_blocks_of_any_length_give_the_same_run(whole, monkeypatch):
    for seconds in (0.0, 1e9):  # blocks of one step; of eight times the last one
        monkeypatch.setattr(driver, "_SECONDS", seconds)
        result = evo.run(ES, Line(), seed=1, stop=evo.Steps(300), record=ALL)
        for name, column in whole.trace.columns.items():
            np.testing.assert_array_equal(result.trace[name], column)
        assert result.candidate == whole.candidate


def test_nothing_is_compiled_twice():
    """Not for another length, stop, recorder, key, sigma, task of the same shapes, resume, repeat or iterate."""
    evo.run(ES, Line(), seed=0, stop=evo.Steps(3))
    before = tasks.TRACES["Line"]
    other = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.1), ES.transformation)
    result = evo.run(other, Line(), seed=5, stop=evo.Evaluations(100) | evo.Stagnation(50), record=evo.LogGrid(3))
    evo.run(other, Line(), seed=5, stop=evo.Steps(2000), resume=result.state)
    evo.repeat(ES, Line(), runs=3, seed=1, stop=evo.Steps(10) | evo.Target(0.01))
    assert len(list(evo.iterate(ES, Line(), seed=0, stop=evo.Steps(20), every=3))) == 8
    assert tasks.TRACES["Line"] == before
    evo.run(DESCENT, Line(examples=5), seed=5, stop=evo.Steps(0))
    assert tasks.TRACES["Line"] > before  # the counter counts


def test_iterate_is_live_and_may_be_left():
    rows = evo.iterate(ES, Line(), seed=1, stop=evo.Steps(10**9), every=10, record=evo.Every(10, Metric("loss")))
    seen = [next(rows) for _ in range(4)]
    assert [row["step"] for row in seen] == [0, 10, 20, 30]
    rows.close()


def test_a_memory_observable_sees_every_step():
    class Longest(Metric.__mro__[1]):
        name = "largest_b"

        def begin(self, view):
            return 0.0

        def after(self, memory, view):
            return max(memory, float(view.candidate["b"]))

        def read(self, memory, view):
            return memory

    result = evo.run(ES, Line(), seed=1, stop=evo.Steps(12), record=evo.Final(Longest()))
    path = [float(evo.run(ES, Line(), seed=1, stop=evo.Steps(steps)).candidate["b"]) for steps in range(13)]
    assert result.trace["largest_b"].tolist() == [max(0.0, *path)]


def test_ctrl_c_between_blocks_leaves_cleanly(monkeypatch):
    calls, honest = [], driver.run_block

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return honest(*arguments)

    monkeypatch.setattr(driver, "run_block", interrupted)
    with pytest.raises(KeyboardInterrupt):
        evo.run(ES, Line(), seed=1, stop=evo.Steps(10**6))
    assert evo.run(ES, Line(), seed=1, stop=evo.Steps(5)).steps == 5


CODE = """
import os, signal, sys, threading, time
import evo, optax
from evo.estimators import AntitheticEs
from tests.training.tasks import Line
es = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.05), optax.sgd(0.02))
evo.run(es, Line(), seed=0, stop=evo.Steps(10))
sent = []
def interrupt():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer(0.7, interrupt).start()
try:
    evo.run(es, Line(), seed=0, stop=evo.Steps(10**9))
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or not hasattr(signal, "SIGINT"), reason="sends a POSIX signal")
def test_ctrl_c():
    root = str(Path(evo.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={**os.environ},
        timeout=120,
    )
    assert float(done.stdout) < 5.0  # a block takes a tenth of a second; the machine may be busy
