"""The cells: whole runs at static rates, under success rules, and of the methods over n."""

from __future__ import annotations

import math
from typing import Any

from evo.core.stops import Steps
from evo.experiments.grids import RunCell
from evo.experiments.leadingones_rates import exact
from evo.experiments.leadingones_rates.config import LeadingOnesRatesConfig

#: a run is cut off after this multiple of the exact mean
CAP = 30.0
_ADJUSTED_STEPS = 10_000_000  # per block: 1 s
_LEVELS = 400_000  # visited per block


def run_cells(config: LeadingOnesRatesConfig) -> list[RunCell]:
    """All runs: the series is "static", ("success", F) or ("method", its name)."""
    from evo import discrete as d

    found = [
        _cell(config, "static", c, "c", config.n, d.OnePlusOne(rate=d.Static(strength=c)), exact.static(config.n, c)[0])
        for c in config.strengths
    ]
    for factor in config.factors:
        for s in config.s:
            rule = d.OnePlusOne(rate=d.SuccessRule(factor=factor, s=s))
            mean = exact.success(config.n, s, factor)[0]
            found.append(_cell(config, ("success", factor), s, "s", config.n, rule, mean, adjusted=True))
    for method in exact.methods(config.method_s, config.method_factor):
        for n in config.sizes:
            name, mean = ("method", method.name), method.moments(n)[0]
            found.append(_cell(config, name, float(n), "n", n, method.optimizer(n), mean, adjusted=method.adjusted))
    return found


def _runs(config: LeadingOnesRatesConfig, n: int) -> int:
    """The runs of a point with a success rule: at smaller n as many as take the same time, at most `runs`."""
    few = config.success_runs
    return max(few, min(config.runs, int(few * (config.n / n) ** 2)))


def _cell(
    config: LeadingOnesRatesConfig,
    series: Any,
    x: float,
    axis: str,
    n: int,
    optimizer: Any,
    mean: float,
    *,
    adjusted: bool = False,
) -> RunCell:
    from evo import discrete as d

    words = series if isinstance(series, str) else f"{series[0]} {series[1]}"
    return RunCell(
        label=f"{words} n={n} {axis}={x!r}",
        series=series,
        x=x,
        axis=axis,
        optimizer=optimizer,
        problem=d.LeadingOnes(n),
        # Rounded, so that the last digit of an exact mean does not make another cell.
        stop=Steps(10 * math.ceil(float(f"{CAP * mean:.2g}") / 10)),
        runs=_runs(config, n) if adjusted else config.runs,
        per_block=max(1, int(_ADJUSTED_STEPS / mean) if adjusted else int(_LEVELS / n)),
        unit=float(n * n),
    )
