"""The cells: every kind of policy at every exponent; past directions at the largest alone."""

from __future__ import annotations

import dataclasses

from evo.experiments.randomized_arms import SolverCell
from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig
from evo.experiments.randomized_grid_world.ingredients import ingredients
from evo.experiments.randomized_grid_world.names import GRID, KINDS


def run_cells(config: RandomizedGridWorldConfig) -> list[SolverCell]:
    """All cells, the largest exponent first."""
    same = dataclasses.replace(config, kinds=KINDS)  # what else is run does not change a cell
    return [
        SolverCell(
            label=f"{kind}, q={q:g}",
            series=kind,
            x=q,
            make=ingredients,
            config=same,
            inputs=targets(config),
            runs=config.runs,
            seed=config.seed,
        )
        for q in reversed(config.exponents)
        for kind in config.kinds
        if kind in GRID or q == config.exponents[-1]
    ]


def targets(config: RandomizedGridWorldConfig) -> int:
    """All cells but the start."""
    return config.rows * config.columns - 1
