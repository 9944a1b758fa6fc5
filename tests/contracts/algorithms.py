"""Optimizers and problems that only the tests know: the contract must not depend on who wrote a class."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import evo

# --- an evolution strategy in JAX -------------------------------------------------------------------------------------


class EsState(NamedTuple):
    centre: jax.Array  # float32[D]
    noise: jax.Array  # float32[P, D]


@functools.partial(jax.jit, static_argnums=1)
def noise_of(key, shape):
    return jax.random.normal(key, shape, dtype=jnp.float32)


@dataclass(frozen=True)
class AntitheticEs(evo.AskTell):
    """Gradient descent on the smoothed loss, estimated from antithetic pairs."""

    pairs: int = 4
    sigma: float = 0.1
    rate: float = 0.05

    def prepare(self, key, problem, start):
        centre = jnp.asarray(problem.start(key) if start is None else start, dtype=jnp.float32)
        return EsState(centre, jnp.zeros((self.pairs, centre.size), jnp.float32)), centre[None]

    def propose(self, key, inner, step):
        noise = noise_of(key.child("noise", step).jax(), inner.noise.shape)
        shifts = self.sigma * noise
        return inner.centre[None] + jnp.concatenate([shifts, -shifts]), inner._replace(noise=noise)

    def absorb(self, inner, step, candidates, losses):
        if step == 0:
            return evo.Absorbed(inner)
        losses = jnp.asarray(losses, dtype=jnp.float32)
        gradient = (losses[: self.pairs] - losses[self.pairs :]) @ inner.noise / (2 * self.pairs * self.sigma)
        return evo.Absorbed(inner._replace(centre=inner.centre - self.rate * gradient))

    def incumbent(self, inner):
        return inner.centre, float("nan")


# --- comma selection on bit strings in NumPy --------------------------------------------------------------------------


class CommaState(NamedTuple):
    parents: np.ndarray  # uint8[mu, n]
    losses: np.ndarray  # float64[mu]
    ties: np.ndarray  # float64[offspring]: the order of equal losses, drawn in propose


@dataclass(frozen=True)
class CommaEa(evo.AskTell):
    """(mu, lambda) selection with standard bit mutation of strength 1."""

    mu: int = 2
    offspring: int = 5

    def prepare(self, key, problem, start):
        if start is None:
            parents = key.child("start").numpy().integers(0, 2, (self.mu, problem.n), dtype=np.uint8)
        else:
            parents = np.tile(np.asarray(start, dtype=np.uint8), (self.mu, 1))
        return CommaState(parents, np.full(self.mu, np.nan), np.zeros(self.offspring)), parents

    def propose(self, key, inner, step):
        chance = key.child("step", step).numpy()
        n = inner.parents.shape[1]
        chosen = inner.parents[chance.integers(0, self.mu, self.offspring)]
        children = chosen ^ (chance.random((self.offspring, n)) < 1.0 / n).astype(np.uint8)
        return children, inner._replace(ties=chance.random(self.offspring))

    def absorb(self, inner, step, candidates, losses):
        losses = np.asarray(losses, dtype=np.float64)
        if step == 0:
            return evo.Absorbed(inner._replace(losses=losses))
        best = np.lexsort((inner.ties, losses))[: self.mu]
        return evo.Absorbed(inner._replace(parents=np.asarray(candidates)[best], losses=losses[best]))

    def incumbent(self, inner):
        return inner.parents[0], inner.losses[0]


# --- an optimizer without ask and tell --------------------------------------------------------------------------------


class DescentState(NamedTuple):
    steps: int
    x: np.ndarray
    value: float


@dataclass(frozen=True)
class CoordinateDescent(evo.Optimizer):
    """Tries both directions along one coordinate after the other and moves if one is better."""

    size: float = 0.25

    def init(self, key, problem, start=None):
        x = np.array(problem.start(key) if start is None else start, dtype=np.float64)
        return DescentState(-1, x, float("nan"))

    def step(self, key, state, problem):
        steps = state.steps + 1
        if steps == 0:
            value = float(problem.evaluate(state.x[None], 0, key)[0])
            return state._replace(steps=0, value=value), evo.StepInfo(1, value, False, bool(np.isfinite(value)))
        shift = np.zeros_like(state.x)
        shift[steps % state.x.size] = self.size / steps
        candidates = np.stack([state.x + shift, state.x - shift])
        values = problem.evaluate(candidates, steps, key)
        place = int(np.argmin(values))
        better = bool(values[place] < state.value)
        x, value = (candidates[place], float(values[place])) if better else (state.x, state.value)
        return DescentState(steps, x, value), evo.StepInfo(2, value, better, bool(np.isfinite(values).all()))

    def best(self, state):
        return state.x, state.value

    def current(self, state):
        return state.x, state.value

    def cost(self, state):
        return 1 if state.steps < 0 else 2


# --- problems ---------------------------------------------------------------------------------------------------------


class MovingSphere(evo.AbstractProblem):
    """The squared distance from a point that is drawn afresh in every step."""

    sense = evo.Sense.MINIMISE
    dynamic = True

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def start(self, key):
        return key.child("start").numpy().normal(size=self.dimensions)

    def evaluate(self, candidates: Any, step: int, key: evo.Key) -> np.ndarray:
        point = key.child("point", step).numpy().normal(size=self.dimensions)
        return ((np.asarray(candidates, dtype=np.float64) - point) ** 2).sum(axis=1)

    def budget(self):
        return evo.Evaluations(1000)


def sphere(x):
    """A plain callable."""
    return float((np.asarray(x, dtype=np.float64) ** 2).sum())


def distance_from_five(x):
    """A plain callable on bit strings, to be minimised."""
    return abs(int(x.sum()) - 5)
