"""The loss through thin factors equals the loss at weights that are written out, for models that know nothing of it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from evo import models
from evo.estimators import LowRankEs
from evo.estimators.base import evaluator
from evo.estimators.parameters import split
from evo.estimators.smoothing.low_rank.traced import traced_loss

KEY = jax.random.key(0)
#: a loss is a composition of some tens of float64 operations on numbers of order 1
ROUNDING = 1e-11
#: each is run twice: not worth optimising
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


@pytest.fixture(autouse=True)
def _float64():
    with jax.enable_x64(True):
        yield


def both(loss, params, batch, rank):
    """A function of the step: the loss through the factors, and the loss at W + step A B^T / sqrt(r)."""
    traced = traced_loss(evaluator(loss, params, batch, KEY), split(params), KEY, rank)
    noise = filled(traced.shapes())
    unit = [
        own if leaves is None else np.sum(own[0] * own[1], -1) / rank**0.5
        for own, leaves in zip(noise, traced.plan.splits, strict=True)
    ]

    def compared(step):
        at = jax.tree.unflatten(traced.structure, [x + step * z for x, z in zip(traced.leaves, unit, strict=True)])
        return traced.value(noise, step, KEY), loss(split(params).rebuild(at), batch, KEY)

    return jax.jit(compared, compiler_options=QUICK), traced.plan


def exact(loss, params, batch, written=(), rank=2):
    """Both are equal, they differ from the unperturbed loss, and these leaves (by their shapes) are written out."""
    compared, plan = both(loss, params, batch, rank)
    (found, expected), (_, unperturbed) = compared(jnp.asarray(0.3)), compared(jnp.asarray(0.0))
    assert found.dtype == jnp.float64
    assert abs(found - expected) <= ROUNDING * (1 + abs(expected))
    assert abs(unperturbed - expected) > 1e-6
    assert tuple(plan.splits[leaf].shape for leaf in plan.fallbacks()) == tuple(written)
    return plan


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def filled(shapes, dtype=None):
    """Numbers for a tree of shapes: the initial ones of the libraries would be compiled one by one."""
    random = np.random.default_rng(0)
    return jax.tree.map(lambda leaf: jnp.asarray(random.normal(size=leaf.shape), dtype or leaf.dtype), shapes)


def equinox_model(make, *args, **kwargs):
    """An Equinox model as parameters in float64, and the function that puts it together."""
    shapes, static = eqx.partition(
        eqx.filter_eval_shape(make, *args, key=KEY, **kwargs), lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct)
    )
    return filled(shapes, float), lambda params: eqx.combine(params, static)


def test_equinox_mlp_under_vmap():
    params, whole = equinox_model(eqx.nn.MLP, 6, 5, 8, 2)

    def loss(params, x, key):
        return jnp.mean(jax.nn.softmax(jax.vmap(whole(params))(x))[:, 0] ** 2)

    plan = exact(loss, params, normal(0, 3, 6))
    assert [split is not None for split in plan.splits] == [True, False] * 3


@pytest.mark.parametrize("rank", [1, 3])
def test_arrays_in_every_kind_of_product(rank):
    params = {
        "left": normal(0, 7, 8),
        "right": normal(1, 7, 9),
        "heads": normal(2, 9, 4, 5),
        "experts": normal(3, 4, 5, 6),
        "middle": normal(4, 4, 6, 4),
        "flat": normal(5, 8, 8),
    }

    def loss(p, x, key):
        h = jnp.tanh((p["left"] @ x.T).T @ -p["right"])
        h = jnp.tanh(jnp.einsum("bd,dhk->bhk", h, p["heads"]))
        h = jnp.tanh(jnp.einsum("bhk,hkm->bhm", h, p["experts"]))
        h = jnp.einsum("bhm,hmo->bo", h, p["middle"])
        halves = jnp.split(p["flat"] * 0.5, 2, axis=1)
        g = h @ halves[0][:4] + h @ halves[1][::-1][4:]
        return jnp.sum(g**2) + jnp.vdot(p["flat"].reshape(2, 4, 8)[1], halves[0].T[:, :8])

    exact(loss, params, normal(6, 3, 8), written=[(8, 8)], rank=rank)


class Network(linen.Module):
    """Embedding, attention, layer norm, a convolution over time, and the embedding again."""

    @linen.compact
    def __call__(self, tokens):
        table = linen.Embed(11, 8)
        x = table(tokens) + self.param("position", linen.initializers.normal(1.0), (5, 8))
        x = x + linen.MultiHeadDotProductAttention(num_heads=2)(linen.LayerNorm()(x))
        x = x + linen.Conv(8, (3,))(x)
        return table.attend(linen.Dense(8)(linen.gelu(x)))


def test_flax_linen():
    network, tokens = Network(), jnp.array([[1, 10, 0, 3, 3], [5, 2, 2, 9, 10]])
    params = filled(jax.eval_shape(network.init, KEY, tokens), float)

    def loss(params, tokens, key):
        return jnp.mean(jax.nn.log_softmax(network.apply(params, tokens))[..., 3])

    plan = exact(loss, params, tokens, rank=1)
    sides = {split.shape: split.sides for split in plan.splits if split is not None}
    assert sides[(8, 2, 4)] == (8, 8, 1) and sides[(2, 4, 8)] == (8, 8, 1) and sides[(3, 8, 8)] == (24, 8, 1)


def test_flax_nnx():
    class Model(nnx.Module):
        def __init__(self, rngs):
            self.first = nnx.Linear(6, 8, rngs=rngs)
            self.second = nnx.Linear(8, 7, rngs=rngs)

        def __call__(self, x):
            return self.second(nnx.relu(self.first(x)))

    definition, shapes = nnx.split(nnx.eval_shape(lambda: Model(nnx.Rngs(0))))
    params = filled(shapes, float)

    def loss(params, x, key):
        return jnp.mean(nnx.merge(definition, params)(x) ** 2)

    exact(loss, params, normal(0, 3, 6), rank=1)


def test_recurrence_in_a_scan():
    params, whole = equinox_model(eqx.nn.LSTMCell, 4, 5)

    def loss(params, xs, key):
        cell = whole(params)

        def unroll(x):
            return jax.lax.scan(lambda c, x: (cell(x, c), c[0]), (jnp.zeros(5), jnp.zeros(5)), x)[1]

        return jnp.mean(jax.vmap(unroll)(xs) ** 2) * 100

    exact(loss, params, normal(0, 2, 3, 4))


def test_layers_stacked_for_a_scan():
    params = {"weight": normal(0, 3, 6, 6), "bias": normal(1, 3, 6)}

    def loss(p, x, key):
        def layer(x, own):
            return jnp.tanh(x @ own["weight"] + own["bias"]), None

        return jnp.sum(jax.lax.scan(layer, x, p)[0] ** 2)

    plan = exact(loss, params, normal(2, 4, 6), rank=1)
    assert plan.splits[1].both == (0,) and plan.splits[1].sides == (6, 6, 3)


def test_functions_loops_and_branches():
    params = {"a": normal(0, 6, 6) / 6, "b": normal(1, 6, 6) / 6, "c": normal(2, 6, 6) / 6}

    @jax.custom_vjp
    def apply(w, x):
        return jnp.tanh(w @ x)

    apply.defvjp(lambda w, x: (apply(w, x), None), lambda _, g: (None, g))

    def loss(p, x, key):
        x = jax.jit(lambda w, x: w.T @ x)(p["a"], x)
        x = jax.checkpoint(lambda w, x: jnp.sin(w @ x))(p["b"], x)
        x = apply(p["c"], x)
        x = jax.lax.cond(x[0] > 0, lambda: p["a"] @ x, lambda: p["b"] @ x)
        x = jax.lax.while_loop(lambda c: jnp.sum(c**2) > 1e-4, lambda c: p["c"] @ c, x)
        return 1e4 * jax.lax.fori_loop(0, 3, lambda i, c: p["a"][i] @ c + c, x)[0]

    exact(loss, params, normal(3, 6), rank=1)


@pytest.mark.parametrize("groups", [1, 2])
def test_convolutions(groups):
    params, whole = equinox_model(eqx.nn.Conv2d, 4, 6, 3, groups=groups)

    def loss(params, x, key):
        return jnp.mean(jax.vmap(whole(params))(x) ** 2)

    exact(loss, params, normal(0, 2, 4, 5, 5), written=[] if groups == 1 else [(6, 2, 3, 3)], rank=1)


def test_lookups():
    params = {"table": normal(0, 9, 8), "unit": normal(1, 8, 8)}

    def loss(p, i, key):
        rows = p["table"][i] @ p["unit"]
        filled = jnp.take(p["table"], i + 5, axis=0, mode="fill", fill_value=0.5)
        clipped = jnp.take(p["table"], i, axis=0, mode="clip") * jnp.take(p["unit"], i, axis=1).T
        one = (jax.vmap(lambda i: p["table"][i])(i) + p["table"][i[1]]) @ p["unit"]
        return jnp.sum(rows**2) + jnp.sum(filled**3) + jnp.sum(clipped) + jnp.sum(one)

    exact(loss, params, jnp.array([0, 3, 6, 7]), rank=1)


def test_networks_of_the_library_share_all_their_products():
    x, tokens = jnp.zeros((2, 6, 5)), jnp.zeros((2, 6), int)

    def loss(model, x, key):
        return jnp.mean(jax.vmap(model)(x) ** 2)

    def recurrent(cell, xs, key):
        return jnp.mean(
            jax.vmap(lambda xs: jax.lax.scan(lambda carry, x: cell(carry, x), cell.initial(), xs)[1])(xs) ** 2
        )

    for loss_of, batch, make in [
        (loss, x[:, 0], lambda: models.Mlp((5, 8, 7), key=KEY)),
        (loss, tokens, lambda: models.Transformer(models.Tokens(11), 16, heads=2, context=6, key=KEY)),
        (loss, x, lambda: models.Transformer(models.Vectors(5), 16, heads=2, readout=5, key=KEY)),
        (recurrent, x, lambda: models.Lstm(5, 8, key=KEY)),
        (recurrent, x, lambda: models.Gru(5, 8, key=KEY)),
        (recurrent, x, lambda: models.Lru(5, 8, key=KEY)),
        (recurrent, x, lambda: models.GatedLinearRnn(5, 8, outputs=4, products=6, key=KEY)),
    ]:
        shapes, static = eqx.partition(eqx.filter_eval_shape(make), lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))
        text = LowRankEs(2, 0.1).explain(loss_of, eqx.combine(filled(shapes), static), batch)
        assert "rank 1 of" in text and "WRITTEN" not in text, text


def test_a_weight_used_in_an_odd_way_is_written_out_and_named():
    params = {"w": normal(0, 6, 6), "v": normal(1, 6, 6), "b": normal(2, 6)}

    def loss(p, x, key):
        joined = x @ jnp.concatenate([p["v"], p["v"]], 1)
        return jnp.sum((x @ p["w"] @ p["v"] + p["b"]) ** 2) + jnp.linalg.norm(p["w"]) + jnp.sum(joined)

    exact(loss, params, normal(3, 4, 6), written=[(6, 6), (6, 6)], rank=1)
    lines = LowRankEs(2, 0.1).explain(loss, params, normal(3, 4, 6)).splitlines()
    assert lines == [
        "['b']          dense",
        "['v']  (6, 6)  rank 1 of 6 x 6; WRITTEN OUT for every member by concatenate",
        "['w']  (6, 6)  rank 1 of 6 x 6; WRITTEN OUT for every member by mul",
    ]


def test_two_weights_that_meet():
    params = {"a": normal(0, 6, 7), "b": normal(1, 7, 5)}

    def loss(p, x, key):
        return jnp.sum((x @ (p["a"] @ p["b"])) ** 2)

    exact(loss, params, normal(2, 3, 6), written=[(6, 7)], rank=1)


def test_mixed_precision_keeps_the_factors_exact():
    """In bfloat16 W + s E would round the perturbation away; through the factors it stays."""
    w = jnp.ones((8, 8), jnp.bfloat16)

    x = jnp.asarray([[1, -1, 1, -1, 1, -1, 1, -1]], jnp.bfloat16)  # the base cancels, only the perturbation is left

    def loss(w, x, key):
        product = jnp.dot(x, w * jnp.asarray(0.5, w.dtype), preferred_element_type=jnp.float32)
        return 2.0 * jnp.sum(product) + 0.0 * jnp.max(w).astype(jnp.float32)

    traced = traced_loss(evaluator(loss, w, x, KEY), split(w), KEY, 1)
    noise = filled(traced.shapes())
    assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(noise))
    with jax.numpy_dtype_promotion("strict"):
        found = float(traced.value(noise, jnp.asarray(1e-4, jnp.float32), KEY))
    left, right = (np.asarray(factor, float) for factor in noise[0])
    expected = 1e-4 * float(np.sum(np.asarray(x, float) @ left[:, 0]) * np.sum(right))
    assert abs(found - expected) < 1e-5 * abs(expected)


def test_a_loss_may_print_its_weights(capfd):
    def loss(params, batch, key):
        jax.debug.print("entry {}", params[0, 0])
        return jnp.sum(params @ jnp.ones(5))

    value = jax.jit(LowRankEs(1, 0.1).value_and_grad(loss))(None, jax.random.key(0), jnp.ones((4, 5)), None)[0]
    jax.effects_barrier()
    assert abs(value - 20.0) < 1e-4 and capfd.readouterr().out.count("entry") == 2
