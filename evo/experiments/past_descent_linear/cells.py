"""The cells: every arm with every number of pairs."""

from __future__ import annotations

from evo.experiments.past_descent import (
    AbstractArm,
    Gaussian,
    GuidedPast,
    MovingAverage,
    Orthogonal,
    Past,
    RunningMean,
    WalkCell,
)
from evo.experiments.past_descent_linear.config import PastDescentLinearConfig

#: in the order of the figure
ARMS: tuple[type[AbstractArm], ...] = (Past, RunningMean, MovingAverage, GuidedPast, Orthogonal, Gaussian)


def walk_cells(config: PastDescentLinearConfig) -> list[WalkCell]:
    """All cells; the series is (arm, pairs)."""
    return [
        WalkCell(
            label=f"{arm.name} pairs={pairs}",
            series=(arm, pairs),
            x=pairs,
            arm=arm(pairs=pairs),
            n=config.n,
            kept=config.generations,
            runs=runs,
            per_block=16 if pairs * config.n < 50_000 else 8,
        )
        for pairs, runs in zip(config.pairs, config.runs, strict=True)
        for arm in ARMS
    ]
