"""Real parameters as one vector: numbers, arrays, and dicts, lists and tuples of them."""

from __future__ import annotations

import copy
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from evo.core import checks

_ACTION = (
    "Pass numbers and arrays, or dicts, lists, tuples and named tuples of them; keep everything else out of `start`, "
    "for example in a closure, and turn other containers into a vector first."
)


def flatten(tree: Any, name: str = "start") -> tuple[np.ndarray, Callable[[np.ndarray], Any]]:
    """A tree of real numbers as one vector, and the function that turns such a vector into a tree.

    Args:
        tree: a number, an array, or a dict, list, tuple or named tuple of trees. Arrays of other libraries are
            converted through NumPy.
        name: how messages call the tree.

    Returns:
        The numbers as `float64[D]`, in the order of the containers, and a function from `float64[D]` to a fresh tree of
        the same structure: numbers become Python floats, arrays become NumPy arrays of the same shape and
        floating-point dtype. Integers become floats.

    Raises:
        TypeError: for leaves that are not real numbers.
        ValueError: for empty trees and numbers that are not finite.

    Example:
        >>> vector, rebuild = flatten({"w": np.zeros((2, 2), dtype=np.float32), "b": 1})
        >>> rebuild(vector + 1)["b"]
        2.0
    """
    leaves = _Leaves()
    build = _visit(tree, name, leaves)
    vector = np.concatenate([np.empty(0), *leaves.vectors])
    if vector.size == 0:
        raise checks.bad_value(name, tree, "hold at least one number", "Pass the first guess, such as np.zeros(10).")
    return vector, build


class _Leaves:
    """The vectors of the leaves met so far; mutable only while a tree is flattened."""

    def __init__(self) -> None:
        self.vectors: list[np.ndarray] = []
        self.size = 0

    def place(self, vector: np.ndarray) -> tuple[int, int]:
        """Where the vector begins and ends in the whole."""
        self.vectors.append(vector)
        self.size += len(vector)
        return self.size - len(vector), self.size


def _visit(node: Any, path: str, leaves: _Leaves) -> Callable[[np.ndarray], Any]:
    if isinstance(node, dict):
        fields = {key: _visit(child, f"{path}[{key!r}]", leaves) for key, child in node.items()}
        return lambda flat: _filled(node, fields, flat)
    if isinstance(node, list | tuple):
        children = [_visit(child, f"{path}[{place}]", leaves) for place, child in enumerate(node)]
        if isinstance(node, tuple) and hasattr(node, "_fields"):
            return lambda flat: type(node)(*(build(flat) for build in children))
        kind = list if isinstance(node, list) else tuple
        return lambda flat: kind(build(flat) for build in children)
    return _leaf(node, path, leaves)


def _filled(node: dict[Any, Any], fields: dict[Any, Callable[[np.ndarray], Any]], flat: np.ndarray) -> dict[Any, Any]:
    filled = copy.copy(node)  # keeps the kind of dict and the order of its keys
    for key, build in fields.items():
        filled[key] = build(flat)
    return filled


def _leaf(node: Any, path: str, leaves: _Leaves) -> Callable[[np.ndarray], Any]:
    is_number = isinstance(node, numbers.Real) and not isinstance(node, bool | np.bool_)
    array = np.asarray(float(node)) if is_number else _array(node, path)
    values = array.astype(np.float64).reshape(-1)
    if not np.isfinite(values).all():
        place = int(np.flatnonzero(~np.isfinite(values))[0])
        action = "Replace it by a guess of the parameter's size; the search starts there."
        raise checks.bad_value(path, float(values[place]), "hold finite numbers", action)
    first, last = leaves.place(values)
    if is_number:
        return lambda flat: float(flat[first])
    dtype = np.dtype(np.float64) if array.dtype.kind in "iu" else array.dtype
    return lambda flat: np.array(flat[first:last], dtype=dtype).reshape(array.shape)


def _array(node: Any, path: str) -> np.ndarray:
    if not hasattr(node, "__array__"):
        raise checks.bad_type(path, node, "hold real numbers", _ACTION)
    try:
        array = np.asarray(node)
    except Exception as error:
        action = f"Convert it to a NumPy array yourself, for example x.detach().cpu().numpy() ({error})."
        raise checks.bad_type(path, node, "convert to a NumPy array", action) from error
    if array.dtype.kind not in "iuf" and "float" not in array.dtype.name:  # the latter are the extension floats
        raise checks.bad_type(path, array, "hold real numbers", _ACTION)
    return array
