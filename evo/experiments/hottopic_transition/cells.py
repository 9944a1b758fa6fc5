"""The cells: the drift at a frozen level, and whole runs."""

from __future__ import annotations

import math

import numpy as np

from evo.core.stops import Steps
from evo.experiments.grids import DriftCell, Observed, RunCell
from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig

#: steps per row of a drift cell
BATCH = 500_000


def drift_cells(config: HotTopicTransitionConfig) -> list[DriftCell]:
    """The cells of the drift, by size and strength; the series is n."""
    return [_drift_cell(config, n, c) for n in config.drift_n for c in sorted(config.drift_strengths)]


def run_cells(config: HotTopicTransitionConfig) -> list[RunCell]:
    """The cells of whole runs, by size and strength; the series is (n, levels)."""
    sizes = zip(config.n, config.levels, strict=True)
    return [_run_cell(config, n, levels, c) for n, levels in sizes for c in sorted(config.strengths)]


def _run_cell(config: HotTopicTransitionConfig, n: int, levels: int, strength: float) -> RunCell:
    from evo import discrete as d

    unit = n * math.log(n)
    return RunCell(
        label=f"run n={n} L={levels} c={strength!r}",
        series=(n, levels),
        x=strength,
        axis="c",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=d.HotTopic(n, levels, config.alpha, config.beta, config.eps),
        stop=Steps(math.ceil(config.cap * unit)),
        runs=config.runs,
        per_block=2,
        unit=unit,
        observed=(Observed("visited", d.levels_visited, np.int64),),
    )


def _drift_cell(config: HotTopicTransitionConfig, n: int, strength: float) -> DriftCell:
    from evo import discrete as d
    from theory import hottopic

    counts = hottopic.counts(n, alpha=config.alpha, eps=config.eps)
    hot = tuple(range(counts.hot))
    # Level 0 is frozen: level 1 would need all of the hot topic to be ones, that is, all its zero-bits to flip in one
    # step, of probability at most (c / n)^zeros: below 10^-29 for n = 1000, c = 3 and 12 zero-bits.
    return DriftCell(
        label=f"drift n={n} c={strength!r}",
        series=n,
        x=strength,
        axis="c",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=d.HotTopic.from_sets(n, hot=[hot], core=[hot], eps=0.0),
        zeros=((0, counts.zeros_in), (counts.hot, counts.hot + counts.zeros_out)),
        samples=config.drift_samples,
        batch=BATCH,
    )
