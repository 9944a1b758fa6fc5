"""Surrogate gradients: taken as trees that fit the parameters, and made orthonormal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from evo.core import checks
from evo.estimators.parameters import added, dot, finite, norm, scaled

#: a surrogate of which less than this fraction is left is dependent on those before it
_DEPENDENT = 1e-6
_ACTION = "Return a tree shaped like the parameters, for example a gradient, or a tuple of such trees."


def surrogate_trees(returned: Any, centre: Any) -> list[Any]:
    """What a user's function of surrogates returned, as trees with the structure and dtypes of the centre.

    Raises:
        ValueError: if it is neither a tree that fits the parameters nor a tuple or list of such trees.
    """
    try:
        return [_fitted(returned, centre)]
    except ValueError as error:
        if not isinstance(returned, tuple | list):
            raise checks.bad_value(
                "surrogates", _shapes(returned), "fit the parameters", f"{_ACTION} {error}"
            ) from None
    try:
        return [_fitted(tree, centre) for tree in returned]
    except ValueError as error:
        raise checks.bad_value("surrogates", _shapes(returned), "fit the parameters", f"{_ACTION} {error}") from None


def orthonormalised(trees: list[Any], stand_in: Callable[[int], Any], like: Any) -> tuple[Any, Array]:
    """The trees as orthonormal ones, in their order, stacked along a new first axis; and which of them were of use.

    Each is projected twice, since once loses orthogonality in floating point. One that is zero, not finite or dependent
    on those before it is replaced by the stand-in of its place.

    Args:
        trees: at least one.
        stand_in: place -> a random direction.
        like: a tree of the same structure.
    """
    made: list[Any] = []
    used: list[Array] = []
    for place, tree in enumerate(trees):
        length = norm(tree)
        good = finite(tree) & (length > 0)
        rest = _projected(_unit_or_zero(tree, length, good), made)
        left = norm(rest)
        good = good & (left > _DEPENDENT)
        other = _unit(_projected(_unit(stand_in(place)), made))
        mine = scaled(1 / jnp.where(good, left, 1), rest)
        made.append(jax.tree.map(lambda a, b, fine=good: jnp.where(fine, a, b), _unit(mine), other))
        used.append(good)
    stacked = jax.tree.map(lambda _, *leaves: jnp.stack(leaves), like, *made)
    return stacked, jnp.stack(used)


def _projected(tree: Any, others: list[Any]) -> Any:
    for _ in range(2):
        for other in others:
            tree = added(tree, -dot(other, tree), other)
    return tree


def _unit_or_zero(tree: Any, length: Array, good: Array) -> Any:
    unit = jnp.where(good, length, 1)
    return jax.tree.map(lambda x: jnp.where(good, x / unit.astype(x.dtype), 0), tree)


def _unit(tree: Any) -> Any:
    length = norm(tree)
    return scaled(1 / jnp.where(length > 0, length, 1), tree)


def _fitted(tree: Any, centre: Any) -> Any:
    leaves, structure = jax.tree.flatten(centre, is_leaf=lambda x: x is None)
    found = structure.flatten_up_to(tree)
    fitted: list[Any] = []
    for wanted, given in zip(leaves, found, strict=True):
        if wanted is None:
            fitted.append(None)
            continue
        shape = getattr(given, "shape", None)
        if shape is None or tuple(shape) != wanted.shape:
            raise ValueError(f"A leaf has shape {shape}; the parameter's is {wanted.shape}.")
        fitted.append(jnp.asarray(given).astype(wanted.dtype))
    return structure.unflatten(fitted)


def _shapes(tree: Any) -> Any:
    return jax.tree.map(lambda x: getattr(x, "shape", type(x).__name__), tree)
