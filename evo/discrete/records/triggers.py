"""The recorders of the core as the compiled engines see them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.records import Every, Final, Improvements, LogGrid, Recorder
from evo.discrete.engines.generic import implements_lowered

#: a step that no run reaches
NEVER = 2**62


class LoweredFinal(NamedTuple):
    """`Final` (or no recorder) as kernels see it."""

    unused: int


class LoweredImprovements(NamedTuple):
    """`Improvements` as kernels see it."""

    unused: int


class LoweredEvery(NamedTuple):
    """`Every` as kernels see it."""

    steps: int


class LoweredLogGrid(NamedTuple):
    """`LogGrid` as kernels see it."""

    grid: np.ndarray


def lowered_trigger(recorder: Recorder | None) -> Any:
    """The named tuple of a recorder; None for recorders that the compiled engines do not know."""
    if recorder is None or isinstance(recorder, Final):
        return LoweredFinal(0)
    if isinstance(recorder, Improvements):
        return LoweredImprovements(0)
    if isinstance(recorder, Every):
        return LoweredEvery(recorder.steps)
    return LoweredLogGrid(recorder.grid()) if isinstance(recorder, LogGrid) else None


def _never(trigger, grid_place, step, improved):
    return False, grid_place


def _on_improvement(trigger, grid_place, step, improved):
    return improved or step == 0, grid_place


def _on_multiple(trigger, grid_place, step, improved):
    return step % trigger.steps == 0, grid_place


def _on_grid(trigger, grid_place, step, improved):
    if grid_place < trigger.grid.shape[0] and trigger.grid[grid_place] == step:
        return True, grid_place + 1
    return False, grid_place


def _due_never(trigger, grid_place, step):
    return NEVER


def _next_multiple(trigger, grid_place, step):
    return (step // trigger.steps + 1) * trigger.steps


def _next_of_grid(trigger, grid_place, step):
    return trigger.grid[grid_place] if grid_place < trigger.grid.shape[0] else NEVER


for _kind, _due, _next in (
    (LoweredFinal, _never, _due_never),
    (LoweredImprovements, _on_improvement, _due_never),
    (LoweredEvery, _on_multiple, _next_multiple),
    (LoweredLogGrid, _on_grid, _next_of_grid),
):
    _due.__name__, _next.__name__ = "due", "next_due"
    implements_lowered(_kind)(_due)
    implements_lowered(_kind)(_next)
