"""The cells: runs by function, size and multiplier."""

from __future__ import annotations

import math

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.schedule_multiplier.config import ScheduleMultiplierConfig, problem

_SECONDS = 0.5  # of a block


def run_cells(config: ScheduleMultiplierConfig) -> list[RunCell]:
    """All runs; the series is (function, n)."""
    from evo import discrete as d

    return [
        RunCell(
            label=f"{function} n={n} c={c!r}",
            series=(function, n),
            x=c,
            axis="c",
            optimizer=d.OnePlusOne(rate=d.LogSchedule(alpha=c)),
            problem=problem(function, n),
            stop=Steps(math.ceil(config.cap * n * math.log(n))),
            runs=runs,
            per_block=max(1, min(1000, int(_SECONDS / (1e-6 * n)))),  # measured: about a microsecond per bit
            unit=n * math.log(n),
        )
        for n, runs in zip(config.n, config.runs, strict=True)
        for function in config.functions
        for c in sorted(config.multipliers)
    ]
