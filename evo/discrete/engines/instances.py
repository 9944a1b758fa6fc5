"""Instances of problems on the Python side: drawn by compiled code, and the last ones kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import numpy as np

from evo.core.keys import Key
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.functions import instance, level, prepare, value
from evo.discrete.engines.generic import has

_KEPT = 2
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


@Kernel
def _draw(problem, words):
    return instance(problem, words)


@Kernel
def _value(problem, x):
    return value(problem, prepare(problem, x), x)


@Kernel
def _level(problem, x):
    return level(problem, prepare(problem, x))


def typed(item: Any) -> Any:
    """A name for a lowered part that tells types apart: named tuples compare as plain tuples."""
    if isinstance(item, tuple):
        return (type(item), *(typed(inner) for inner in item))
    if isinstance(item, np.ndarray):
        return (item.dtype.str, item.shape, item.tobytes())
    return (type(item), item)


def instance_of(problem: Any, key: Key) -> Any:
    """The instance of a lowered problem that belongs to a key; the problem itself if it is not random."""
    if not has("instance", type(problem)):
        return problem
    words = key.words()
    name = (typed(problem), *words.tolist())
    with _lock:
        if name not in _kept:
            _kept[name] = _draw(problem, words)
            if len(_kept) > _KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(name)
        return _kept[name]


def value_of(played: Any, x: np.ndarray) -> Any:
    """The value of one string under an instance."""
    return _value(played, x)


def level_of_string(played: Any, x: np.ndarray) -> int:
    """The level of one string under an instance."""
    return int(_level(played, x))
