"""Control tasks, where gymnax is installed."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import models as m
from evo.oracles import child
from evo.tasks import GymnaxControl

gymnax = pytest.importorskip("gymnax", reason="needs the extra control")
WEIGHTS = jnp.array([[0.0, 0.0, 0.0, 0.0], [0.1, 0.3, 1.0, 1.0]])


def linear(params, x):
    return params @ x


@pytest.mark.slow
def test_returns_are_those_of_the_environment():
    task = GymnaxControl("CartPole-v1", lambda key: WEIGHTS, linear, horizon=40, episodes=2)
    batch = task.batch(jax.random.key(0), 3)
    environment, settings = gymnax.make("CartPole-v1")
    for params, longest in ((WEIGHTS, 40), (-WEIGHTS, 12)):
        returns = []
        for key in batch:
            observation, state = environment.reset_env(child(key, "reset"), settings)
            total = 0.0
            for t in range(40):
                action = int(jnp.argmax(linear(params, observation)))
                observation, state, reward, ended, _ = environment.step_env(
                    child(key, "step", t), state, action, settings
                )
                total += float(reward)
                if ended:
                    break
            returns.append(total)
        loss = float(task.loss(params, batch, jax.random.key(9)))
        assert loss == -np.mean(returns) and -loss <= longest
    metrics = task.metrics(WEIGHTS, jax.random.key(0))
    assert float(metrics["return"]) == -float(metrics["loss"]) == 40.0


@pytest.mark.slow
def test_continuous_actions_and_strict_types():
    with jax.enable_x64(), jax.numpy_dtype_promotion("strict"):
        policy = lambda key: m.Mlp((3, 4, 1), key=key)  # noqa: E731
        task = GymnaxControl("Pendulum-v1", policy, horizon=5, episodes=2)
        params = task.start(jax.random.key(0))
        first, again = (
            float(jax.jit(lambda p, key: task.loss(p, task.batch(key, 0), key))(params, jax.random.key(1)))
            for _ in range(2)
        )
    assert first == again > 0


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: GymnaxControl("CartPole", lambda key: WEIGHTS, linear), ["`name`", "'CartPole'", "'CartPole-v1'"]),
        (lambda: GymnaxControl("CartPole-v1", 3), ["`policy`", "function", "3", "Mlp"]),
        (lambda: GymnaxControl("CartPole-v1", lambda key: WEIGHTS, linear, horizon=0), ["`horizon`", ">= 1", "0"]),
        (lambda: GymnaxControl("CartPole-v1", lambda key: WEIGHTS[:1], linear), ["`policy`", "(2,)", "(1,)", "action"]),
    ],
)
def test_refusals(make, parts):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    assert all(part in str(error.value) for part in parts), str(error.value)
