"""The cells: past and orthogonal directions, for each number of pairs and each angle."""

from __future__ import annotations

import math

from evo.experiments.past_descent import Orthogonal, Past, WalkCell
from evo.experiments.past_descent_drift.config import PastDescentDriftConfig


def cosine_of(turn: float) -> float:
    """The cosine between successive gradients."""
    return math.sqrt(1.0 - turn)


def walk_cells(config: PastDescentDriftConfig) -> list[WalkCell]:
    """All cells; the series is (arm, pairs). Without a past the angle does not matter: one cell."""
    found = [
        WalkCell(
            label=f"{Past.name} pairs={pairs} turn={turn!r}",
            series=(Past, pairs),
            x=turn,
            axis="1 - a^2",
            arm=Past(pairs=pairs),
            n=config.n,
            kept=config.kept,
            runs=config.runs,
            cosine=cosine_of(turn),
            per_block=16,
        )
        for pairs in config.pairs
        for turn in config.turns
    ]
    found += [
        WalkCell(
            label=f"{Orthogonal.name} pairs={pairs}",
            series=(Orthogonal, pairs),
            x=config.turns[-1],
            axis="1 - a^2",
            arm=Orthogonal(pairs=pairs),
            n=config.n,
            kept=config.kept,
            runs=config.runs,
            cosine=cosine_of(config.turns[-1]),
            per_block=16,
        )
        for pairs in config.pairs
    ]
    return found
