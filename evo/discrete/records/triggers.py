"""The recorders of the core as the compiled engines see them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.records import Every, Final, Improvements, LogGrid, Recorder
from evo.discrete.engines.generic import implements_lowered


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


for _kind, _function in (
    (LoweredFinal, _never),
    (LoweredImprovements, _on_improvement),
    (LoweredEvery, _on_multiple),
    (LoweredLogGrid, _on_grid),
):
    _function.__name__ = "due"
    implements_lowered(_kind)(_function)
