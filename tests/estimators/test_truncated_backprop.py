"""Truncated backpropagation against automatic differentiation of the whole, and against closed forms."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import Backprop, TruncatedBackprop
from evo.estimators.backprop import NoState
from evo.oracles import unroll
from evo.tasks import LeakyTracking
from tests.estimators.windows import Recurrent, distance, estimate, followed, stream

ROUNDING = 1e-13


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64():
        yield


def test_one_window_is_backprop():
    task, key = Recurrent(), jax.random.key(0)
    params, window = task.start(None), stream(1, 3, 4, [(2, 1)])[0]
    (found,), _ = followed(TruncatedBackprop(), task, params, [window])
    expected, _ = estimate(Backprop(), key, task, params, window, NoState())
    assert distance(found.grads, expected.grads) < ROUNDING
    assert float(found.value) == pytest.approx(float(expected.value), rel=ROUNDING)
    assert found.evaluations == expected.evaluations == 3


def test_the_carry_goes_on_without_gradient():
    task, key = Recurrent(), jax.random.key(0)
    params, windows = task.start(None), stream(3, 3, 4, [(4, 0)])
    found, state = followed(TruncatedBackprop(), task, params, windows)
    carry = task.initial(params, 4, key)
    windows[0].reset[0] = True  # as the estimator does by itself

    @jax.jit
    @functools.partial(jax.value_and_grad, has_aux=True)
    def loss(params, carry, window):
        after, losses = unroll(task, params, carry, window, key)
        return jnp.mean(losses), after

    for one, window in zip(found, windows, strict=True):
        (value, carry), grads = loss(params, carry, window)
        assert distance(one.grads, grads) < ROUNDING
        assert float(one.value) == pytest.approx(float(value), rel=ROUNDING)
    assert distance(state.carry, carry) < ROUNDING


def test_the_gradient_within_windows_is_that_of_the_closed_form():
    task, params = LeakyTracking(np.arange(1.0, 4.0), length=50, window=10), jnp.full(3, 0.3)
    found, _ = followed(TruncatedBackprop(), task, params, [task.batch(None, step) for step in range(5)])
    within = jnp.diagonal(task.window_gradients(params)).T
    assert distance([one.grads for one in found], list(within)) < ROUNDING
    assert distance(found[1].grads, task.gradient(params)) > 0.1


def test_untrained_leaves():
    task, key, window = Recurrent(), jax.random.key(0), stream(1, 3, 4, [])[0]
    params, estimator = task.start(None), TruncatedBackprop(trainable=lambda path, leaf: "y" not in path)
    state = jax.eval_shape(lambda key: estimator.init(key, task, params, window), key)
    found, after = jax.eval_shape(lambda key, state: estimator.estimate(key, task, params, window, state), key, state)
    assert found.grads["y"] is None and found.grads["w"].shape == (3, 3)
    assert jax.tree.leaves(state) == jax.tree.leaves(after)
