"""Gradient descent as an optimizer: against hand-written loops, and the contract."""

from __future__ import annotations

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import evo
from evo.estimators import AntitheticEs, Backprop, Dealt, NoiseReuseEs, PersistentEs, Rademacher
from evo.models import Gru, WithReadout
from evo.oracles import child, data_key
from evo.tasks import Custom
from evo.testing import check_optimizer
from evo.training import Info, Metric
from tests.training.tasks import DESCENT, ES, Bowl, Cliff, Line

LIGHT = evo.Every(3, evo.value, evo.best_value, Info("norm"))
HEAVY = evo.LogGrid(3, Metric("loss"), evo.value)


def rounding(dtype, operations):
    return operations * float(jnp.finfo(dtype).eps)


@pytest.mark.parametrize("x64", [False, True])
def test_backprop_with_sgd_is_the_loop_one_would_write(x64):
    dtype = "float64" if x64 else "float32"
    with jax.enable_x64(x64):
        task, key, steps = Line(dtype=dtype), evo.Key(5), 20
        result = evo.run(DESCENT, task, seed=key, stop=evo.Steps(steps))
        params, losses = task.start(key), []
        for t in range(1, steps + 1):
            value, grads = jax.value_and_grad(task.loss)(params, task.batch(data_key(key), t), None)
            params = jax.tree.map(lambda p, g: p - 0.05 * g, params, grads)
            losses.append(float(value))
        for name in ("w", "b"):  # each step adds a few roundings to numbers below 10; the map is a contraction
            assert result.candidate[name].dtype == dtype
            assert abs(float(result.candidate[name] - params[name])) < rounding(dtype, 50 * steps)
        assert abs(result.value - losses[-1]) < rounding(dtype, 100 * steps)


def test_the_start_is_valued_on_the_first_batch_and_counted():
    task, key = Line(), evo.Key(2)
    result = evo.run(DESCENT, task, seed=key, stop=evo.Steps(0))
    expected = task.loss(task.start(key), task.batch(data_key(key), 0), None)
    assert result.value == pytest.approx(float(expected), rel=1e-6)
    assert (result.steps, result.evaluations) == (0, 1)
    assert evo.run(DESCENT, task, seed=key, stop=evo.Steps(7)).evaluations == 1 + 3 * 7
    assert evo.run(ES, task, seed=key, stop=evo.Steps(7)).evaluations == 1 + 4 * 7


RECORDERS = [HEAVY, LIGHT, evo.Improvements(Metric("bias"))]


@pytest.mark.slow
@pytest.mark.parametrize("recorder", RECORDERS, ids=["heavy", "light", "improvements"])
def test_the_contract(recorder):
    check_optimizer(ES, Line(), seed=1, steps=5, recorders=(recorder,)).raise_if_failed()


@contextlib.contextmanager
def strict_jax():
    with (
        jax.enable_x64(True),
        jax.numpy_dtype_promotion("strict"),
        jax.numpy_rank_promotion("raise"),
        jax.debug_key_reuse(True),
    ):
        yield


def test_the_contract_under_strict_flags_on_a_deterministic_task():
    with strict_jax():
        report = check_optimizer(DESCENT, Bowl(), seed=1, steps=4, recorders=(evo.Every(2, evo.value),))
        report.raise_if_failed()


def test_one_step_of_a_block_is_a_step():
    task, key = Line(), evo.Key(3)
    state = evo.run(ES, task, seed=key, stop=evo.Steps(4)).state
    after, info = ES.step(key, state.state, task)
    block = evo.run(ES, task, seed=key, stop=evo.Steps(5), resume=state).state.state
    # the same few dozen operations on numbers below 10, fused differently
    for left, right in zip(jax.tree.leaves(after), jax.tree.leaves(block), strict=True):
        np.testing.assert_allclose(left, right, rtol=0, atol=rounding("float32", 1000))
    assert info.evaluations == 4 and set(info.detail) == {"norm", "scale", "best", "std", "dropped"}


def test_the_engines():
    told = evo.explain(ES, Line())
    assert [used.engine for used, refusal in told.engines if refusal is None] == [evo.Engine.SCAN, evo.Engine.PYTHON]
    assert evo.run(ES, Line(), seed=0, stop=evo.Steps(1)).engine.engine is evo.Engine.SCAN
    scan, python = (
        evo.run(ES, Line(), seed=0, stop=evo.Steps(30), record=evo.Every(1), engine=engine)
        for engine in (evo.Engine.SCAN, evo.Engine.PYTHON)
    )
    np.testing.assert_allclose(scan.trace["value"], python.trace["value"], rtol=1e-3)


def test_updates_accumulate_in_float32_under_bfloat16():
    descent, stop = evo.GradientDescent(Backprop(), optax.sgd(1e-5)), evo.Steps(2000)
    result = evo.run(descent, Line(dtype="bfloat16", noise=0.0), seed=0, stop=stop)
    state = result.state.state
    assert result.candidate["w"].dtype == jnp.bfloat16 and state.centre["w"].dtype == jnp.float32
    assert float(result.candidate["w"]) == float(state.centre["w"].astype(jnp.bfloat16))
    # The gradient is about -6, and an update of 6e-5 vanishes in bfloat16 beyond 2^-5, where numbers are 2.4e-4 apart.
    # 2000 of them give about 3 (1 - exp(-2 * 0.02)) = 0.118, on examples whose squares have mean 1.
    assert 0.09 < float(state.centre["w"]) < 0.14


def test_only_what_the_estimator_trains_moves():
    frozen = evo.GradientDescent(Backprop(trainable=lambda path, leaf: "w" in path), ES.transformation)
    result = evo.run(
        frozen, Line(), seed=0, stop=evo.Steps(10), start={"w": np.float32(1), "b": np.ones(()), "f": jnp.tanh}
    )
    assert result.candidate["b"] == 1 and result.candidate["w"] != 1 and result.candidate["f"] is jnp.tanh


def test_a_start_is_copied():
    start = {"w": np.zeros(()), "b": np.ones(())}
    state = DESCENT.init(evo.Key(0), Line(), start)
    start["b"][()] = 7.0
    assert state.params["b"] == 1 and state.centre["b"] == 1


@pytest.mark.parametrize("engine", [evo.Engine.SCAN, evo.Engine.PYTHON])
def test_what_is_not_finite_ends_the_run_and_never_reaches_the_parameters(engine):
    descent = evo.GradientDescent(Backprop(), optax.sgd(0.02))
    with pytest.raises(ValueError, match=r"not finite from Cliff\(.*in step \d.*learning rate.*throw=False"):
        evo.run(descent, Cliff(), seed=0, stop=evo.Steps(100), engine=engine)
    result = evo.run(descent, Cliff(), seed=0, stop=evo.Steps(100), engine=engine, throw=False)
    assert result.reason is evo.Reason.NON_FINITE and 0 < result.steps < 100
    assert np.isfinite(result.value) and np.isfinite(np.asarray(result.candidate)).all()
    assert (result.state.evaluations, result.state.steps) == (1 + 3 * result.steps, result.steps)


@pytest.mark.parametrize("engine", [evo.Engine.SCAN, evo.Engine.PYTHON])
def test_a_run_that_ends_without_any_finite_pair_says_so(engine):
    es = AntitheticEs(4, 0.1, noise=Rademacher())
    task = Custom(lambda p, b, k: jnp.where(p[0] == 1.0, 1.0, jnp.nan), start=jnp.ones(3))
    descent, record = evo.GradientDescent(es, optax.sgd(0.1)), evo.Every(10, Info("dropped"), Info("norm"))
    settings = {"seed": 0, "stop": evo.Steps(5), "engine": engine}
    with pytest.raises(
        ValueError, match=r"(?s)not finite from .* in step 1\. No pair of 4 had two finite losses; .*sigma"
    ):
        evo.run(descent, task, **settings)
    result = evo.run(descent, task, **settings, record=record, throw=False)
    assert result.reason is evo.Reason.NON_FINITE and result.value == 1.0
    assert (result.trace["dropped"][-1], result.trace["norm"][-1]) == (4, 0)


def test_an_update_beyond_all_bounds_is_undone():
    wild = evo.GradientDescent(Backprop(), optax.sgd(1e38))
    result = evo.run(wild, Bowl(), seed=0, stop=evo.Steps(5), throw=False, start=jnp.full(3, 1e3))
    assert result.reason is evo.Reason.NON_FINITE and result.candidate.tolist() == [1e3] * 3
    assert int(result.state.state.step) == 1


def test_a_start_that_is_not_finite():
    result = evo.run(DESCENT, Cliff(), seed=0, stop=evo.Steps(5), throw=False, start=-jnp.ones(3))
    assert result.reason is evo.Reason.NON_FINITE and np.isnan(result.value)


MESSAGES = [
    (lambda: evo.run(DESCENT, lambda p, b, k: 0.0, seed=0), TypeError, r"`problem`.*evo.tasks.Custom\(loss, start="),
    (lambda: evo.run(DESCENT, Line(), seed=0), ValueError, r"`stop` is needed"),
    (
        lambda: evo.run(
            DESCENT, evo.BlackBox(sum, sense=evo.Sense.MINIMISE, start=np.ones(2)), seed=0, stop=evo.Steps(1)
        ),
        TypeError,
        r"`problem` must be a task.*evo.continuous",
    ),
    (
        lambda: evo.GradientDescent(Backprop, optax.sgd(0.1)),
        TypeError,
        r"`estimator` must be AbstractEstimator.*Backprop\(\)",
    ),
    (lambda: evo.GradientDescent(Backprop(), optax.sgd), TypeError, r"`transformation` must be an Optax.*optax.adam"),
    (
        lambda: evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(1), record=evo.Every(1, Metric("los"))),
        ValueError,
        r"`metric` must be one of its metrics \['bias', 'loss'\] \(Line\); got 'los'\. Did you mean 'loss'",
    ),
    (
        lambda: evo.run(DESCENT, Bowl(), seed=0, stop=evo.Steps(1), record=evo.Every(1, Metric("loss"))),
        ValueError,
        r"Bowl defines no metrics",
    ),
    (
        lambda: evo.run(DESCENT, Line(), seed=0, stop=evo.Steps(1), record=evo.Every(1, Info("nrm"))),
        ValueError,
        r"`entry` must be one of what the estimator reports, \['norm', 'scale'\]; got 'nrm'\. Did you mean 'norm'",
    ),
]


@pytest.mark.parametrize(("call", "kind", "match"), MESSAGES)
def test_messages(call, kind, match):
    with pytest.raises(kind, match=match):
        call()


def test_the_estimate_of_a_step_depends_on_the_key_and_the_step_alone():
    late = evo.run(ES, Line(), seed=4, stop=evo.Steps(3)).state.state
    early = evo.run(ES, Line(), seed=4, stop=evo.Steps(1)).state.state
    moved = early._replace(step=late.step, centre=late.centre, params=late.params)
    values = [ES.step(evo.Key(4), state, Line())[1].value for state in (late, moved, late._replace(step=late.step + 1))]
    assert values[0] == values[1] != values[2]
    assert child(jax.random.key(0), "step", 1) != child(jax.random.key(0), "step", 2)


def test_what_helps_where_lanes_begin_anew_one_by_one():
    for make in (PersistentEs, NoiseReuseEs):
        assert "lanes=Dealt()" in evo.GradientDescent(make(2, 0.1), optax.sgd(0.1)).remedy()
    assert "lanes" not in DESCENT.remedy()


@pytest.mark.slow
def test_lanes_of_a_text_begin_anew_one_by_one():
    """Shared lanes stop counting at the first end of the text, with the cause in the message; dealt ones go on."""
    task = evo.tasks.CharLm(
        "a bad cab " * 8, lambda V, key: WithReadout(Gru(V, 2, key=key), V, key=key), lanes=4, window=5
    )
    settings = {"seed": 0, "stop": evo.Steps(20)}
    with pytest.raises(ValueError, match=r"lanes=Dealt\(\) and as many pairs as lanes"):
        evo.run(evo.GradientDescent(PersistentEs(4, 0.1), optax.sgd(0.1)), task, **settings)
    dealt = evo.run(evo.GradientDescent(PersistentEs(4, 0.1, lanes=Dealt()), optax.sgd(0.1)), task, **settings)
    assert dealt.steps == 20
