"""The cells: whole runs by algorithm and mu."""

from __future__ import annotations

import math

import numpy as np

from evo.core.stops import Steps
from evo.experiments.grids import Observed, RunCell
from evo.experiments.population_slowdown.config import PopulationSlowdownConfig

#: the two series
EA, GA = "(µ+1)-EA", "(µ+1)-GA"


def run_cells(config: PopulationSlowdownConfig) -> list[RunCell]:
    """Whole runs; the series is the algorithm."""
    return [
        *(_cell(config, EA, mu, 0.0, config.runs) for mu in sorted(config.population)),
        *(_cell(config, GA, mu, config.crossover, config.crossover_runs) for mu in sorted(config.crossover_population)),
    ]


def _cell(config: PopulationSlowdownConfig, series: str, mu: int, crossover: float, runs: int) -> RunCell:
    from evo import discrete as d

    n = config.n
    return RunCell(
        label=f"{'ga' if crossover else 'ea'} n={n} mu={mu}",
        series=series,
        x=float(mu),
        axis="µ",
        optimizer=d.MuPlusOne(mu, rate=d.Static(strength=config.strength), crossover=crossover),
        problem=d.HotTopic(n, config.levels, config.alpha, config.beta, config.eps),
        stop=Steps(math.ceil(config.cap * n * math.log(n))),
        runs=runs,
        unit=1000.0,
        observed=(Observed("visited", d.levels_visited, np.int64),),
    )
