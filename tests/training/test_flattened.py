"""A task as a problem on vectors: the same losses, leaves that come back whole, and every strategy on top of it."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import evo
from evo import continuous as c
from evo.core.descriptions import described
from evo.oracles import AbstractSequenceTask, AbstractTask, Loss, Window, child, data_key, step_data
from evo.training import Flattened


class Net(eqx.Module):
    weight: jax.Array
    bias: jax.Array
    count: jax.Array
    activation: Callable

    def __call__(self, x):
        return self.activation(self.weight @ x + self.bias.astype(jnp.float32)).sum()


class Regression(AbstractTask):
    """A noisy fit with fresh examples in every step; the count of the network is drawn by the start."""

    scale: jax.Array
    aux: bool = eqx.field(static=True, default=False)

    def start(self, key):
        drawn = jax.random.normal(key.jax(), (3, 2)) / 2
        count = jax.random.randint(key.child("count").jax(), (), 0, 1000)
        return Net(drawn, jnp.zeros(3, jnp.bfloat16), count, jnp.tanh)

    def batch(self, key, step):
        x = jax.random.normal(child(key, "x", step), (16, 2))
        return x, self.scale * x[:, 0]

    def loss(self, params, batch, key):
        noise = 1e-3 * jax.random.normal(key, ())
        loss = jnp.mean((jax.vmap(params)(batch[0]) - batch[1]) ** 2) + noise + 0.0 * params.count
        return (loss, {"noise": noise}) if self.aux else loss


class Recall(AbstractSequenceTask):
    """One number to be kept for five steps."""

    dynamic = False

    def start(self, key):
        return jnp.zeros(2)

    def batch(self, key, step):
        inputs = jnp.zeros((5, 3)).at[0].set(jnp.arange(3.0))
        return Window(inputs, jnp.broadcast_to(jnp.arange(3.0), (5, 3)), jnp.zeros((5, 3), bool))

    def initial(self, params, lanes, key):
        return jnp.zeros(lanes)

    def advance(self, params, carry, x, y, key):
        carry = params[0] * carry + params[1] * x
        return carry, (carry - y) ** 2


TASK = Regression(jnp.float32(0.7))
KEY = evo.Key(5)


def test_the_losses_are_those_of_the_task():
    """On the batch and with the key of the step, the same for all candidates, whatever the chunk."""
    problem = Flattened(TASK)
    vectors = problem.start(KEY) + 0.1 * np.random.default_rng(0).standard_normal((10, 9))
    batch, key = step_data(TASK, data_key(KEY), 3)
    loss = eqx.filter_jit(TASK.loss)
    expected = [float(loss(problem.unflatten(vector, KEY), batch, key)) for vector in vectors]
    for chunk in (None, 3, 100):
        values = Flattened(TASK, chunk=chunk).evaluate(vectors, 3, KEY)
        assert values.dtype == np.float64
        np.testing.assert_allclose(values, expected, rtol=1e-5)
    assert abs(problem.evaluate(vectors, 4, KEY) - expected).min() > 1e-5
    with_aux = Flattened(Regression(jnp.float32(0.7), aux=True))
    np.testing.assert_allclose(with_aux.evaluate(vectors, 3, KEY), expected, rtol=1e-5)


def test_the_step_is_a_signed_number_as_in_training():
    def losses(params, batch, key):
        return jnp.sum(params) + batch

    task = evo.tasks.Custom(losses, start=jnp.zeros(2), batch=lambda key, step: jnp.asarray((step - 1) % 3, float))
    assert Flattened(task).evaluate(np.zeros((1, 2)), 0, evo.Key(0)).tolist() == [2.0]


def test_leaves_come_back_whole():
    problem = Flattened(TASK)
    start = TASK.start(KEY)
    vector = problem.start(KEY)
    assert vector.shape == (9,) and vector.dtype == np.float64
    assert eqx.tree_equal(problem.unflatten(vector, KEY), start)
    np.testing.assert_array_equal(problem.flatten(start), vector)
    changed = problem.unflatten(np.arange(9.0), KEY)
    np.testing.assert_array_equal(changed.weight, np.arange(6.0).reshape(3, 2))
    assert changed.bias.dtype == jnp.bfloat16 and changed.bias.tolist() == [6.0, 7.0, 8.0]
    assert changed.count == start.count and changed.activation is start.activation


def test_leaves_that_are_not_trained_keep_what_the_start_of_the_run_drew():
    only = Flattened(TASK, trainable=lambda path, leaf: "bias" in path)
    assert only.start(KEY).shape == (3,)
    tree = only.unflatten(np.ones(3), KEY)
    np.testing.assert_array_equal(tree.weight, TASK.start(KEY).weight)
    with pytest.raises(ValueError, match=r"`key` must be given, because leaves that are not trained depend on it"):
        only.unflatten(np.ones(3))
    result = evo.run(c.CmaEs(0.1), only, seed=7, stop=evo.Steps(2))
    found = only.unflatten(result.candidate, result.state.key)
    np.testing.assert_array_equal(found.weight, TASK.start(evo.Key(7)).weight)


def test_compiled_once():
    """Not per step, instance or run."""
    traced = []

    class Counted(Recall):
        def loss(self, params, batch, key):
            traced.append(1)
            return jnp.sum((params - batch.inputs[0, :2]) ** 2)

    for seed in (0, 1):
        evo.run(c.SepCmaEs(0.1, population=6), Flattened(Counted()), seed=seed, stop=evo.Steps(4))
    assert len(traced) == 2  # for the start alone, and for six candidates


@pytest.mark.parametrize(
    "optimizer", [c.SepCmaEs(0.2), c.Evosax("SNES", 0.2), c.PyCma(0.2)], ids=["SepCmaEs", "Evosax", "PyCma"]
)
def test_strategies_train(optimizer):
    problem = Flattened(TASK)
    held_out = step_data(TASK, data_key(evo.Key(99)), 0)

    def loss(vector):
        return float(TASK.loss(problem.unflatten(vector, KEY), *held_out))

    result = evo.run(optimizer, problem, seed=KEY, stop=evo.Steps(60))
    assert loss(result.candidate) < 0.2 * loss(problem.start(KEY))
    assert np.isnan(result.value)  # the batch changes with the step: the candidate is the centre of the search
    part = evo.run(optimizer, problem, seed=KEY, stop=evo.Steps(20))
    again = evo.run(optimizer, Flattened(TASK), seed=KEY, stop=evo.Steps(60), resume=part.state)
    np.testing.assert_array_equal(again.candidate, result.candidate)


def test_sequences_and_a_fixed_batch():
    problem = Flattened(Recall())
    result = evo.run(c.CmaEs(0.3), problem, seed=0, stop=evo.Steps(60))
    np.testing.assert_allclose(problem.unflatten(result.candidate), [1.0, 1.0], atol=1e-3)
    assert result.value < 1e-6
    given = evo.run(c.CmaEs(0.3), problem, seed=0, stop=evo.Steps(0), start=problem.flatten(jnp.ones(2)))
    assert given.value == 0.0


def test_they_compare_by_value():
    assert Flattened(TASK) == Flattened(Regression(jnp.float32(0.7))) != Flattened(Regression(jnp.float32(0.8)))
    assert hash(Flattened(TASK)) == hash(Flattened(Regression(jnp.float32(0.7))))
    assert Flattened(TASK) != Flattened(TASK, chunk=3)
    assert Flattened(Recall()) == pickle.loads(pickle.dumps(Flattened(Recall())))
    assert repr(Flattened(Recall())) == "Flattened(Recall())"


def test_messages():
    problem = Flattened(TASK)
    for given in (3, lambda params, batch, key: 0.0, Loss(lambda params, batch, key: 0.0)):
        with pytest.raises(
            TypeError, match=r"`task` must be a task, with param.*; got .*(3|function|Loss).* Wrap .*start="
        ):
            Flattened(given)
    with pytest.raises(ValueError, match="`chunk` must be an integer >= 1; got 0"):
        Flattened(TASK, chunk=0)
    with pytest.raises(ValueError, match=r"`vector` must have shape \(D,\) with D = 9; got an array of shape \(8,\)"):
        problem.unflatten(np.zeros(8), KEY)
    with pytest.raises(ValueError, match=r"`candidates` must have shape \(k, D\) with D = 9"):
        problem.evaluate(np.zeros((2, 8)), 0, KEY)
    with pytest.raises(ValueError, match="stop"):
        evo.run(c.CmaEs(0.1), problem, seed=0)


def test_what_is_kept_does_not_describe_the_problem():
    problem = Flattened(Recall())
    before = described("problem", problem)
    problem.evaluate(problem.start(KEY)[None], 0, KEY)
    assert described("problem", problem) == before
