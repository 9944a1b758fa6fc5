"""One case for every task: small, with a network without compiled initialisation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from evo import models as m
from evo import tasks as t
from tests.models.cases import filled

TEXT = "the quick brown fox jumps over the lazy dog; " * 9


def network(build):
    """A function of a JAX key that makes this network with fixed numbers, whatever the key."""

    def make(key):
        return jax.tree.map(jnp.asarray, filled(build))

    return make


def recurrent(V, key=None):
    return network(lambda key: m.WithReadout(m.Gru(V, 3, key=key), V, key=key))(key)


def sequences(inputs, outputs):
    return network(lambda key: m.Unrolled(m.WithReadout(m.Gru(inputs, 3, key=key), outputs, key=key)))


def graph_network(features):
    return network(lambda key: m.GraphTransformer(features, 2, layers=1, heads=1, readout=3, key=key))


def recurrent_policy(key):
    return network(lambda key: m.WithReadout(m.Gru(9, 3, key=key), 4, key=key))(key)


def images():
    rng = np.random.default_rng(0)
    return t.split(rng.random((40, 6)), np.arange(40) % 3)


TASKS = {
    "Custom": lambda: t.Custom(lambda p, b, k: jnp.sum((p - b) ** 2), start=np.ones(2), batch=np.zeros(2)),
    "Custom, minibatches": lambda: t.Custom(
        lambda p, b, k: jnp.mean((b["x"] @ p - b["y"]) ** 2),
        start=lambda key: jax.random.normal(key, (2,)),
        batch=t.Minibatches({"x": jnp.ones((7, 2)), "y": jnp.arange(7.0)}, 2),
        metrics=lambda p, key: {"loss": jnp.sum(p)},
    ),
    "Custom, function": lambda: t.Custom(
        lambda p, b, k: jnp.sum(p * b), start=jnp.ones(2), batch=lambda key, step: jax.random.normal(key, (2,))
    ),
    "Quadratic": lambda: t.Quadratic(3, condition=10.0),
    "Quadratic, noise": lambda: t.Quadratic(3, condition=10.0, rotation=jax.random.key(0), noise=0.1),
    "BiasedLeastSquares": lambda: t.BiasedLeastSquares(12, 4),
    "Digits": lambda: t.Digits(network(lambda key: m.Mlp((6, 4, 3), key=key)), data=images()),
    "Digits, minibatches": lambda: t.Digits(network(lambda key: m.Mlp((6, 4, 3), key=key)), data=images(), batch=5),
    "InContextRegression": lambda: t.InContextRegression(sequences(3, 1), D=2, T=3, batch=4),
    "AssociativeRecall": lambda: t.AssociativeRecall(sequences(5, 2), pairs=2, keys=3, batch=4),
    "AssociativeRecall, tokens": lambda: t.AssociativeRecall(
        network(lambda key: m.Transformer(m.Tokens(6), 4, layers=1, heads=1, readout=2, key=key)),
        pairs=2,
        keys=4,
        batch=4,
        encoding=t.TokenPairs(),
    ),
    "Copying": lambda: t.Copying(lambda key: recurrent(4), delay=2, symbols=2, alphabet=2, lanes=3),
    "Copying, stream": lambda: t.Copying(
        lambda key: recurrent(4), delay=2, symbols=2, alphabet=2, lanes=3, window=4, delays=(0, 0, 3)
    ),
    "StringMemorisation": lambda: t.StringMemorisation(
        lambda key: recurrent(4), length=3, longest=5, lanes=3, window=4
    ),
    "RandomizedColouring": lambda: t.RandomizedColouring(
        graph_network(2), graphs=t.RegularGraphs(6, 3), colours=3, seed_bits=2, trials=3
    ),
    "RandomizedColouring, identifiers": lambda: t.RandomizedColouring(
        graph_network(7),
        graphs=t.Cycle(5),
        identifiers=t.Identifiers(),
        inputs=3,
        seed_bits=2,
        trials=2,
        seeding=t.OwnSeeds(),
    ),
    "LeakyTracking": lambda: t.LeakyTracking(jnp.ones(2), length=4, window=2),
    "RandomizedGridWorld": lambda: t.RandomizedGridWorld(
        lambda key: recurrent_policy(key), rows=2, columns=2, horizon=1, seed_bits=2, trials=3
    ),
    "CharLm": lambda: t.CharLm(TEXT, recurrent, lanes=3, window=4, held_out=5),
    "RandomizedRecall": lambda: t.RandomizedRecall(
        network(lambda key: m.SeededMemory(3, 2, 4, hidden=4, key=key)), pairs=3, seed_bits=4, trials=2, inputs=5
    ),
    "CharLmCrops": lambda: t.CharLmCrops(TEXT, lambda V, key: sequences(V, V)(key), apply_tokens, batch=3, context=4),
}


def apply_tokens(params, tokens):
    """A recurrent network on one-hot tokens."""
    return params(jax.nn.one_hot(tokens, len(params.model.readout.bias)))


SEQUENCES = {"Copying", "Copying, stream", "StringMemorisation", "LeakyTracking", "CharLm"}
DETERMINISTIC = {"Custom", "Quadratic", "BiasedLeastSquares", "Digits"}
