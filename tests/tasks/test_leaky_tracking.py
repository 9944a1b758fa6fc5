"""The leaky integrator: closed forms against automatic differentiation, and its stream of windows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize

from evo.oracles import staggered, unroll
from evo.tasks import LeakyTracking


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64():
        yield


def test_closed_forms_are_the_derivatives():
    task, key = LeakyTracking(np.array([1.0, -2.0]), length=12, window=3, retention=0.8, gain=0.3), jax.random.key(0)
    params = jnp.array([0.5, 1.5])

    def losses(by_window):  # the mean loss of each window, with parameters of its own for each
        carry, found = task.initial(params, 1, key), []
        for w in range(4):
            window = task.batch(key, w)
            carry, loss = unroll(task, by_window[w], carry, window._replace(reset=jnp.zeros((3, 1), bool)), key)
            found.append(jnp.mean(loss))
        return jnp.stack(found)

    by_window = jax.jit(jax.jacrev(losses))(jnp.broadcast_to(params, (4, 2)))
    np.testing.assert_allclose(task.window_gradients(params), by_window, rtol=0, atol=1e-14)
    np.testing.assert_allclose(task.gradient(params), np.mean(np.sum(by_window, axis=1), axis=0), rtol=0, atol=1e-14)


def test_best_and_metrics():
    task = LeakyTracking(np.array([1.0, -2.0]), length=12, retention=0.8, gain=0.3)
    loss = jax.jit(lambda params: task.metrics(params, None)["loss"])
    window = task.batch(jax.random.key(0), 0)
    assert float(loss(jnp.ones(2))) == pytest.approx(
        float(task.loss(jnp.ones(2), window, jax.random.key(0))), rel=1e-14
    )
    found = scipy.optimize.minimize(lambda x: float(loss(jnp.asarray(x))), np.zeros(2), tol=1e-10)
    assert task.best == pytest.approx(found.fun, rel=1e-8)


def test_windows_of_a_stream_with_lanes_apart():
    task = LeakyTracking([1.0], length=12, window=3, delays=staggered(lanes=2, windows=4))
    begins = [task.batch(None, step).reset[:, :].any(axis=0).tolist() for step in range(7)]
    first, second = zip(*begins, strict=True)
    assert first == (True, False, False, False, True, False, False)
    assert second == (True, False, True, False, False, False, True)
    assert not task.batch(None, 0).reset[1:].any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 5}, r"`window` must divide the length of an episode, 12; got 5. Pass"),
        ({"retention": 1.0}, r"`retention` must be a number in \(0, 1\); got 1.0. Pass"),
        ({"target": [[1.0]]}, r"`target` must be a vector .*; got an array of shape \(1, 1\).* Pass"),
    ],
)
def test_refusals(settings, message):
    with pytest.raises(ValueError, match=message):
        LeakyTracking(**{"target": [1.0], "length": 12, **settings})
