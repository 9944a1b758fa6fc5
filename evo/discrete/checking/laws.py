"""The landscape of a function under an acceptance rule, as the enumeration takes it."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np

from evo.core.keys import Key
from evo.discrete import enumeration
from evo.discrete.engines import functions as f
from evo.discrete.parts import (
    AbstractAcceptance,
    AbstractFunction,
)
from evo.testing import NotCheckedError


def scene_of(problem: AbstractFunction, key: Key, acceptance: AbstractAcceptance) -> enumeration.Landscape:
    """The landscape of a function under an acceptance rule."""
    rows = enumeration.strings(problem.n)
    played = f.instance(problem.lower(problem.n), key.child("instance").words())
    caches = [f.prepare(played, x.copy()) for x in rows]
    solved = [bool(f.solved(played, cache, int(problem.n - x.sum()))) for cache, x in zip(caches, rows)]
    levels = [int(f.level(played, cache)) for cache in caches]
    rule = acceptance.lower(problem.n)
    return enumeration.landscape(
        problem.evaluate(rows, 0, key).tolist(), solved, levels, functools.partial(chance_kept, rule)
    )


def chance_kept(rule: Any, sign: int, magnitude: float) -> float:
    """The probability over u with which a rule keeps an offspring, for rules that keep it for small u."""
    if not f.draws(rule):
        return float(f.keep(rule, sign, magnitude, 0.0))
    grid = [bool(f.keep(rule, sign, magnitude, u)) for u in np.linspace(0.0, 1.0, 65)[:-1]]
    if any(later and not earlier for earlier, later in itertools.pairwise(grid)):
        raise NotCheckedError("the rule does not keep offspring for all u below a bound")
    low, high = (0.0, 1.0) if grid[0] else (0.0, 0.0)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if f.keep(rule, sign, magnitude, middle) else (low, middle)
    return low if low < 1.0 - 1e-12 else 1.0
