"""What each architecture promises: symmetries, causality, equivalent forms, known values."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import models as m
from tests.models import cases


def replaced(model, **fields):
    return eqx.tree_at(lambda net: [getattr(net, name) for name in fields], model, list(fields.values()))


def test_hidden_units_of_the_perceptron_may_be_permuted():
    with jax.enable_x64():
        model = cases.filled(lambda key: m.Mlp((5, 7, 2), key=key))
        order = np.random.default_rng(0).permutation(7)
        first, last = model.layers
        permuted = eqx.tree_at(
            lambda net: (net.layers[0].weight, net.layers[0].bias, net.layers[1].weight),
            model,
            (first.weight[order], first.bias[order], last.weight[:, order]),
        )
        x = cases.vectors(5)
        np.testing.assert_allclose(permuted(x), model(x), atol=1e-14)
        broken = eqx.tree_at(lambda net: net.layers[0].weight, model, first.weight[order])
        assert not np.allclose(broken(x), model(x), atol=1e-3)


@pytest.mark.parametrize("attention", [m.SoftmaxAttention(), m.LinearAttention()])
def test_later_tokens_do_not_change_earlier_outputs(attention):
    model = cases.filled(
        lambda key: m.Transformer(m.Tokens(5), 4, heads=2, context=6, attention=attention, key=key), "float32"
    )
    sequences = np.stack([cases.TOKENS, [1, 4, 0, 2, 0, 4], [3, 4, 0, 2, 3, 1]])
    outputs = np.asarray(cases.quick(jax.vmap(model))(sequences))
    np.testing.assert_array_equal(outputs[0, :4], outputs[1, :4])
    assert (np.abs(outputs[0, 4:] - outputs[1, 4:]).max(axis=1) > 1e-3).all()
    assert (np.abs(outputs[0] - outputs[2]).max(axis=1) > 1e-3).all()  # the first token is seen at all positions


def test_linear_attention_is_a_recurrence():
    rng = np.random.default_rng(0)
    with jax.enable_x64():
        attention = m.LinearAttention()
        q, k, v = (jnp.asarray(rng.normal(size=(9, size))) for size in (3, 3, 4))
        _, steps = jax.lax.scan(lambda s, row: attention.step(s, *row), attention.initial(3, 4), (q, k, v))
        np.testing.assert_allclose(steps, attention(q, k, v), atol=1e-13)


def test_softmax_attention_by_hand():
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(6, 3)) for _ in range(3))
    expected = [
        np.exp(k[: t + 1] @ q[t]) @ v[: t + 1] / np.exp(k[: t + 1] @ q[t]).sum() for t in range(6)
    ]  # fmt: skip
    with jax.enable_x64():
        np.testing.assert_allclose(m.SoftmaxAttention()(*map(jnp.asarray, (q, k, v))), expected, atol=1e-14)


def graph_network(layers):
    return cases.filled(lambda key: m.GraphTransformer(3, 4, layers=layers, readout=2, key=key))


def test_nodes_of_a_graph_have_no_places():
    with jax.enable_x64():
        rng = np.random.default_rng(0)
        model, x, order = graph_network(2), rng.normal(size=(7, 3)), rng.permutation(7)
        graph = np.triu(rng.random((7, 7)) < 0.4, 1)
        graph = graph | graph.T
        renamed = graph[np.ix_(order, order)]
        run = cases.quick(lambda x, graph: model(x, graph))
        # rounding: sums of at most 16 terms of order 1, in another order
        np.testing.assert_allclose(run(x[order], renamed), run(x, graph)[order], atol=1e-12)
        assert not np.allclose(run(x[order], graph), run(x, graph)[order], atol=1e-3)


@pytest.mark.parametrize("attention", [m.SoftmaxAttention(), m.LinearAttention()])
def test_information_travels_one_edge_per_layer(attention):
    """On a cycle of 9 with 2 layers exactly the nodes at distance at most 2 feel a change; a lost mask is noticed."""
    model = cases.filled(
        lambda key: m.GraphTransformer(3, 4, layers=2, readout=2, attention=attention, key=key), "float32"
    )
    x = cases.vectors(9, 3)
    changed = x.copy()
    changed[0] += 1.0
    run = cases.quick(jax.vmap(model, in_axes=(0, None)))
    for graph, reached in ((cases.cycle(9), {7, 8, 0, 1, 2}), (~jnp.eye(9, dtype=bool), set(range(9)))):
        before, after = np.asarray(run(np.stack([x, changed]), graph))
        assert set(np.flatnonzero((before != after).any(axis=1)).tolist()) == reached


def test_on_regular_graphs_nodes_that_look_alike_act_alike():
    with jax.enable_x64():
        model, graph = graph_network(3), cases.cycle(6)
        row = np.random.default_rng(0).normal(size=(1, 3))
        outputs = np.asarray(cases.quick(lambda x: model(x, graph))(np.repeat(row, 6, axis=0)))
        np.testing.assert_allclose(outputs, outputs[:1].repeat(6, axis=0), atol=1e-13)


def test_a_network_that_rereads_gives_its_outputs_one_by_one():
    with jax.enable_x64():
        model, x = cases.filled(cases.RECURRENT["Rereading"].build), jnp.asarray(cases.vectors(6, 3), float)
        steps, whole = cases.quick(lambda model: (m.Unrolled(model)(x), model.network(x)))(model)
    np.testing.assert_allclose(steps, whole, atol=1e-12)


def test_the_default_transformer_has_about_103k_parameters():
    shapes = jax.eval_shape(lambda key: m.Transformer(m.Tokens(60), key=key), jax.random.key(0))
    assert sum(leaf.size for leaf in jax.tree.leaves(shapes)) == 103_424


def test_gated_linear_recurrence_is_linear_attention():
    """The exact construction with d_v d_k + d_k units, and the compact one with d (d + 1) / 2 + d."""
    d, T = 3, 20
    rng = np.random.default_rng(0)
    value, key, query = rng.normal(size=(3, d, d))
    xs = rng.normal(size=(T, d))
    expected = [value @ xs[: t + 1].T @ (xs[: t + 1] @ key.T) @ query @ xs[t] for t in range(T)]
    one = np.eye(d + 1)
    widened = lambda rows: np.concatenate([rows, np.zeros((len(rows), 1))], axis=1)  # noqa: E731
    full = {
        "input_gate": np.concatenate([np.repeat(widened(value), d, 0), widened(query)]),
        "input_value": np.concatenate([np.tile(widened(key), (d, 1)), np.repeat(one[-1:], d, 0)]),
        "output_gate": np.eye(d * d, d * d + d),
        "output_value": np.tile(np.eye(d, d * d + d, d * d), (d, 1)),
        "readout": np.repeat(np.eye(d), d, 1),
    }
    upper = [(i, j) for i in range(d) for j in range(i, d)]
    place = {pair: index for index, pair in enumerate(upper)}
    N = len(upper) + d
    compact = {
        "input_gate": np.concatenate([one[[i for i, _ in upper]], widened(key.T @ query)]),
        "input_value": np.concatenate([one[[j for _, j in upper]], np.repeat(one[-1:], d, 0)]),
        "output_gate": np.eye(N)[[place[min(i, j), max(i, j)] for i in range(d) for j in range(d)]],
        "output_value": np.tile(np.eye(d, N, N - d), (d, 1)),
        "readout": np.repeat(value, d, 1),
    }
    with jax.enable_x64():
        for fields in (full, compact):
            N = fields["output_gate"].shape[1]
            model = cases.filled(lambda key, N=N: m.GatedLinearRnn(d, N, outputs=d, products=d * d, key=key))
            decay = np.concatenate([np.full(N - d, 1000.0), np.full(d, -1000.0)])  # lambda = 1 and 0
            exact = replaced(model, decay=decay, **fields)
            np.testing.assert_allclose(m.Unrolled(exact)(jnp.asarray(xs)), expected, rtol=1e-12, atol=1e-12)


def test_linear_recurrent_unit_by_hand():
    """One unit: lambda = 1/2, B = 2 + 2i, C = 2 + i, inputs 1, 2, 3 give 2, 5, 8.5."""
    with jax.enable_x64():
        model = replaced(
            cases.filled(lambda key: m.Lru(1, 1, key=key)),
            nu=np.log(np.log([2.0])),
            theta=np.array([-np.inf]),
            log_gamma=np.zeros(1),
            B=np.array([[[2.0]], [[2.0]]]),
            C=np.array([[[2.0]], [[1.0]]]),
            D=np.zeros(1),
        )
        carry, outputs = model.initial(), []
        for x in (1.0, 2.0, 3.0):
            carry, y = model(carry, jnp.array([x]))
            outputs.append(float(y[0]))
        np.testing.assert_allclose(outputs, [2.0, 5.0, 8.5], atol=1e-14)
        np.testing.assert_allclose(carry[:, 0], [8.5, 8.5], atol=1e-14)


def test_linear_recurrent_unit_is_stable_and_starts_in_its_ring():
    model = m.Lru(2, 2000, low=0.5, high=0.9, key=jax.random.key(0))
    modulus = np.exp(-np.exp(np.asarray(model.nu)))
    assert modulus.min() >= 0.5 - 1e-6 and modulus.max() <= 0.9 + 1e-6
    np.testing.assert_allclose(np.exp(model.log_gamma) ** 2 + modulus**2, 1.0, atol=1e-5)
    # uniform squares: the DKW bound puts the largest gap of 2000 of them below 0.0732 but with probability 1e-9
    squares = np.sort((modulus**2 - 0.25) / (0.81 - 0.25))
    gap = lambda values: np.abs(values - (np.arange(2000) + 0.5) / 2000).max()  # noqa: E731
    assert gap(squares) < 0.0732 < gap(np.sqrt(squares))


def test_forget_gates_start_open():
    model = m.Lstm(3, 4, key=jax.random.key(0))
    np.testing.assert_array_equal(model.weight[-1].reshape(4, 4)[1], 1.0)
    recurrent = model.weight[3:7].reshape(4, 4, 4)
    for gate in range(4):
        np.testing.assert_allclose(recurrent[:, gate] @ recurrent[:, gate].T, np.eye(4), atol=1e-5)


def test_lstm_and_gru_by_their_formulas():
    x, rng = cases.vectors(3), np.random.default_rng(1)
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    with jax.enable_x64():
        lstm = cases.filled(lambda key: m.Lstm(3, 4, key=key))
        h, c = rng.normal(size=(2, 4))
        i, f, o, g = np.split(np.concatenate([x, h, [1.0]]) @ np.asarray(lstm.weight), 4)
        new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        carry, y = lstm(type(lstm.initial())(jnp.asarray(h), jnp.asarray(c)), x)
        np.testing.assert_allclose([carry.h, carry.c, y], [sigmoid(o) * np.tanh(new), new, sigmoid(o) * np.tanh(new)])
        gru = cases.filled(lambda key: m.Gru(3, 4, key=key))
        r, z = np.split(sigmoid(np.concatenate([x, h, [1.0]]) @ np.asarray(gru.gates)), 2)
        n = np.tanh(
            np.append(x, 1.0) @ np.asarray(gru.candidate_x) + r * (np.append(h, 1) @ np.asarray(gru.candidate_h))
        )
        np.testing.assert_allclose(gru(jnp.asarray(h), x)[0], z * h + (1 - z) * n)
