"""The cells: runs by function, policy and size."""

from __future__ import annotations

import math

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.hidden_subset.config import HiddenSubsetConfig, problem, rate

_SECONDS = 0.5  # of a block


def run_cells(config: HiddenSubsetConfig) -> list[RunCell]:
    """All runs; the series is (function, policy)."""
    cells: list[RunCell] = []
    for n, runs, static_runs in zip(config.n, config.runs, config.static_runs, strict=True):
        for function in config.functions:
            cells += [_cell(config, function, policy, n, runs) for policy in ("known", "adaptive", "schedule")]
        if static_runs:
            cells.append(_cell(config, config.functions[0], "static", n, static_runs))
    return cells


def _cell(config: HiddenSubsetConfig, function: str, policy: str, n: int, runs: int) -> RunCell:
    from evo import discrete as d

    unit = n * math.log(n)
    law = f" eps={config.eps!r}" if policy == "static" else ""
    # measured: about a microsecond per bit, and for the static law on OneMax 1 ms at n = 100, 0.7 s at n = 10,000
    seconds = 1e-3 * (n / 100.0) ** 1.45 if policy == "static" else 1.2e-6 * n
    return RunCell(
        label=f"{function} {policy}{law} n={n}",
        series=(function, policy),
        x=float(n),
        axis="n",
        optimizer=d.OnePlusOne(rate=rate(policy, config)),
        problem=problem(function, n),
        stop=Steps(math.ceil(config.cap * unit)),
        runs=runs,
        per_block=max(1, min(1000, int(_SECONDS / seconds))),
        unit=unit,
    )
