"""One case for every model: how it is built, an input, and its number of parameters by the formula of its docstring."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evo import models as m


@dataclass(frozen=True)
class Case:
    """A model, an un-batched input, and its size."""

    build: Callable[[Any], Any]
    x: Any
    parameters: int


#: tests compile much and run little
quick = functools.partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})


def vectors(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


class OnCycle(eqx.Module):
    """A network of graphs on a cycle, whose input is then one array."""

    model: m.GraphTransformer

    def __call__(self, x):
        return self.model(x, cycle(len(x)))


def cycle(n):
    """The adjacency matrix of a cycle."""
    ahead = np.roll(np.eye(n, dtype=bool), 1, axis=1)
    return jnp.asarray(ahead | ahead.T)


def transformer(V, d, layers, context, outputs):
    return V * d + context * d + layers * (12 * d * d + 9 * d) + 2 * d + (d + 1) * outputs


class _Seeded(eqx.Module):
    """A network under one seed, as a function of its values."""

    network: Any

    def __call__(self, values):
        return self.network(values, jnp.asarray([1.0, -1.0, 1.0, 1.0], values.dtype))


TOKENS = np.array([1, 4, 0, 2, 3, 1])
#: models of one example or of one sequence
MAPS = {
    "Mlp": Case(lambda key: m.Mlp((5, 7, 3, 2), key=key), vectors(5), 6 * 7 + 8 * 3 + 4 * 2),
    "Mlp, tanh": Case(lambda key: m.Mlp([4, 3, 1], activation=jnp.tanh, gain=1.0, key=key), vectors(4), 15 + 4),
    "Transformer": Case(
        lambda key: m.Transformer(m.Tokens(5), 4, layers=1, heads=2, context=6, key=key),
        TOKENS,
        transformer(5, 4, 1, 6, 0),
    ),
    "Transformer, vectors": Case(
        lambda key: m.Transformer(
            m.Vectors(3), 4, layers=2, heads=2, attention=m.LinearAttention(), readout=2, key=key
        ),
        vectors(6, 3),
        transformer(4, 4, 2, 0, 2),
    ),
    "SeededMemory": Case(
        lambda key: _Seeded(m.SeededMemory(3, 2, 4, hidden=5, key=key)), vectors(3, 1), 5 * (3 + 4 + 5 + 2 + 2 * 2)
    ),
    "GraphTransformer": Case(
        lambda key: OnCycle(m.GraphTransformer(3, 4, layers=2, heads=2, readout=2, key=key)),
        vectors(6, 3),
        transformer(4, 4, 2, 0, 2),
    ),
    "Unrolled": Case(lambda key: m.Unrolled(m.Gru(3, 4, key=key)), vectors(6, 3), 3 * 4 * 8 + 4),
}
#: models of one time step
RECURRENT = {
    "Lstm": Case(lambda key: m.Lstm(3, 4, key=key), vectors(3), 4 * 4 * (3 + 4 + 1)),
    "Gru": Case(lambda key: m.Gru(3, 4, key=key), vectors(3), 3 * 4 * (3 + 4 + 1) + 4),
    "Lru": Case(lambda key: m.Lru(3, 4, key=key), vectors(3), 3 * 4 + 4 * 4 * 3 + 3),
    "GatedLinearRnn": Case(
        lambda key: m.GatedLinearRnn(3, 4, outputs=2, products=5, key=key),
        vectors(3),
        4 + 2 * 4 * 4 + 2 * 5 * 4 + 2 * 5,
    ),
    "Rereading": Case(
        lambda key: m.Rereading(m.Transformer(m.Vectors(3), 4, layers=1, heads=2, context=6, readout=2, key=key), 3, 6),
        vectors(3),
        transformer(4, 4, 1, 6, 2),
    ),
    "WithReadout": Case(lambda key: m.WithReadout(m.Gru(3, 4, key=key), 2, key=key), vectors(3), 3 * 4 * 8 + 4 + 5 * 2),
}


def sequence(model):
    """A recurrent model as a map of sequences, others as they are."""
    return m.Unrolled(model) if isinstance(model, m.AbstractRecurrent) else model


def filled(build, dtype=None, seed=1):
    """The model with random numbers in all parameters: nothing is compiled, and biases are not zero."""
    rng, dtype = np.random.default_rng(seed), dtype or jnp.result_type(float)
    shapes = eqx.filter_eval_shape(build, jax.random.key(0))
    return jax.tree.map(
        lambda leaf: (0.5 * rng.normal(size=leaf.shape)).astype(dtype) if hasattr(leaf, "shape") else leaf, shapes
    )
