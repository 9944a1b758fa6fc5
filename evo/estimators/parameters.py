"""Which leaves of a tree of parameters are trained, and the arithmetic of such trees."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array

from evo.core import checks

_ACTION = "Pass floating-point arrays: convert with jnp.asarray(x, float), or name others with trainable=."


class Parameters(NamedTuple):
    """The trained leaves of a tree, and the way back to the whole tree."""

    #: the trained leaves in at least float32; None elsewhere
    centre: Any
    #: centre -> the whole tree, in its own dtypes
    rebuild: Callable[[Any], Any]


def split(params: Any, trainable: Any = None) -> Parameters:
    """The trained leaves of `params` in at least float32, and the function that puts such leaves back.

    Args:
        params: any tree. Only real floating-point arrays can be trained; other leaves pass through.
        trainable: None for all, a predicate of (path, leaf) with a path such as ".layers[0].weight", or a tree of bools
            that is a prefix of `params`.

    Raises:
        ValueError: if nothing is left to train.
        TypeError: for complex leaves, for a `trainable` that is neither of these, and for a predicate that fails or
            returns no bool.
    """
    paths, structure = jax.tree_util.tree_flatten_with_path(params)
    chosen = _chosen(params, paths, trainable)
    leaves = [leaf for _, leaf in paths]
    centre: list[Any] = []
    for (path, leaf), wanted in zip(paths, chosen, strict=True):
        if not wanted or not _is_array(leaf):
            centre.append(None)
            continue
        dtype = _dtype(leaf)
        name = _name(path)
        if jnp.issubdtype(dtype, jnp.complexfloating):
            action = "Keep real and imaginary parts as two arrays, or leave it out with trainable=."
            raise TypeError(f"`{name}` must be real to be trained; got {_shown(leaf)}. {action}")
        real = jnp.issubdtype(dtype, jnp.floating)
        centre.append(jnp.asarray(leaf, working(dtype)) if real and leaf.size else None)
    if all(leaf is None for leaf in centre):
        kinds = sorted({_shown(leaf) if _is_array(leaf) else type(leaf).__name__ for leaf in leaves}) or ["no leaves"]
        what = ", ".join(kinds[:5])
        if trainable is not None and not any(chosen):
            names = ", ".join(_name(path) for path, _ in paths[:5]) or "no leaves"
            action = "Let it be true for at least one leaf; a predicate gets such paths as strings."
            raise ValueError(f"`trainable` must choose leaves of `params`; got none of {names}. {action}")
        raise ValueError(f"`params` must hold at least one floating-point array to train; got {what}. {_ACTION}")

    def rebuild(trained: Any) -> Any:
        found = structure.flatten_up_to(trained)
        whole = [
            old if new is None else jnp.asarray(new).astype(_dtype(old)) for old, new in zip(leaves, found, strict=True)
        ]
        return structure.unflatten(whole)

    return Parameters(structure.unflatten(centre), rebuild)


def working(dtype: Any) -> Any:
    """The dtype in which numbers of a dtype are added up: float32, or float64 for float64."""
    return jnp.float64 if dtype == jnp.float64 else jnp.float32


def size(tree: Any) -> int:
    """D: how many numbers a tree of arrays holds."""
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(tree))


def dot(a: Any, b: Any) -> Array:
    """The inner product of two trees of one structure."""
    products = [jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)]
    products = _widened(products)
    return sum(products[1:], products[0])


def norm(tree: Any) -> Array:
    """The Euclidean norm of a tree; also for entries whose squares overflow or underflow."""
    leaves = jax.tree.leaves(tree)
    largest = jnp.max(jnp.stack(_widened([jnp.max(jnp.abs(leaf)) for leaf in leaves])))
    unit = jnp.where((largest > 0) & jnp.isfinite(largest), largest, jnp.ones_like(largest))
    small = jax.tree.map(lambda leaf: leaf / unit.astype(leaf.dtype), tree)  # 1 / unit could underflow
    return unit * jnp.sqrt(dot(small, small))


def scaled(factor: Any, tree: Any) -> Any:
    """Factor times a tree, in the tree's dtypes."""
    return jax.tree.map(lambda leaf: jnp.asarray(factor).astype(leaf.dtype) * leaf, tree)


def added(tree: Any, factor: Any, other: Any) -> Any:
    """Tree + factor * other, in the dtypes of `tree`."""
    return jax.tree.map(lambda a, b: a + jnp.asarray(factor).astype(a.dtype) * b.astype(a.dtype), tree, other)


def finite(tree: Any) -> Array:
    """Whether all numbers of a tree are finite."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(tree)]))


def ravelled(tree: Any) -> tuple[Array, Callable[[Array], Any]]:
    """The numbers of a tree as one vector in its widest precision, and the way back."""
    with jax.numpy_dtype_promotion("standard"):
        return ravel_pytree(tree)


def widest(tree: Any) -> Any:
    """The dtype of the leaf with the most digits, of float32 and float64."""
    return jnp.float64 if any(leaf.dtype == jnp.float64 for leaf in jax.tree.leaves(tree)) else jnp.float32


def _chosen(params: Any, paths: list[Any], trainable: Any) -> list[bool]:
    if trainable is None:
        return [True] * len(paths)
    if _is_predicate(trainable):
        return [_answer(trainable, _name(path), leaf) for path, leaf in paths]
    action = "Pass a predicate of (path, leaf), or a tree of bools shaped like the parameters or like a prefix of them."
    try:
        full = jax.tree.map(lambda flag, part: jax.tree.map(lambda _: flag, part), trainable, params)
    except ValueError as error:
        raise checks.bad_type("trainable", trainable, "fit the parameters", f"{action} ({error})") from None
    flags = jax.tree.leaves(full)
    if len(flags) != len(paths) or not all(isinstance(flag, bool | np.bool_) for flag in flags):
        raise checks.bad_type("trainable", trainable, "hold bools", action)
    return [bool(flag) for flag in flags]


def _is_predicate(trainable: Any) -> bool:
    flags = jax.tree.leaves(trainable)
    tree = bool(flags) and all(isinstance(flag, bool | np.bool_) for flag in flags)
    return callable(trainable) and not tree  # a network of bools can be called, too


def _answer(predicate: Callable[[str, Any], Any], name: str, leaf: Any) -> bool:
    allowed = "take (path, leaf) and return True or False for every leaf"
    action = (
        "Pass for example lambda path, leaf: \"'bias'\" not in path; all leaves come, also those that are no arrays."
    )
    try:
        answer = predicate(name, leaf)
    except Exception as error:
        told = f"{type(error).__name__} at `{name}` ({error})"
        raise TypeError(f"`trainable` must {allowed}; got {told}. {action}") from error
    if isinstance(answer, bool | np.bool_):
        return bool(answer)
    kind = "a traced value" if isinstance(answer, jax.core.Tracer) else checks.shown(answer)
    told = f"{kind} of type {type(answer).__name__} at `{name}`"
    raise TypeError(f"`trainable` must {allowed}; got {told}. {action}")


def _widened(numbers: list[Array]) -> list[Array]:
    """Scalars of leaves of several precisions, all in the widest."""
    return [x.astype(widest(numbers)) for x in numbers]


def _dtype(leaf: Any) -> Any:
    """The dtype in which JAX holds a leaf: float32 for an array of numpy in float64, unless float64 is enabled."""
    return jax.dtypes.canonicalize_dtype(leaf.dtype)


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, jax.Array | np.ndarray) and not jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _name(path: Any) -> str:
    return jax.tree_util.keystr(path) or "params"


def _shown(leaf: Any) -> str:
    return f"an array of shape {leaf.shape} and dtype {leaf.dtype}"
