"""The losses of a population of antithetic pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.estimators.base import Evaluator, population_value, usable
from evo.estimators.parameters import Parameters, added
from evo.estimators.smoothing.population import Population
from evo.estimators.smoothing.randomness import AbstractRandomness


class Measured(NamedTuple):
    """What the members of a population returned."""

    #: losses at + and - the perturbation, zero where they were not finite, or as good as infinite
    losses: Float[Array, "P 2"]
    #: bool[P]: both losses of the pair were finite
    good: Array
    #: the mean of the finite losses; nan if there are none
    value: Float[Array, ""]
    #: the smallest finite loss; infinite if there are none
    best: Float[Array, ""]
    #: further outputs of the function that made the directions, [P, ...]
    extra: Any


def measure(
    population: Population,
    parameters: Parameters,
    loss: Evaluator,
    key: PRNGKeyArray,
    randomness: AbstractRandomness,
    perturbation: Callable[[Array], tuple[Any, Any]],
) -> Measured:
    """The losses at centre + e_j and centre - e_j of all pairs.

    Args:
        population: how many pairs, and how many at once.
        parameters: the centre.
        loss: of whole parameters and a key.
        key: of the call.
        randomness: which members share a key.
        perturbation: of the pair's number: e_j, a tree shaped like the centre, and whatever else is to be kept of it.
    """

    def pair(index: Array, made: tuple[Any, Any] | None = None) -> tuple[Array, Any]:
        step, extra = perturbation(index) if made is None else made
        own = randomness.key(key, index)

        def member(sign: Array) -> Array:
            return loss.value(parameters.rebuild(added(parameters.centre, sign, step)), own)

        return jax.vmap(member)(jnp.array([1.0, -1.0], jnp.float32)), extra

    # The compiler would make the entries of a matrix again for every product that reads them; a loop of their own ends
    # that. Vectors are read once.
    matrices = any(leaf.ndim > 1 for leaf in jax.tree.leaves(parameters.centre))
    return measured(*population.map(pair, perturbation if matrices else None))


def measured(losses: Float[Array, "P 2"], extra: Any) -> Measured:
    """The losses as they came, with those that are not finite, or as good as infinite, set aside."""
    fine = usable(losses)
    good = jnp.all(fine, axis=1)
    best = jnp.min(jnp.where(fine, losses, jnp.inf))
    return Measured(jnp.where(fine, losses, 0), good, population_value(losses), best, extra)
