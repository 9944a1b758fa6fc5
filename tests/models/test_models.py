"""What holds for every model: size, one example in, gradients, types, purity."""

from __future__ import annotations

import contextlib
import inspect

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import models as m
from tests.models import cases

ALL = {**cases.MAPS, **cases.RECURRENT}
EACH = pytest.mark.parametrize("name", ALL)


@contextlib.contextmanager
def strict():
    """Float64, and neither types nor ranks are promoted."""
    with jax.enable_x64(), jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        yield


def inputs(case):
    """One input of the sequence form of the model."""
    return np.stack([case.x, 0.5 * case.x, -case.x]) if case in cases.RECURRENT.values() else case.x


def test_every_model_has_a_case():
    built = {name.split(",")[0] for name in ALL}
    concrete = {name for name in m.__all__ if inspect.isclass(getattr(m, name)) and not name.startswith("Abstract")}
    assert concrete - built == {"Tokens", "Vectors", "SoftmaxAttention", "LinearAttention"}  # parts of the transformer


@EACH
def test_size_and_types(name):
    case = ALL[name]
    for switch, dtype in ((contextlib.nullcontext, "float32"), (strict, "float64")):
        with switch():
            shapes = jax.tree.leaves(eqx.filter_eval_shape(case.build, jax.random.key(1)))
            assert sum(leaf.size for leaf in shapes) == case.parameters
            assert {leaf.dtype.name for leaf in shapes} == {dtype}
    with jax.numpy_dtype_promotion("strict"):
        model = cases.filled(case.build, jnp.bfloat16)
        out = jax.eval_shape(lambda: cases.sequence(model)(jnp.asarray(inputs(case))))
    assert out.dtype == jnp.bfloat16


@EACH
def test_gradient(name):
    case = ALL[name]
    with strict():
        model, direction = cases.filled(case.build), cases.filled(case.build, seed=2)
        x = jnp.asarray(inputs(case))
        value_and_grad = cases.quick(jax.value_and_grad(lambda model: jnp.mean(jnp.sin(cases.sequence(model)(x)))))
        gradient = value_and_grad(model)[1]
        slope = sum(
            float(np.vdot(g, v)) for g, v in zip(jax.tree.leaves(gradient), jax.tree.leaves(direction), strict=True)
        )
        step = 1e-5
        ahead, behind = (
            value_and_grad(jax.tree.map(lambda leaf, v, by=by: leaf + by * v, model, direction))[0]
            for by in (step, -step)
        )
        assert ahead.dtype == jnp.float64
        # truncation step^2 |f'''| with |f'''| of order 1e2, rounding 1e-16 / step
        assert abs(float(ahead - behind) / (2 * step) - slope) < 1e-7 * max(1.0, abs(slope))
        assert abs(slope) > 1e-3


@EACH
def test_mapped_as_one_by_one(name):
    case = ALL[name]
    model = cases.filled(case.build, "float32")
    batch = jnp.asarray(np.stack([case.x, case.x[::-1]]))

    @cases.quick
    def both(model, batch):
        function = (lambda x: model(model.initial(), x)) if name in cases.RECURRENT else model
        return jax.vmap(function)(batch), [function(x) for x in batch]

    mapped, singles = both(model, batch)
    for index, single in enumerate(singles):
        for a, b in zip(jax.tree.leaves(mapped), jax.tree.leaves(single), strict=True):
            np.testing.assert_allclose(a[index], b, atol=2e-5)  # float32, other order of summation


@pytest.mark.parametrize("name", cases.RECURRENT)
def test_scan_is_step_by_step(name):
    case = cases.RECURRENT[name]

    @cases.quick
    def both(model, xs):
        carry, steps = model.initial(), []
        for x in xs:
            after, y = model(carry, x)
            assert jax.tree.map(jnp.shape, after) == jax.tree.map(jnp.shape, carry)
            carry = after
            steps.append(y)
        return m.Unrolled(model)(xs), jnp.stack(steps)

    with strict():
        model = cases.filled(case.build)
        scanned, steps = both(model, cases.vectors(4, 3))
    assert steps.shape == (4, model.outputs)
    np.testing.assert_allclose(scanned, steps, atol=1e-12)


def test_the_same_key_gives_the_same_network():
    first, again, other = (m.Mlp((3, 2), key=jax.random.key(seed)).layers[0].weight for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


KEY = jax.random.key(0)


def step(build, x):
    model = cases.filled(lambda key: build(3, 4, key=key))
    return model(model.initial(), x)


def on_graph(x, adjacency):
    return cases.filled(lambda key: m.GraphTransformer(3, 4, readout=2, key=key))(x, adjacency)


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: m.Mlp((5,), key=KEY), ["`sizes`", "at least two", "(5,)", "(64, 32, 10)"]),
        (lambda: m.Mlp(5, key=KEY), ["`sizes`", "tuple or list", "5", "(64, 32, 10)"]),
        (lambda: m.Mlp((5, 0), key=KEY), ["`sizes`", ">= 1", "0"]),
        (lambda: m.Mlp((5, 2), gain=0.0, key=KEY), ["`gain`", "(0, inf)", "0.0", "sqrt(2)"]),
        (lambda: m.Mlp((5, 2), activation="relu", key=KEY), ["`activation`", "function", "'relu'", "jax.nn.relu"]),
        (lambda: m.Mlp((5, 2), key=0), ["`key`", "JAX key", "0", "jax.random.key"]),
        (
            lambda: cases.filled(lambda key: m.Mlp((5, 2), key=key))(jnp.ones((3, 5))),
            ["`x`", "(5,)", "(3, 5)", "jax.vmap"],
        ),
        (lambda: step(m.Lstm, jnp.ones(2)), ["`x`", "(3,)", "(2,)"]),
        (lambda: m.Lru(3, 4, low=0.9, high=0.5, key=KEY), ["`low`", "[0, 0.5)", "0.9", "moduli"]),
        (lambda: m.Gru(3, 0, key=KEY), ["`hidden`", ">= 1", "0", "hidden=32"]),
        (lambda: m.WithReadout(m.Mlp((1, 1), key=KEY), 2, key=KEY), ["`cell`", "AbstractRecurrent", "Mlp", "Lstm"]),
        (lambda: m.Transformer(60, key=KEY), ["`reads`", "Tokens or Vectors", "60", "Tokens(60)"]),
        (lambda: m.Transformer(m.Tokens(3), 10, heads=4, key=KEY), ["`width`", "multiple of heads=4", "10"]),
        (lambda: m.Transformer(m.Vectors(3), key=KEY), ["`readout`", "None", "outputs"]),
        (lambda: m.Transformer(m.Tokens(3), attention="linear", key=KEY), ["`attention`", "'linear'", "Linear"]),
        (
            lambda: cases.filled(lambda key: m.Transformer(m.Tokens(3), 8, context=2, key=key))(jnp.arange(3)),
            ["`x`", "context=2", "3 positions"],
        ),
        (
            lambda: cases.filled(lambda key: m.Transformer(m.Tokens(3), 8, key=key))(jnp.ones((3, 2))),
            ["`x`", "(T,)", "(3, 2)", "vmap"],
        ),
        (
            lambda: cases.filled(lambda key: m.Transformer(m.Vectors(3), 8, readout=1, key=key))(jnp.ones((3, 2))),
            ["`x`", "(T, 3)", "(3, 2)"],
        ),
        (lambda: m.GraphTransformer(0, readout=2, key=KEY), ["`inputs`", ">= 1", "0"]),
        (lambda: m.GraphTransformer(3, 9, readout=2, key=KEY), ["`width`", "multiple of heads=2", "9"]),
        (lambda: on_graph(jnp.ones((4, 2)), cases.cycle(4)), ["`x`", "(nodes, 3)", "(4, 2)", "jax.vmap"]),
        (lambda: on_graph(jnp.ones((4, 3)), cases.cycle(5)), ["`adjacency`", "Boolean", "(4, 4)", "(5, 5)"]),
        (lambda: on_graph(jnp.ones((4, 3)), jnp.eye(4)), ["`adjacency`", "Boolean", "float32", "neighbours"]),
        (lambda: m.Rereading(3, 3, 6), ["`network`", "network of sequences", "3", "Transformer"]),
        (lambda: m.Rereading(lambda x: x[0], 3, 6), ["`network`", "(6, outputs)", "(3,)", "Transformer"]),
        (lambda: m.Rereading(lambda x: (x, x), 3, 6), ["`network`", "(6, outputs)", "()", "Transformer"]),
        (lambda: m.Rereading(lambda x: x, 3, 0), ["`context`", ">= 1", "0", "context=6"]),
        (lambda: m.Tokens(0), ["`vocabulary`", ">= 1", "0"]),
    ],
)
def test_refusals(make, parts):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    assert all(part in str(error.value) for part in parts), str(error.value)
