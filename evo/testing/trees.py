"""Comparing states bit for bit, whatever they are made of: nested tuples, mappings, dataclasses, arrays, numbers."""

from __future__ import annotations

import dataclasses
import enum
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from evo.core.keys import Key
from evo.core.problems import AbstractProblem

_WHOLE = (AbstractProblem, Key, enum.Enum, type)


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves with their paths; arrays as copies in NumPy."""
    if isinstance(tree, Mapping):
        for name, item in tree.items():
            yield from leaves(item, f"{path}[{name!r}]")
    elif isinstance(tree, tuple | list):
        names = getattr(tree, "_fields", None)
        yield path, (type(tree).__name__, len(tree))
        for place, item in enumerate(tree):
            yield from leaves(item, f"{path}.{names[place]}" if names else f"{path}[{place}]")
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, _WHOLE):
        for field in dataclasses.fields(tree):
            yield from leaves(getattr(tree, field.name, None), f"{path}.{field.name}")
    else:
        yield path, _array(tree) if _is_array(tree) else tree


def _is_array(leaf: Any) -> bool:
    return not isinstance(leaf, np.generic) and getattr(leaf, "shape", None) is not None and hasattr(leaf, "dtype")


def _array(leaf: Any) -> np.ndarray:
    jax = sys.modules.get("jax")  # typed keys are arrays that NumPy does not know
    if jax is not None and not isinstance(leaf, np.ndarray) and jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.array(leaf)


def snapshot(tree: Any) -> list[tuple[str, Any]]:
    """All leaves, to be compared later."""
    return list(leaves(tree))


def difference(left: Any, right: Any) -> str | None:
    """Where two trees differ first, in words; None if they are equal bit for bit."""
    first, second = dict(leaves(left)), dict(leaves(right))
    for path in [*first, *second]:
        if path not in first or path not in second:
            return f"`{_named(path)}` is in one of them only"
        if not _same(first[path], second[path]):
            return f"`{_named(path)}` is {_shown(first[path])} in one and {_shown(second[path])} in the other"
    return None


def structure(tree: Any) -> dict[str, str]:
    """Paths with shapes and kinds: what must not change from step to step."""
    return {path: _kind(leaf) for path, leaf in leaves(tree)}


def _named(path: str) -> str:
    return path.lstrip(".") or "value"


def _shown(leaf: Any) -> str:
    text = " ".join(repr(leaf).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        if type(left) is not type(right) or left.shape != right.shape or left.dtype != right.dtype:
            return False
        return left.tolist() == right.tolist() if left.dtype.kind == "O" else left.tobytes() == right.tobytes()
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return left is right or bool(left == right)


def _kind(leaf: Any) -> str:
    if isinstance(leaf, np.ndarray):
        return f"array of shape {leaf.shape} and dtype {leaf.dtype}"
    if isinstance(leaf, bool | np.bool_):
        return "truth value"
    if isinstance(leaf, int | np.integer):
        return "integer"
    return "real number" if isinstance(leaf, float | np.floating) else f"{type(leaf).__name__}"
