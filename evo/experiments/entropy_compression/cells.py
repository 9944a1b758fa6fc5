"""The cells: runs on one function at one strength, with the means of what was sampled."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from evo.core.keys import Key
from evo.experiments.entropy_compression.config import EntropyCompressionConfig
from evo.experiments.grids import AbstractCell, RunSeries
from evo.studies import Columns

if TYPE_CHECKING:
    import polars as pl

HOT, BINVAL, LINEAR = "HotTopic", "BinVal", "linear"
PROGRESSING = (BINVAL, LINEAR)

_STEPS = 1000  # the longest run, in units of n steps; the longest that is needed takes some 60


@final
@dataclass(frozen=True, kw_only=True)
class GainCell(AbstractCell):
    """Sampled runs; its rows are runs, its columns means over the sampled accepted steps.

    `ups`, `downs`: flips per accepted step, over all accepted steps in the sampled part of the run. `density`: share
    of zero-bits. `accepted`: of effective mutations. `consistent`: of reverse proposals. `better`, `worse`, `equal`: of
    single swaps. `gain`: ln(R / P). `sampled`: sampled steps.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: the function.
        x: the strength.
        axis: the name of x in texts.
        problem: the function; every run draws its own.
        settings: the other arguments of `sample`.
        runs: how many.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "c"
    problem: Any
    settings: tuple[tuple[str, float], ...]
    runs: int

    @property
    def total(self) -> int:
        """The number of runs."""
        return self.runs

    @property
    def width(self) -> int:
        """Runs per block: some 0.7 s each."""
        return 1

    def described(self) -> str:
        """The function and how it is sampled."""
        return f"strict (1+1)-EA, strength {self.x!r}, on {self.problem!r}: {dict(self.settings)!r}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        from evo.experiments.entropy_compression.sampling import COLUMNS, log_gain, sample

        settings: Any = dict(self.settings)
        found = []
        for run in range(first, first + count):
            rows = sample(self.problem, key.child("run", run), strength=self.x, **settings)
            known = len(rows) > 0  # a run may have found the optimum before the first sample
            means = dict(zip(COLUMNS, rows.mean(axis=0) if known else [math.nan] * len(COLUMNS), strict=True))
            shares = ("accepted", "consistent", "better", "worse", "equal")
            found.append(
                {name: means[name] / settings["samples"] for name in shares}
                | {"ups": means["all_ups"] / settings["spacing"], "downs": means["all_downs"] / settings["spacing"]}
                | {"density": means["zeros"] / self.problem.n, "sampled": float(len(rows))}
                | {"gain": log_gain(rows, self.problem.n, self.x, settings["samples"]).mean() if known else math.nan}
            )
        return {name: np.array([row[name] for row in found]) for name in found[0]}


def gain_cells(config: EntropyCompressionConfig) -> list[GainCell]:
    """Stagnating runs on HotTopic, and runs that progress on BinVal and random linear functions."""
    from evo import discrete as d

    sizes = {"alpha": config.alpha, "beta": config.beta, "eps": config.eps}
    hot = d.HotTopic(config.n, levels=config.levels, **sizes)
    still = {"burn_in": config.burn_in * config.n, "moves": config.moves, "spacing": config.spacing}
    still |= {"density": config.density, "begin": 1.0, "until": 0.0}
    falling = {
        "burn_in": 0,
        "moves": config.n,
        "spacing": config.spacing // 4,
        "density": 0.5,
        "begin": config.density,
        "until": config.until,
    }
    found = [_cell(config, HOT, hot, c, still) for c in config.stagnating]
    for c in config.progressing:
        found.append(_cell(config, BINVAL, d.BinVal(config.n), c, falling))
        found.append(_cell(config, LINEAR, d.RandomLinear(config.n), c, falling))
    return found


def _cell(
    config: EntropyCompressionConfig, name: str, problem: Any, strength: float, settings: dict[str, float]
) -> GainCell:
    settings = settings | {"samples": config.samples, "steps": _STEPS * config.n}
    return GainCell(
        label=f"{name} c={strength!r}",
        series=name,
        x=strength,
        problem=problem,
        settings=tuple(sorted(settings.items())),
        runs=config.runs,
    )


def gain_series(table: pl.DataFrame, config: EntropyCompressionConfig) -> dict[str, RunSeries]:
    """The columns per function, as series over the strength; points without rows are left out.

    Runs on HotTopic that found the optimum before their last sample did not stagnate and are left out, and so are
    strengths at which more than half of the runs did.
    """
    import polars as pl

    found: dict[str, RunSeries] = {}
    for name in (HOT, *PROGRESSING):
        cells, columns = [], []
        for cell in gain_cells(config):
            every = table.filter(pl.col("cell") == cell.label)
            rows = every.filter(pl.col("sampled") >= config.moves) if name == HOT else every
            if cell.series == name and 0 < len(every) <= 2 * len(rows):
                cells.append(cell)
                columns.append({key: rows[key].to_numpy() for key in rows.columns if key not in ("cell", "run")})
        x = np.array([cell.x for cell in cells])
        times = tuple(np.full(len(next(iter(item.values()))), np.nan) for item in columns)
        found[name] = RunSeries(name, "c", x, tuple(columns), times, np.full(len(x), np.inf))
    return found
