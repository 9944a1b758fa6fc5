"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive
from evo.experiments.lengler_benchmark_sheet.cells import course, ends, run_cells
from evo.experiments.lengler_benchmark_sheet.config import LenglerBenchmarkSheetConfig
from evo.statistics import Interval, mean_interval

if TYPE_CHECKING:
    import polars as pl

_SHEET = "the author's benchmark sheet; how many runs are behind the number is not known, so it is taken as one"
#: strength -> (per cent of one-bits, its rounding, the widest half of an interval that says something)
PUBLISHED = {0.9: (99.998, 5e-4, 0.2), 4.0: (90.5, 0.05, 2.5)}
#: strength -> per cent of one-bits, means of three runs each
EARLIER = {
    0.5: 99.927,
    0.9: 99.980,
    1.0: 99.967,
    1.5: 99.960,
    2.0: 99.887,
    2.5: 99.640,
    3.0: 98.893,
    3.5: 92.79,
    4.0: 91.20,
    5.0: 87.73,
}
_EARLIER_RUNS = 3
_STALLING = 4.0
#: per cent of all bits, a fiftieth of an axis from 0 to 100 %; less progress than this is not seen
VISIBLE = 2.0

_SAME = ("n", "levels", "alpha", "beta", "eps", "steps")


def claims_of(config: LenglerBenchmarkSheetConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    error = family_error / (len(PUBLISHED) + 3)  # of one claim
    series = ends(table, config)
    found = [_published_claim(c, series, config, error) for c in PUBLISHED]
    found += [_progress_claim(config, table, error), _rising_claim(config, table, error)]
    return [*found, _earlier_claim(series, config, error)]


def ones(config: LenglerBenchmarkSheetConfig, zeros: np.ndarray) -> np.ndarray:
    """Per cent of one-bits."""
    return 100.0 * (1.0 - zeros / config.n)


def as_on_the_sheet(config: LenglerBenchmarkSheetConfig) -> bool:
    """Whether the function and the length of the runs are those of the sheet."""
    return all(getattr(config, name) == getattr(LenglerBenchmarkSheetConfig, name) for name in _SAME)


def _published_claim(strength: float, series: RunSeries, config: LenglerBenchmarkSheetConfig, error: float) -> Claim:
    value, rounding, resolution = PUBLISHED[strength]
    claim = Claim(
        text=f"per cent of one-bits at the end of one more run, c = {strength:g}",
        source=_SHEET,
        basis=Basis.QUOTED,
        predicted=Exactly(value, rounding, resolution),
        rule="normal prediction interval for one further run (Student t)",
    )
    judged = series.where(strength, strength)
    if not as_on_the_sheet(config) or not len(judged.x):
        return _elsewhere(claim)
    values = ones(config, judged["zeros"][0])
    if len(values) < 2:
        return judge(claim, None, "too few runs")
    mean, best = float(values.mean()), float(values.max())
    note = f"mean of {len(values)} runs {mean:.4f} %, the best {best:.2f} %"
    return judge(claim, predicted_mean(values, 1, level(error, 1)), note)


def _progress_claim(config: LenglerBenchmarkSheetConfig, table: pl.DataFrame, error: float) -> Claim:
    claim = Claim(
        text=f"progress over the second half of the run, in per cent of all bits, c = {_STALLING:g}",
        source=f"the author's benchmark sheet: no visible progress; taken as less than {VISIBLE:g} % of the axis",
        basis=Basis.QUOTED,
        predicted=Below(VISIBLE),
        rule="Student t over runs of ones at the end less ones at half time",
    )
    return _trend(claim, config, table, "zeros", -100.0 / config.n, error)


def _rising_claim(config: LenglerBenchmarkSheetConfig, table: pl.DataFrame, error: float) -> Claim:
    claim = Claim(
        text=f"levels gained over the second half of the run, c = {_STALLING:g}",
        source="the author's benchmark sheet: the fitness still rises, that is the level",
        basis=Basis.QUOTED,
        predicted=Above(0.0),
        rule="Student t over runs of the level at the end less the level at half time",
    )
    return _trend(claim, config, table, "level", 1.0, error)


def _trend(
    claim: Claim, config: LenglerBenchmarkSheetConfig, table: pl.DataFrame, name: str, scale: float, error: float
) -> Claim:
    """A claim about the end of a run less its half time."""
    cell = next((cell for cell in run_cells(config) if cell.x == _STALLING), None)
    if cell is None or not as_on_the_sheet(config):
        return _elsewhere(claim)
    values = course(table, cell, name)
    if len(values) < 2:
        return judge(claim, None, "too few runs")
    gained = scale * (values[:, -1] - values[:, cell.points // 2])
    return judge(claim, mean_interval(gained, level(error, 1)))


def _earlier_claim(series: RunSeries, config: LenglerBenchmarkSheetConfig, error: float) -> Claim:
    claim = Claim(
        text="deviation of an earlier mean of three runs, in per cent of all bits, every strength from 0.5 to 5",
        source=f"an independent implementation, {_EARLIER_RUNS} runs per strength",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 5e-3, 4.0),
        rule="normal prediction interval for the mean of three further runs (Student t), at all strengths together",
    )
    judged = series.at([float(c) in EARLIER for c in series.x])
    if not as_on_the_sheet(config) or len(judged.x) < len(EARLIER):
        return _elsewhere(claim)
    if min(judged.runs) < 2:
        return judge(claim, None, "too few runs")
    found: list[Interval] = []
    for c, zeros in zip(judged.x, judged["zeros"], strict=True):
        one = predicted_mean(ones(config, zeros), _EARLIER_RUNS, level(error, 1, len(judged.x)))
        value, words = EARLIER[float(c)], f"{one.method}, c = {c:g}"
        found.append(Interval(one.estimate - value, one.lower - value, one.upper - value, one.confidence, words))
    return judge(claim, decisive(claim.predicted, found))


def predicted_mean(values: np.ndarray, further: int, confidence: float) -> Interval:
    """Where the mean of so many further runs is expected: mean ± t s (1 / runs + 1 / further)^(1/2)."""
    one = mean_interval(values, confidence)
    wider = math.sqrt(1.0 + len(values) / further)
    lower, upper = (one.estimate + wider * (bound - one.estimate) for bound in (one.lower, one.upper))
    words = "one further run" if further == 1 else f"the mean of {further} further runs"
    return Interval(one.estimate, lower, upper, confidence, f"prediction of {words}")


def _elsewhere(claim: Claim) -> Claim:
    return not_applicable(claim, "claims not applicable at these sizes (this one is for the function of the sheet)")
