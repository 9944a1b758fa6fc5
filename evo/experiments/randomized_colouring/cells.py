"""The cells: every kind of solver at its exponents."""

from __future__ import annotations

from evo.experiments.randomized_arms import SolverCell
from evo.experiments.randomized_colouring.config import RandomizedColouringConfig
from evo.experiments.randomized_colouring.ingredients import ingredients, judged
from evo.experiments.randomized_colouring.names import CUBIC, NAMED, SOLVERS, Solver


def exponents(config: RandomizedColouringConfig, solver: Solver) -> tuple[float, ...]:
    """All with identifiers, the largest for several graphs; where there is one input the exponent does not matter."""
    if solver.setting == NAMED:
        return config.exponents[::-1]
    return (config.exponents[-1],) if solver.setting == CUBIC else (1.0,)


def run_cells(config: RandomizedColouringConfig) -> list[SolverCell]:
    """All cells."""
    return [
        SolverCell(
            label=f"{kind}, q={q:g}",
            series=kind,
            x=q,
            make=ingredients,
            config=config,
            inputs=judged(config, SOLVERS[kind]),
            runs=config.runs,
            seed=config.seed,
        )
        for kind in config.kinds
        for q in exponents(config, SOLVERS[kind])
    ]
