"""The cells: whole runs, one series per process and strength, over n."""

from __future__ import annotations

import math

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.po_ea import exact
from evo.experiments.po_ea.config import PoEaConfig

#: a run is cut off after this multiple of the exact mean; times above strength 1 are nearly geometric, so never
CAP = 60.0
_STEPS_PER_BLOCK = 12_000_000  # 1 s


def run_cells(config: PoEaConfig) -> list[RunCell]:
    """Whole runs where the exact mean is short enough; the series is (process, strength), x is n."""
    wanted = [(1.0, config.critical_n), *((c, config.n) for c in (*config.below, *config.above))]
    return [
        _cell(config, process, n, c)
        for c, sizes in wanted
        for process in exact.PROCESSES
        for n in sizes
        if exact.mean(process, n, c) <= config.longest
    ]


def _cell(config: PoEaConfig, process: exact.Process, n: int, strength: float) -> RunCell:
    from evo import discrete as d

    mean = exact.mean(process, n, strength)
    return RunCell(
        label=f"{process.name} n={n} c={strength!r}",
        series=(process.name, strength),
        x=float(n),
        axis="n",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=process.on(n),
        # Rounded, so that the last digit of an exact mean does not make another cell.
        stop=Steps(10 * math.ceil(float(f"{CAP * mean:.2g}") / 10)),
        runs=min(config.most_runs, max(config.least_runs, int(config.steps / mean))),
        per_block=max(1, int(_STEPS_PER_BLOCK / mean)),
    )
