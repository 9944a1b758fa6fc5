"""The cells: whole runs, over the strengths at one n and over n at strength 1."""

from __future__ import annotations

import math

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.witt_scaling import exact
from evo.experiments.witt_scaling.config import WittScalingConfig

#: a run is cut off after this multiple of (e^c / c) n ln n
CAP = 20.0
_BITS_PER_BLOCK = 1_000_000


def run_cells(config: WittScalingConfig) -> list[RunCell]:
    """All runs: the series is (axis, function), the axis "c" or "n"."""
    found = [_cell(config, name, config.n, c, "c") for name in exact.FUNCTIONS for c in config.strengths]
    return found + [_cell(config, name, n, 1.0, "n") for name in exact.FUNCTIONS for n in config.sizes]


def _cell(config: WittScalingConfig, name: str, n: int, strength: float, axis: str) -> RunCell:
    from evo import discrete as d

    unit = exact.base(n, strength)
    return RunCell(
        label=f"{name} by {axis} n={n} c={strength!r}",
        series=(axis, name),
        x=strength if axis == "c" else float(n),
        axis=axis,
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=exact.problem(name, n),
        stop=Steps(math.ceil(CAP * unit)),
        runs=config.runs(n),
        per_block=max(1, int(_BITS_PER_BLOCK / n)),
        unit=unit,
    )
