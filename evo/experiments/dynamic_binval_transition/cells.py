"""The cells: whole runs, stagnating runs, and the drift next to the optimum."""

from __future__ import annotations

import math

from evo.core.stops import Steps
from evo.experiments.dynamic_binval_transition.config import DynamicBinValTransitionConfig
from evo.experiments.grids import DriftCell, Observed, RunCell

_STEPS_PER_BLOCK = 15_000_000  # at most: 1 s


def run_cells(config: DynamicBinValTransitionConfig) -> list[RunCell]:
    """Whole runs, by size and strength; the series is n."""
    from theory import dynamic_bin_val

    limit = float(dynamic_bin_val.threshold())
    cells: list[RunCell] = []
    for n, below, above in zip(config.n, config.runs, config.runs_above, strict=True):
        for c in sorted(config.strengths):
            label = f"run n={n} c={c!r}"
            if c <= limit:  # most runs end after less than a tenth of the cap
                cells.append(_cell(label, n, n, c, config.cap, below, length=config.cap / 10))
            else:
                cells.append(_cell(label, n, n, c, config.cap, above, length=config.cap))
    return cells


def density_cells(config: DynamicBinValTransitionConfig) -> list[RunCell]:
    """Stagnating runs of a fixed length, by strength; the mean density over their second half."""
    n, budget, runs = config.density_n, config.density_budget, config.density_runs
    return [
        _cell(f"density n={n} c={c!r}", f"density {n}", n, c, budget, runs, length=budget, halved=True)
        for c in sorted(config.density_strengths)
    ]


def drift_cells(config: DynamicBinValTransitionConfig) -> list[DriftCell]:
    """The drift at a fixed number of zero-bits, by strength."""
    from evo import discrete as d

    n, zeros = config.drift_n, config.drift_zeros
    return [
        DriftCell(
            label=f"drift n={n} zeros={zeros} c={c!r}",
            series=n,
            x=c,
            axis="c",
            optimizer=d.OnePlusOne(rate=d.Static(strength=c)),
            problem=d.DynamicBinVal(n),
            zeros=((0, zeros),),
            samples=config.drift_samples,
        )
        for c in sorted(config.drift_strengths)
    ]


def _cell(
    label: str,
    series: int | str,
    n: int,
    strength: float,
    cap: float,
    runs: int,
    *,
    length: float,
    halved: bool = False,
) -> RunCell:
    """Runs up to a cap in units of n ln n; `length`, about that of a run, sizes the blocks."""
    from evo import discrete as d

    unit = n * math.log(n)
    steps = math.ceil(cap * unit)
    return RunCell(
        label=label,
        series=series,
        x=strength,
        axis="c",
        optimizer=d.OnePlusOne(rate=d.Static(strength=strength)),
        problem=d.DynamicBinVal(n),
        stop=Steps(steps),
        runs=runs,
        per_block=max(1, int(_STEPS_PER_BLOCK / (length * unit))),
        unit=unit,
        observed=(Observed("density", d.mean_density(after=steps // 2)),) if halved else (),
    )
