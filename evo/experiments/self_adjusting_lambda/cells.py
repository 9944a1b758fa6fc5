"""The cells: runs by function, size and s."""

from __future__ import annotations

import math

import numpy as np

from evo.core.stops import Steps
from evo.experiments.grids import Observed, RunCell
from evo.experiments.self_adjusting_lambda.config import INEFFICIENT, N, SelfAdjustingLambdaConfig, problem

_STEPS_PER_BLOCK = 5_000_000  # a capped generation has some two offspring: 0.5 s


#: (function, where, s -> mean generations / n of three runs, last digit that was given, half-width that decides)
TABLES: tuple[tuple[str, str, dict[float, tuple[float, float]], float], ...] = (
    (
        "onemax",
        "s ≤ 3",
        {0.5: (0.64, 0.01), 1.0: (0.97, 0.01), 2.0: (2.0, 0.1), 2.5: (3.0, 0.1), 3.0: (5.1, 0.1)},
        math.log(2.0),
    ),
    ("onemax", "s = 3.2", {3.2: (10.5, 0.1)}, math.log(4.0)),
    # here some runs are capped, so that no upper bound for a mean of three is known: alone, not to hide the others
    ("onemax", "s = 3.4", {3.4: (56.0, 1.0)}, math.log(4.0)),
    ("dynamic-binval", "s ≤ 1.5", {0.5: (1.3, 0.1), 1.0: (2.1, 0.1), 1.5: (4.1, 0.1)}, math.log(2.0)),
    ("dynamic-binval", "s = 1.8", {1.8: (9.9, 0.1)}, math.log(4.0)),
)


def run_cells(config: SelfAdjustingLambdaConfig) -> list[RunCell]:
    """Runs of the figure; the series is (function, n)."""
    sizes = zip(config.n, config.runs, strict=True)
    return [
        _cell(config, function, n, s, runs, (function, n))
        for n, runs in sizes
        for function in config.functions
        for s in sorted(config.s)
    ]


def inefficient_cells(config: SelfAdjustingLambdaConfig) -> list[RunCell]:
    """Runs at s = 18, where all functions are known to be hard, for the largest n; right of the figure."""
    n, runs = config.n[-1], config.runs[-1]
    return [_cell(config, name, n, INEFFICIENT, min(runs, 20), (name, n, "s = 18")) for name in config.functions]


def table_cells(config: SelfAdjustingLambdaConfig) -> list[RunCell]:
    """Many short runs where an earlier measurement gives means, if its size is among those of the figure."""
    if N not in config.n:
        return []
    return [
        _cell(config, function, N, s, config.table_runs, (function, N, "table"))
        for function in config.functions
        for s in sorted({s for name, _, earlier, _ in TABLES if name == function for s in earlier})
    ]


def _cell(
    config: SelfAdjustingLambdaConfig, function: str, n: int, s: float, runs: int, series: tuple[str | int, ...]
) -> RunCell:
    from evo import discrete as d

    steps = math.ceil(config.cap * n)
    return RunCell(
        label=" ".join([function, f"n={n}", f"s={s!r}", *map(str, series[2:])]),
        series=series,
        x=s,
        axis="s",
        optimizer=d.OneCommaLambda(d.OffspringRule(factor=config.factor, s=s), rate=d.Static(strength=1.0)),
        problem=problem(function, n),
        stop=Steps(steps),
        runs=runs,
        per_block=250 if "table" in series else max(1, min(25, _STEPS_PER_BLOCK // steps)),
        unit=float(n),
        observed=(Observed("zeros", d.zeros, np.int64),),
    )
