"""A loss as a function of the noise of one member."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr
from jaxtyping import Array, Float, PRNGKeyArray

from evo.estimators.base import Evaluator
from evo.estimators.parameters import Parameters, size
from evo.estimators.smoothing.low_rank.analysis import Plan, perturbed, plan
from evo.estimators.smoothing.low_rank.interpreter import Interpreter


class TracedLoss(NamedTuple):
    """A loss at perturbed parameters. The noise of a member is a list: per leaf two factors, or dense noise."""

    jaxpr: ClosedJaxpr
    leaves: list[Array]
    structure: Any
    plan: Plan

    def shapes(self) -> list[Any]:
        """What the noise of a member looks like."""
        return [
            jax.ShapeDtypeStruct(leaf.shape, leaf.dtype)
            if split is None
            else tuple(jax.ShapeDtypeStruct(shape, leaf.dtype) for shape in split.factor_shapes())
            for split, leaf in zip(self.plan.splits, self.leaves, strict=True)
        ]

    def value(self, noise: list[Any], step: Array, key: PRNGKeyArray) -> Float[Array, ""]:
        """The loss at W + step A B^T / sqrt(r), and at b + step z for dense leaves."""
        leaves = [
            leaf + step.astype(leaf.dtype) * own if split is None else leaf
            for leaf, own, split in zip(self.leaves, noise, self.plan.splits, strict=True)
        ]
        factors = [None if split is None else own for own, split in zip(noise, self.plan.splits, strict=True)]
        weights = perturbed(leaves, factors, step / math.sqrt(self.plan.rank))
        runner = Interpreter()
        return runner.plain(runner.run(self.jaxpr, [*weights, key]))[0]

    def combined(self, noise: list[Any], weights: Float[Array, " P"]) -> Any:
        """sum_j weights_j noise_j, shaped like the trained parameters; the noise is stacked to [P, ...]."""
        found = [
            jnp.tensordot(weights.astype(leaf.dtype), own, 1)
            if split is None
            else split.combine(own[0], own[1], weights.astype(leaf.dtype))
            for split, own, leaf in zip(self.plan.splits, noise, self.leaves, strict=True)
        ]
        return self.structure.unflatten(found)

    def least_squares(self, pairs: int, kurtosis: float) -> float:
        """The factor c = P / (P - 1 + D + the largest excess of a leaf)."""
        excess = [kurtosis - 1.0 if split is None else split.excess(kurtosis) for split in self.plan.splits]
        return pairs / (pairs - 1.0 + size(self.leaves) + max(excess))


def traced_loss(loss: Evaluator, parameters: Parameters, key: PRNGKeyArray, rank: int) -> TracedLoss:
    """The loss as JAX sees it, and how its leaves are perturbed."""
    leaves, structure = jax.tree.flatten(parameters.centre)

    def value(leaves: list[Array], key: PRNGKeyArray) -> Array:
        return loss.value(parameters.rebuild(structure.unflatten(leaves)), key)

    jaxpr = jax.make_jaxpr(value)(leaves, key)
    return TracedLoss(jaxpr, leaves, structure, plan(jaxpr, leaves, [key], rank))
