"""What every estimator takes: losses with auxiliary outputs, arrays of numpy, trees of several precisions."""

from __future__ import annotations

import contextlib

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import AntitheticEs, Backprop, GuidedEs, LowRankEs, Orthogonal, SurrogateEs
from evo.estimators.parameters import norm, split
from tests.estimators.measuring import refuses

KEY = jax.random.key(4)
ESTIMATORS = [
    Backprop(),
    AntitheticEs(2, 0.1),
    AntitheticEs(2, 0.1, directions=Orthogonal()),
    GuidedEs(2, 0.1),
    SurrogateEs(2, 0.1),
    LowRankEs(2, 0.1),
]
each = pytest.mark.parametrize("es", ESTIMATORS, ids=lambda es: type(es).__name__)


@contextlib.contextmanager
def strict_float64():
    with jax.enable_x64(True), jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        yield


def test_an_auxiliary_output_may_be_none():
    def loss(params, batch, key):
        return jnp.sum(params**2), None

    es, params = AntitheticEs(2, 0.1), jnp.ones(3)
    (value, aux), _, _ = es.value_and_grad(loss, has_aux=True)(es.init(KEY, loss, params, None), KEY, params, None)
    assert np.isfinite(value) and aux is None
    with pytest.raises(ValueError, match=r"`has_aux` must tell .* got True and a scalar alone"):
        es.value_and_grad(lambda *given: loss(*given)[0], has_aux=True)(None, KEY, params, None)


def test_backprop_evaluates_a_loss_with_an_auxiliary_output_once():
    calls = []

    def loss(params, batch, key):
        calls.append(1)
        return jnp.sum(params * jax.random.normal(key, (3,))), jnp.sum(params)

    params = jnp.ones(3)
    with jax.debug_key_reuse(True):
        found, _ = Backprop().estimate(KEY, loss, params, None, None)
    assert len(calls) == 2  # once for its shapes
    np.testing.assert_allclose(found.aux, 3.0)


@pytest.mark.parametrize("size", [1e-30, 1e25, 3e38])
def test_the_norm_of_entries_at_the_ends_of_the_range(size):
    np.testing.assert_allclose(norm({"a": jnp.full(1, size), "b": jnp.zeros(3)}), size, rtol=1e-6)


def begin(loss=lambda params, batch, key: jnp.sum(params), params=jnp.ones(3), key=KEY, **settings):  # noqa: B008
    return AntitheticEs(2, 0.1, **settings).init(key, loss, params, None)


REFUSALS = [
    (lambda: begin(trainable=False), ValueError, "`trainable`", "got none of params", "at least one leaf", "paths"),
    (
        lambda: begin(trainable=lambda leaf: True),
        TypeError,
        "`trainable`",
        "takes 1 positional argument but 2 were given). ",
        "take (path, leaf) and return True or False",
        "lambda path, leaf:",
    ),
    (
        lambda: begin(params={"w": jnp.ones(3), "act": jnp.tanh}, trainable=lambda path, leaf: leaf.ndim > 1),
        TypeError,
        "`trainable`",
        "got AttributeError at `['act']` (",
        "for every leaf",
        "no arrays",
    ),
    (
        lambda: begin(trainable=lambda path, leaf: None),
        TypeError,
        "`trainable`",
        "got None of type NoneType at `params`. ",
        "return True or False",
        "lambda path, leaf:",
    ),
    (
        lambda: jax.jit(lambda p: begin(params=p, trainable=lambda path, leaf: leaf.sum() > 0))(jnp.ones(3)),
        TypeError,
        "`trainable`",
        "got a traced value of type",
        "return True or False",
        "lambda path, leaf:",
    ),
    (
        lambda: begin(key=jax.random.split(KEY)),
        ValueError,
        "`key`",
        "an array of keys of shape (2,). ",
        "be a single key",
        "fold_in",
    ),
    (
        lambda: begin(lambda params, batch, key: params),
        TypeError,
        "`loss`",
        "got an array of shape (3,) and dtype float32. ",
        "return one real number",
        "mean",
    ),
    (lambda: begin(lambda *_: (0.0, 1, 2)), TypeError, "`loss`", "got a tuple of 3", "or a pair", "one tree"),
    (
        lambda: begin(params=jnp.ones(3, complex)),
        TypeError,
        "`params`",
        "got an array of shape (3,) and dtype complex64. ",
        "be real",
        "two arrays",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case):
    refuses(*case)


def test_a_network_of_bools_is_no_predicate():
    model = eqx.nn.Linear(3, 2, key=KEY)
    flags = eqx.tree_at(lambda tree: tree.weight, jax.tree.map(lambda _: False, model), True)
    found = split(model, flags).centre
    assert found.bias is None and found.weight.shape == (2, 3)
    assert split(model, lambda path, leaf: np.bool_(path == ".bias")).centre.weight is None


@each
def test_arrays_of_numpy_are_what_jax_takes_them_for(es):
    def loss(params, batch, key):
        return jnp.sum(params["a"] ** 2)

    wide, plain = {"a": np.ones((3, 3))}, {"a": jnp.ones((3, 3))}
    found, expected = (es.estimate(KEY, loss, p, None, es.init(KEY, loss, p, None))[0] for p in (wide, plain))
    np.testing.assert_array_equal(found.grads["a"], expected.grads["a"])


@each
def test_leaves_of_several_precisions_under_strict_promotion(es):
    def loss(params, batch, key):
        half = jnp.sum((params["half"] @ jnp.ones((4, 2), jnp.bfloat16)) ** 2)
        return jnp.sum(params["wide"] ** 2) + (jnp.sum(params["single"] ** 2) + half.astype("float32")).astype(
            "float64"
        )

    with strict_float64():
        params = {
            "wide": jnp.ones(4, "float64"),
            "single": jnp.ones((3, 4), "float32"),
            "half": jnp.ones((4, 4), jnp.bfloat16),
        }
        state = es.init(KEY, loss, params, None)
        for _ in range(2):
            found, state = es.estimate(KEY, loss, params, None, state)
        assert {name: str(x.dtype) for name, x in found.grads.items()} == {
            "wide": "float64",
            "single": "float32",
            "half": "float32",
        }
        assert np.isfinite(found.info["norm"])
