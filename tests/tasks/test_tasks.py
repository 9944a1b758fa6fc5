"""What holds for every task: data by key and step, losses and gradients in either precision."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import evo
from evo import tasks as t
from evo.oracles import AbstractSequenceTask, AbstractTask, Window
from tests.models.cases import quick
from tests.tasks import cases

EACH = pytest.mark.parametrize("name", cases.TASKS)


def test_every_task_has_a_case():
    built = {name.split(",")[0] for name in cases.TASKS}
    classes = {n: getattr(t, n) for n in t.__all__ if inspect.isclass(getattr(t, n))}
    public = {n for n, kind in classes.items() if issubclass(kind, AbstractTask) and not inspect.isabstract(kind)}
    assert public - built == {"GymnaxControl"}  # tested beside, where its package is


@EACH
def test_data_and_losses(name):
    with jax.enable_x64(), jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        task = cases.TASKS[name]()
        params = task.start(evo.Key(0))
        key = jax.random.key(3)

        @quick
        def asked(params, key, step):
            batch = task.batch(key, step)
            return batch, task.loss(params, batch, key)

        first, again, later = (asked(params, key, np.int32(step)) for step in (1, 1, 2))
        other = asked(params, jax.random.key(4), np.int32(1))
        slope = jax.eval_shape(jax.grad(lambda p: task.loss(p, first[0], key)), params)
        metrics = jax.eval_shape(task.metrics, params, key)
    batch, loss = first
    same = lambda a, b: all(  # noqa: E731
        np.array_equal(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    )
    assert same(first, again)
    fixed = name in cases.DETERMINISTIC
    assert task.dynamic is not fixed
    assert same(batch, later[0]) is fixed and same(batch, other[0]) is (fixed or name == "LeakyTracking")
    assert loss.shape == () and np.isfinite(loss) and loss.dtype == jnp.float64
    assert jax.tree.structure(slope) == jax.tree.structure(params)
    assert all(value.shape == () for value in metrics.values())
    if name not in ("Custom", "Custom, function"):
        assert "loss" in metrics
    assert isinstance(task, AbstractSequenceTask) is (name in cases.SEQUENCES)


@EACH
def test_default_precision(name):
    task = cases.TASKS[name]()
    params = task.start(jax.random.key(0))

    def asked(params, key):
        batch = task.batch(key, 0)
        return batch, task.loss(params, batch, key)

    batch, loss = jax.eval_shape(asked, params, jax.random.key(0))
    assert loss.dtype == jnp.float32
    if name in cases.SEQUENCES:
        assert isinstance(batch, Window)
        T, B = batch.reset.shape
        assert batch.inputs.shape[:2] == batch.targets.shape[:2] == (T, B)
        carry = jax.eval_shape(lambda p: task.initial(p, B, jax.random.key(0)), params)
        after, losses = jax.eval_shape(
            lambda p, c, b: task.advance(p, c, b.inputs[0], b.targets[0], jax.random.key(0)), params, carry, batch
        )
        shapes = lambda tree: [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)]  # noqa: E731
        assert shapes(after) == shapes(carry) and all(shape[0] == B for shape, _ in shapes(carry))
        assert losses.shape == (B,)


@pytest.mark.parametrize("name", ["Digits", "CharLm"])
def test_arrays_are_leaves_of_the_task(name):
    """So that compiled functions take data as arguments instead of keeping copies in their code."""
    task = cases.TASKS[name]()
    assert sum(np.size(leaf) for leaf in jax.tree.leaves(task)) >= 280


def test_the_start_depends_on_the_key_in_any_form():
    task = t.Quadratic(3)
    key = evo.Key(0)
    np.testing.assert_array_equal(task.start(key), task.start(key.jax()))
    assert not np.array_equal(task.start(key), task.start(evo.Key(1)))


def test_evaluation_by_the_interface_of_problems():
    task = t.Quadratic(2, condition=4.0)
    values = task.evaluate([jnp.zeros(2), jnp.array([2.0, 1.0])], 0, evo.Key(0))
    np.testing.assert_allclose(values, [0.0, 1.0])
