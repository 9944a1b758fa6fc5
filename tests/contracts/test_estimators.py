"""Every public estimator and part of one has a case, and every case keeps the contract of estimators."""

from __future__ import annotations

import contextlib
import inspect

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import estimators as e
from evo.experiments.references import bibtex
from evo.oracles import AbstractSequenceTask, Window
from tests.cases import estimators, sequence_estimators

CASES = estimators() | sequence_estimators()
FAST = {"AntitheticEs", "SurrogateEs"}
NUMBERS = ["AntitheticEs", "GuidedEs", "LowRankEs", "SurrogateEs"]
NAMES = [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
KEY = jax.random.key(11)


@contextlib.contextmanager
def default_flags():
    yield


@contextlib.contextmanager
def strict_flags():
    with jax.enable_x64(True), jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        yield


def parts_of(module):
    """The classes of a module and of all modules inside it."""
    found = {type(module)}
    for value in vars(module).values():
        if isinstance(value, eqx.Module):
            found |= parts_of(value)
    return found


def test_every_public_class_has_a_case():
    covered = set().union(*(parts_of(case) for case in CASES.values()))
    public = [getattr(e, name) for name in e.__all__]
    concrete = [
        item
        for item in public
        if inspect.isclass(item) and issubclass(item, eqx.Module) and not item.__name__.startswith("Abstract")
    ]
    assert [item.__name__ for item in concrete if item not in covered] == [], "add a case to tests/cases.py"


def test_what_an_estimator_rests_on_is_in_the_bibliography():
    for name, case in CASES.items():
        assert case.reference or name == "Backprop"
        assert bibtex(case.reference).count("@") == len(case.reference)


def dictionary():
    return {"w": jnp.linspace(-1.0, 1.0, 9).reshape(3, 3), "b": jnp.ones(3), "steps": jnp.arange(2, dtype=jnp.int32)}


def loss(params, batch, key):
    """Quartic, so that no estimate is trivial, with a random part."""
    out = jnp.tanh(batch @ params["w"] + params["b"][None, :])
    shift = jax.random.normal(key, (), out.dtype) * np.asarray(0.01, out.dtype)
    return jnp.mean(out**2) + jnp.mean(out) * shift


def data():
    return jnp.linspace(0.0, 1.0, 18).reshape(6, 3)


class Counted:
    """A loss that counts how often it is traced."""

    def __init__(self):
        self.calls = []

    def __call__(self, params, batch, key):
        self.calls.append(1)
        return loss(params, batch, key)


class Unfolding(AbstractSequenceTask):
    """A small recurrent network that counts how often its step is traced."""

    calls: list = eqx.field(static=True, default_factory=list)

    def start(self, key):
        return dictionary()

    def batch(self, key, step):
        inputs = jnp.linspace(0.0, 1.0, 48).reshape(2, 8, 3)
        return Window(inputs, inputs**2, jnp.zeros((2, 8), bool))

    def initial(self, params, lanes, key):
        return jnp.zeros((lanes, 3), params["w"].dtype)

    def advance(self, params, carry, x, y, key):
        self.calls.append(1)
        shift = jax.random.normal(key, (), carry.dtype) * np.asarray(0.01, carry.dtype)
        carry = jnp.tanh(carry @ params["w"] + params["b"][None, :] + x)
        return carry, jnp.mean((carry - y) ** 2, axis=1) + shift * jnp.mean(carry, axis=1)


def problem(name):
    """An estimator, a task that it can ask, and a batch; made anew under the flags of the moment."""
    if name in sequence_estimators():
        task = Unfolding()
        return sequence_estimators()[name], task, task.batch(None, 0)
    return estimators()[name], Counted(), data()


def shapes(tree):
    return jax.tree.map(lambda x: (jnp.shape(x), jnp.asarray(x).dtype, jnp.asarray(x).weak_type), tree)


def snapshot(tree):
    return jax.tree.map(np.array, tree)


def same(a, b):
    jax.tree.map(np.testing.assert_array_equal, snapshot(a), snapshot(b))


def near(a, b, relative=1e-4):
    """Equal to rounding: losses of order 1 in float32, divided by 2 sigma and more."""

    def check(x, y):
        np.testing.assert_allclose(x, y, rtol=relative, atol=relative * max(1e-3, float(np.abs(y).max())))

    jax.tree.map(check, snapshot(a), snapshot(b))


@pytest.mark.parametrize("flags", [default_flags, pytest.param(strict_flags, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_contract(name, flags):
    with flags():
        (es, task, batch), params = problem(name), dictionary()
        state = es.init(KEY, task, params, batch)
        before = snapshot((params, batch, state))
        call = eqx.filter_jit(lambda es, key, params, batch, state: es.estimate(key, task, params, batch, state))
        found, after = call(es, KEY, params, batch, state)
        traced = len(task.calls)
        # One key, one result; inputs as they were; other keys, other results unless nothing is random.
        same(call(es, KEY, params, batch, state), (found, after))
        same((params, batch, state), before)
        other, _ = call(es, jax.random.key(12), params, batch, after)
        assert not np.array_equal(other.grads["w"], found.grads["w"])
        # The state keeps its shape; the estimate has that of the trained parameters.
        assert shapes(after) == shapes(state)
        assert jax.tree.structure(after) == jax.tree.structure(state)
        assert found.grads["steps"] is None
        for leaf in ("w", "b"):
            assert found.grads[leaf].shape == params[leaf].shape and found.grads[leaf].dtype == params[leaf].dtype
        assert np.isfinite(found.value) and found.value.shape == ()
        assert all(jnp.shape(value) == () for value in found.info.values()) and isinstance(found.evaluations, int)
        # Numbers are arrays: another sigma is no other program.
        if hasattr(es, "sigma"):
            wider = eqx.tree_at(lambda es: es.sigma, es, es.sigma * np.asarray(2.0, es.sigma.dtype))
            changed, _ = call(wider, KEY, params, batch, state)
            assert not np.array_equal(changed.grads["w"], found.grads["w"])
        assert len(task.calls) == traced
        assert es.reference is not None


@pytest.mark.slow
@pytest.mark.parametrize("flags", [default_flags, strict_flags])
@pytest.mark.parametrize("name", CASES)
def test_compiled_or_not_mapped_or_not(name, flags):
    with flags():
        (es, task, batch), params = problem(name), dictionary()
        state = es.init(KEY, task, params, batch)
        keys = jax.random.split(jax.random.key(3), 3)

        def call(key):
            found, after = es.estimate(key, task, params, batch, state)
            return found.value, found.grads, after

        # MeZO divides losses of order 1 by 2e-3: rounding 500 times larger.
        relative = 1e-4 if getattr(es, "sigma", 1.0) > 0.01 else 2e-2
        near(call(keys[0]), jax.jit(call)(keys[0]), relative)
        mapped = jax.jit(jax.vmap(call))(keys)
        looped = [jax.jit(call)(key) for key in keys]
        near(mapped, jax.tree.map(lambda *x: np.stack(x), *looped), relative)


@pytest.mark.slow
@pytest.mark.parametrize("name", NUMBERS)
def test_sweeps_by_vmap(name):
    es, params, batch = estimators()[name], dictionary(), data()
    state = es.init(KEY, loss, params, batch)
    many = eqx.tree_at(lambda es: es.sigma, es, jnp.array([0.05, 0.1]))
    axes = jax.tree.map(lambda _: None, eqx.filter(many, eqx.is_array))
    axes = eqx.tree_at(lambda es: es.sigma, axes, 0, is_leaf=lambda x: x is None)
    arrays, rest = eqx.partition(many, eqx.is_array)

    def grads(arrays):
        return eqx.combine(arrays, rest).estimate(KEY, loss, params, batch, state)[0].grads

    swept = jax.jit(jax.vmap(grads, in_axes=(axes,)))(arrays)
    near(jax.tree.map(lambda x: x[1], swept), es.estimate(KEY, loss, params, batch, state)[0].grads)


def equinox_model():
    model = eqx.nn.MLP(3, 3, 5, 1, key=jax.random.key(0))
    return model, lambda model, batch, key: jnp.mean(jax.vmap(model)(batch) ** 2)


def flax_model():
    from flax import linen

    model = linen.Dense(3)
    return model.init(jax.random.key(0), data()), lambda params, batch, key: jnp.mean(model.apply(params, batch) ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("make", [equinox_model, flax_model])
@pytest.mark.parametrize("name", [*NUMBERS, "Backprop"])
def test_models_of_other_libraries(name, make):
    es, (params, task) = CASES[name], make()
    state = es.init(KEY, task, params, data())
    step = eqx.filter_jit(es.value_and_grad(task))
    start = float(task(params, data(), KEY))
    for t in range(30):
        _, grads, state = step(state, jax.random.key(t), params, data())
        params = eqx.apply_updates(params, jax.tree.map(lambda g: -0.3 * g, grads))
    assert float(task(params, data(), KEY)) < start
    assert jax.tree.structure(grads) == jax.tree.structure(eqx.filter(params, eqx.is_inexact_array))
