"""The cells: whole runs, one series per function and strength, over n."""

from __future__ import annotations

import math
from typing import Any

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.monotone_zoo.config import MonotoneZooConfig
from evo.experiments.witt_scaling.exact import BINVAL, ONEMAX, UNIFORM, base, problem

#: a run is cut off after this multiple of (e^c / c) n ln n
CAP = 50.0
_BITS_PER_BLOCK = 500_000
LINEAR = (ONEMAX, UNIFORM, BINVAL)


def functions(config: MonotoneZooConfig) -> list[str]:
    """The names of all functions, linear ones first."""
    return [*LINEAR, *(topic(*setting) for setting in config.topics)]


def topic(alpha: float, beta: float, eps: float) -> str:
    """The name of a HotTopic function."""
    return f"HotTopic({alpha:g}, {beta:g}, {eps:g})"


def run_cells(config: MonotoneZooConfig) -> list[RunCell]:
    """All runs, small n first; the series is (function, strength), x is n, times are in units of n ln n."""
    return [_cell(config, name, n, c) for n in config.n for c in config.strengths for name in functions(config)]


def _cell(config: MonotoneZooConfig, name: str, n: int, strength: float) -> RunCell:
    from evo import discrete as d

    return RunCell(
        label=f"{name} n={n} c={strength!r}",
        series=(name, strength),
        x=float(n),
        axis="n",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=_problem(config, name, n),
        stop=Steps(math.ceil(CAP * base(n, strength))),
        runs=config.runs,
        per_block=max(1, int(_BITS_PER_BLOCK / n)),
        unit=n * math.log(n),
    )


def _problem(config: MonotoneZooConfig, name: str, n: int) -> Any:
    from evo import discrete as d

    settings = {topic(*setting): setting for setting in config.topics}
    return d.HotTopic(n, config.levels, *settings[name]) if name in settings else problem(name, n)
