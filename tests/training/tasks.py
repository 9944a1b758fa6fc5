"""Small tasks that the tests of training share."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import optax

import evo
from evo.estimators import AntitheticEs, Backprop
from evo.oracles import AbstractTask, child

#: how often a loss was traced, by name of the task
TRACES: dict[str, int] = {}


class Line(AbstractTask):
    """Least squares on fresh examples: y = 3 x + 1 with noise."""

    noise: float = 0.1
    dtype: str = "float32"
    examples: int = 8
    truth: ClassVar = (3.0, 1.0)

    def start(self, key):
        return {"w": jnp.zeros((), self.dtype), "b": jnp.zeros((), self.dtype)}

    def batch(self, key, step):
        x = jax.random.normal(child(key, "x", step), (self.examples,), self.dtype)
        noise = jax.random.normal(child(key, "noise", step), (self.examples,), self.dtype)
        return x, self.truth[0] * x + self.truth[1] + jnp.asarray(self.noise, self.dtype) * noise

    def loss(self, params, batch, key):
        TRACES["Line"] = TRACES.get("Line", 0) + 1
        x, y = batch
        return jnp.mean((params["w"] * x + params["b"] - y) ** 2)

    def metrics(self, params, key):
        x = jax.random.normal(child(key, "x"), (64,), self.dtype)
        error = params["w"] * x + params["b"] - self.truth[0] * x - self.truth[1]
        return {"loss": jnp.mean(error**2), "bias": params["b"] - self.truth[1]}


class Bowl(AbstractTask):
    """|x - 1|^2 / 2 for x in R^D: no data, nothing random."""

    D: int = 3
    dynamic: ClassVar = False

    def start(self, key):
        return jnp.zeros(self.D, jnp.float32)

    def batch(self, key, step):
        return None

    def loss(self, params, batch, key):
        return 0.5 * jnp.sum((params - 1.0) ** 2)


class Cliff(Bowl):
    """log(x): gradient descent walks off its domain."""

    def start(self, key):
        return jnp.full(self.D, 0.3, jnp.float32)

    def loss(self, params, batch, key):
        return jnp.sum(jnp.log(params))


#: optimizers that the tests share, so that each is compiled once
DESCENT = evo.GradientDescent(Backprop(), optax.sgd(0.05))
ES = evo.GradientDescent(AntitheticEs(pairs=2, sigma=0.05), optax.adam(0.05))
