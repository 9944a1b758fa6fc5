"""The cells: past directions as they are, shrunk, and orthogonal directions, for each noise."""

from __future__ import annotations

import math

from evo.experiments.past_descent import AbstractArm, Orthogonal, Past, ShrunkPast, WalkCell, deviation_of
from evo.experiments.past_descent_noise.config import PastDescentNoiseConfig

#: in the order of the figure
ARMS: tuple[type[AbstractArm], ...] = (ShrunkPast, Past, Orthogonal)


def walk_cells(config: PastDescentNoiseConfig) -> list[WalkCell]:
    """All cells; the series is the arm. Without noise there is nothing to shrink: no such cell."""
    return [
        WalkCell(
            label=f"{arm.name} noise={noise!r}",
            series=arm,
            x=noise,
            axis="noise",
            arm=_arm(arm, config.pairs, noise),
            n=config.n,
            kept=(config.generations,),
            runs=config.runs,
            cosine=cosine_of(config),
            noise=noise,
            per_block=8,
        )
        for noise in config.noise
        for arm in ARMS
        if noise or arm is not ShrunkPast
    ]


def cosine_of(config: PastDescentNoiseConfig) -> float:
    """The cosine between successive gradients."""
    return math.sqrt(1.0 - config.turn)


def _arm(arm: type[AbstractArm], pairs: int, noise: float) -> AbstractArm:
    return ShrunkPast(pairs=pairs, deviation=deviation_of(noise)) if arm is ShrunkPast else arm(pairs=pairs)
