"""The rows: measured drift at a frozen level, and whole runs. A hash of this file is part of every plan."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.experiments.base import blocks
from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig
from evo.studies import Block

#: steps per row of a drift cell
BATCH = 500_000

_BATCHES_PER_BLOCK = 8
_RUNS_PER_BLOCK = 2


class DriftCell(NamedTuple):
    """The drift at one strength; its rows are batches of steps."""

    n: int
    strength: float

    @property
    def label(self) -> str:
        """The name of the cell in the rows, from which its key is derived."""
        return f"drift n={self.n} c={self.strength!r}"


class RunCell(NamedTuple):
    """Whole runs at one strength; its rows are runs."""

    n: int
    levels: int
    strength: float

    @property
    def label(self) -> str:
        """The name of the cell in the rows, from which its key is derived."""
        return f"run n={self.n} L={self.levels} c={self.strength!r}"


def drift_cells(config: HotTopicTransitionConfig) -> list[DriftCell]:
    """The cells of the drift, by size and strength."""
    return [DriftCell(n, c) for n in config.drift_n for c in sorted(config.drift_strengths)]


def run_cells(config: HotTopicTransitionConfig) -> list[RunCell]:
    """The cells of whole runs, by size and strength."""
    sizes = zip(config.n, config.levels, strict=True)
    return [RunCell(n, levels, c) for n, levels in sizes for c in sorted(config.strengths)]


def planned(config: HotTopicTransitionConfig) -> list[Block]:
    """All blocks, coarse to fine: one batch or run of each cell first, then blocks that end at fixed multiples."""
    batches = math.ceil(config.drift_samples / BATCH)
    ends = {cell.label: _ends(batches, [1], _BATCHES_PER_BLOCK) for cell in drift_cells(config)}
    ends |= {cell.label: _ends(config.runs, [1], _RUNS_PER_BLOCK) for cell in run_cells(config)}
    return blocks(ends)


def computed(config: HotTopicTransitionConfig, block: Block) -> dict[str, np.ndarray]:
    """The rows of a block."""
    for cell in run_cells(config):
        if cell.label == block.cell:
            return _runs(config, cell, block)
    for cell in drift_cells(config):
        if cell.label == block.cell:
            return _drifts(config, cell, block)
    raise ValueError(f"`block` must be one of the plan; got {block.stem}. Pass a block of plan(config).")


def engine(config: HotTopicTransitionConfig, cell: RunCell) -> str:
    """The engine that AUTO takes for a cell, and its version."""
    from evo.core.api import explain
    from evo.core.records import Final
    from evo.discrete import levels_visited

    return str(explain(*_parts(config, cell), record=Final(levels_visited)).chosen)


def _parts(config: HotTopicTransitionConfig, cell: RunCell):
    from evo import discrete as d

    problem = d.HotTopic(cell.n, cell.levels, config.alpha, config.beta, config.eps)
    return d.OnePlusOne(rate=d.Static(strength=cell.strength)), problem


def _runs(config: HotTopicTransitionConfig, cell: RunCell, block: Block) -> dict[str, np.ndarray]:
    from evo.core.api import repeat
    from evo.core.records import Final
    from evo.core.stops import Steps
    from evo.discrete import levels_visited

    cap = math.ceil(config.cap * cell.n * math.log(cell.n))
    runs = repeat(
        *_parts(config, cell),
        runs=block.count,
        first=block.first,
        seed=Key(config.seed).child(cell.label),
        stop=Steps(cap),
        record=Final(levels_visited),
        threads=1,  # blocks run side by side
    )
    return {
        "steps": runs.steps.astype(np.float64),
        "spent": runs.spent.astype(np.int64),
        "reached": runs.reached.astype(np.bool_),
        "visited": runs.records["levels_visited"].astype(np.int64),
    }


def _drifts(config: HotTopicTransitionConfig, cell: DriftCell, block: Block) -> dict[str, np.ndarray]:
    from evo import discrete as d
    from theory import hottopic

    counts = hottopic.counts(cell.n, alpha=config.alpha, eps=config.eps)
    hot = tuple(range(counts.hot))
    # Level 0 is frozen: level 1 would need all of the hot topic to be ones, that is, all its zero-bits to flip in one
    # step, of probability at most (c / n)^zeros: below 10^-29 for n = 1000, c = 3 and 12 zero-bits.
    problem = d.HotTopic.from_sets(cell.n, hot=[hot], core=[hot], eps=0.0)
    x = np.ones(cell.n, dtype=np.uint8)
    x[: counts.zeros_in] = 0
    x[counts.hot : counts.hot + counts.zeros_out] = 0
    optimizer = d.OnePlusOne(rate=d.Static(strength=cell.strength))
    key = Key(config.seed).child(cell.label)
    found = [
        d.drift(optimizer, problem, at=x, samples=BATCH, seed=key.child("batch", batch))
        for batch in range(block.first, block.first + block.count)
    ]
    return {
        "mean": np.array([item.mean for item in found]),
        "standard_error": np.array([item.standard_error for item in found]),
        "samples": np.array([item.samples for item in found], dtype=np.int64),
    }


def _ends(total: int, first: list[int], width: int) -> list[int]:
    """Where blocks end: at `first`, then at multiples of `width`, then at the total."""
    inner = [*first, *range(width, total, width)]
    return [*(end for end in inner if end < total), total]
