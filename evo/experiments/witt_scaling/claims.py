"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, run_series
from evo.experiments.witt_scaling import exact
from evo.experiments.witt_scaling.cells import run_cells
from evo.experiments.witt_scaling.config import WittScalingConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

_CLAIMS = 8  # all are judged by rows
_WITT = "Witt 2013, as recalled"
#: mean run times over (e^c / c) n ln n at n = 1000, c = .25, .5, 1, 2, 3, of 40 runs each
EARLIER = {
    exact.ONEMAX: (0.96, 0.92, 0.88, 0.81, 0.74),
    exact.UNIFORM: (0.99, 0.97, 0.92, 0.89, 0.86),
    exact.BINVAL: (1.03, 0.97, 0.94, 0.87, 0.90),
}
EARLIER_N, EARLIER_C, _EARLIER_RUNS = 1000, (0.25, 0.5, 1.0, 2.0, 3.0), 40
#: how far the growth of a linear term may be from 0, per unit of ln n, at these n
_BEND = 0.05

Runs = dict[Any, RunSeries]


def claims_of(config: WittScalingConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs = run_series(table, run_cells(config))
    error = family_error / _CLAIMS
    return [
        _exact_claim(runs, config, error),
        _easiest_claim(runs, config, error),
        _bound_claim(runs, config, error),
        *(_slope_claim(name, runs, error) for name in exact.FUNCTIONS),
        _strength_claim(runs, error),
        _earlier_claim(runs, config, error),
    ]


def _exact_claim(runs: Runs, config: WittScalingConfig, error: float) -> Claim:
    claim = Claim(
        text="relative deviation of the mean run time from the exact one, OneMax, every strength and n",
        source="exact chain of the number of zero-bits (theory.onemax)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.1),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
        anywhere=True,
    )
    confidence = level(error, 1, len(config.strengths) + len(config.sizes))
    found: list[Interval] = []
    for axis in ("c", "n"):
        series = runs[axis, exact.ONEMAX]
        mean, spread = np.array([exact.onemax(*_point(config, series, x)) for x in series.x]).T
        found += mean_deviations(series, _steps(series), mean, confidence, spread=spread)
    return judge(claim, decisive(claim.predicted, found))


def _easiest_claim(runs: Runs, config: WittScalingConfig, error: float) -> Claim:
    claim = Claim(
        text="mean run time over the exact mean on OneMax, U(0, 1) and BinVal, strengths of at least 1, every n",
        source=f"{_WITT}: of all linear functions OneMax is the easiest",
        basis=Basis.RECALLED,
        predicted=Above(1.0),
        rule="Student intervals at all these points together; at smaller strengths they differ by less than 1 %",
        anywhere=True,
    )
    found = _quotients(runs, config, error, exact.FUNCTIONS[1:], _onemax, least=1.0)
    return judge(claim, decisive(claim.predicted, found))


def _bound_claim(runs: Runs, config: WittScalingConfig, error: float) -> Claim:
    claim = Claim(
        text="mean run time over the upper bound for every linear function, three functions, every strength and n",
        source=f"{_WITT}: multiplicative drift, any rate (theory.linear.upper_bound)",
        basis=Basis.RECALLED,
        predicted=Below(1.0),
        rule="Student intervals at all these points together",
        anywhere=True,
    )
    return judge(claim, decisive(claim.predicted, _quotients(runs, config, error, exact.FUNCTIONS, exact.upper_bound)))


def _slope_claim(name: str, runs: Runs, error: float) -> Claim:
    series = runs["n", name]
    ends = series.at([x in (series.x[0], series.x[-1]) for x in series.x]) if len(series.x) > 1 else series
    claim = Claim(
        text=f"growth of E[T] / (e n) per unit of ln n at strength 1, between the smallest and the largest n, {name}",
        source=f"{_WITT}: e n ln n + O(n), so that the growth tends to 1",
        basis=Basis.RECALLED,
        predicted=Exactly(1.0, _BEND, 0.1),
        rule=f"Student intervals at both ends; tolerance {_BEND}: what O(n) may still change over these n",
        anywhere=True,
    )
    if len(ends.x) < 2:
        return not_applicable(claim, "only one size was run")
    times = [steps / (exact.slope(1.0) * n) for steps, n in zip(_steps(ends), ends.x, strict=True)]
    low, high = means(ends, times, level(error, 1, 2))
    width = math.log(ends.x[1] / ends.x[0])
    found = Interval(
        (high.estimate - low.estimate) / width,
        (high.lower - low.upper) / width,
        (high.upper - low.lower) / width,
        low.confidence,
        f"Student t, n = {ends.x[0]:,.0f} and {ends.x[1]:,.0f}",
    )
    return judge(claim, found)


def _strength_claim(runs: Runs, error: float) -> Claim:
    claim = Claim(
        text="mean run time at strengths 0.5 and 2 over that at strength 1, all three functions",
        source=f"{_WITT}: rate 1/n is asymptotically best; in the limit 1.21 and 1.36",
        basis=Basis.RECALLED,
        predicted=Above(1.0),
        rule="quotients of means with Student intervals, all six together",
        anywhere=True,
    )
    found: list[Interval] = []
    for name in exact.FUNCTIONS:
        series = runs["c", name]
        series = series.at([c in (0.5, 1.0, 2.0) for c in series.x])
        if len(series.x) < 3:
            return not_applicable(claim, "strengths 0.5, 1 and 2 were not all run")
        less, one, more = means(series, _steps(series), level(error, 1, 9))
        for other in (less, more):
            if not (one.lower > 0.0 and math.isfinite(one.upper) and math.isfinite(other.upper)):
                return judge(claim, None, "too few runs, or capped ones")
            quotients = other.estimate / one.estimate, other.lower / one.upper, other.upper / one.lower
            found.append(Interval(*quotients, one.confidence, f"{other.method} over strength 1, {name}"))
    return judge(claim, decisive(claim.predicted, found))


def _earlier_claim(runs: Runs, config: WittScalingConfig, error: float) -> Claim:
    deviation = math.pi / math.sqrt(6.0) / math.log(EARLIER_N) / math.sqrt(_EARLIER_RUNS)
    tolerance = round(3.5 * deviation, 3)
    claim = Claim(
        text="deviation of the mean run time over (e^c / c) n ln n from an earlier table of 15 entries, n = 1000",
        source=f"an independent simulation, {_EARLIER_RUNS} runs each",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, tolerance, 0.06),
        rule="Student intervals at all these points; tolerance: 3.5 standard errors of the table, by Gumbel's law",
    )
    found: list[Interval] = []
    confidence = level(error, 1, 3 * len(EARLIER_C))
    for name, row in EARLIER.items():
        series = runs["c", name]
        series = series.at([config.n == EARLIER_N and c in EARLIER_C for c in series.x])
        table = dict(zip(EARLIER_C, row, strict=True))
        if len(series.x) < len(EARLIER_C):
            return not_applicable(claim, "claims not applicable at these sizes (this one is for n = 1000)")
        for one, c in zip(means(series, series.time, confidence), series.x, strict=True):
            off = table[float(c)]
            words = f"{one.method}, {name}"
            found.append(Interval(one.estimate - off, one.lower - off, one.upper - off, confidence, words))
    return judge(claim, decisive(claim.predicted, found))


def _quotients(
    runs: Runs, config: WittScalingConfig, error: float, names: tuple[str, ...], reference: Any, least: float = 0.0
) -> list[Interval]:
    confidence = level(error, 1, len(names) * (len(config.strengths) + len(config.sizes)))
    found: list[Interval] = []
    for name in names:
        for axis in ("c", "n"):
            series = runs[axis, name]
            series = series.where(low=least) if axis == "c" else series
            scale = [reference(*_point(config, series, x)) for x in series.x]
            for one, unit in zip(means(series, _steps(series), confidence), scale, strict=True):
                quotients = one.estimate / unit, one.lower / unit, one.upper / unit
                found.append(Interval(*quotients, confidence, f"{one.method}, {name}"))
    return found


def _onemax(n: int, strength: float) -> float:
    return exact.onemax(n, strength)[0]


def _point(config: WittScalingConfig, series: RunSeries, x: float) -> tuple[int, float]:
    return (config.n, float(x)) if series.axis == "c" else (int(x), 1.0)


def _steps(series: RunSeries) -> list[np.ndarray]:
    return series["steps"]
