"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, run_series
from evo.experiments.monotone_zoo.cells import functions, run_cells
from evo.experiments.monotone_zoo.config import MonotoneZooConfig
from evo.experiments.po_ea import exact as po_ea
from evo.experiments.witt_scaling import exact
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

_CLAIMS = 6
_THEOREM = "Lengler, Martinsson and Steger 2019, abstract: O(n log^2 n) on every monotone function up to some c_0 > 1"

Runs = dict[Any, RunSeries]


def claims_of(config: MonotoneZooConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs = run_series(table, run_cells(config))
    error = family_error / _CLAIMS
    return [
        _exact_claim(runs, config, error),
        _falling_claim(runs, config, error, 0.0, config.above, f"{_THEOREM}; beyond 1 ours, as c_0 is not known"),
        _falling_claim(
            runs,
            config,
            error,
            config.above,
            2.0,
            "linear functions: Witt 2013; HotTopic: efficient below 2.1369 (Lengler and Steger 2018), as recalled",
        ),
        _unit_claim(runs, config, error),
        _exponent_claim(runs, config, error),
        _contrast_claim(runs, config, error),
    ]


def _exact_claim(runs: Runs, config: MonotoneZooConfig, error: float) -> Claim:
    claim = Claim(
        text="relative deviation of the mean run time from the exact one, OneMax, every strength and n",
        source="exact chain of the number of zero-bits (theory.onemax)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.15),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
        anywhere=True,
    )
    confidence = level(error, 1, len(config.strengths) * len(config.n))
    found: list[Interval] = []
    for c in config.strengths:
        series = runs[exact.ONEMAX, c]
        mean, spread = np.array([exact.onemax(int(n), c) for n in series.x]).T
        for one in mean_deviations(series, series["steps"], mean, confidence, spread=spread):
            found.append(Interval(one.estimate, one.lower, one.upper, confidence, f"{one.method}, c = {c:g}"))
    return judge(claim, decisive(claim.predicted, found))


def _falling_claim(runs: Runs, config: MonotoneZooConfig, error: float, low: float, high: float, source: str) -> Claim:
    small, large = config.n[0], config.n[-1]
    judged = [c for c in config.strengths if low < c <= high]
    claim = Claim(
        text=f"T / (n ln^2 n) at n = {large:,} over that at n = {small:,}, every function, {low:g} < c <= {high:g}",
        source=source,
        basis=Basis.RECALLED,
        predicted=Below(1.0),
        rule="quotients of means with Student intervals, all of them together",
        anywhere=True,
    )
    if not judged:
        return not_applicable(claim, "no strength lies there")
    confidence = level(error, 1, 2 * len(judged) * len(functions(config)))
    found: list[Interval] = []
    for c in judged:
        for name in functions(config):
            ends = _ends(runs, config, name, c, confidence)
            if ends is None:
                return judge(claim, None, "too few runs, or capped ones")
            less = math.log(small) / math.log(large)  # the times are in units of n ln n
            found.append(_quotient(*ends, less, f"{name}, c = {c:g}"))
    return judge(claim, decisive(claim.predicted, found))


def _unit_claim(runs: Runs, config: MonotoneZooConfig, error: float) -> Claim:
    claim = Claim(
        text="mean run time over (e^c / c) n ln n, every function, strength and n",
        source="an independent simulation, 1 to 5 runs each: 0.76 to 1.17 where HotTopic does not stall",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Below(1.25),
        rule="Student intervals at all these points together",
        anywhere=True,
    )
    confidence = level(error, 1, len(runs) * len(config.n))
    found: list[Interval] = []
    for (name, c), series in runs.items():
        grown = exact.slope(c)
        for one in means(series, series.time, confidence):
            three = one.estimate / grown, one.lower / grown, one.upper / grown
            found.append(Interval(*three, confidence, f"{one.method}, {name}, c = {c:g}"))
    return judge(claim, decisive(claim.predicted, found))


def _exponent_claim(runs: Runs, config: MonotoneZooConfig, error: float) -> Claim:
    claim = Claim(
        text=f"the exponent of n in E[T] at c = 1, n = {config.n[0]:,} to {config.n[-1]:,}, every function",
        source=f"{_THEOREM}; the earlier bound n^(3/2) holds for the partially ordered EA with equality",
        basis=Basis.RECALLED,
        predicted=Below(1.4),
        rule="Student intervals at both ends, all functions together",
        anywhere=True,
    )
    confidence = level(error, 1, 2 * len(functions(config)))
    width = math.log(config.n[-1] / config.n[0])
    unit = math.log(config.n[-1] * math.log(config.n[-1]) / (config.n[0] * math.log(config.n[0]))) / width
    found: list[Interval] = []
    for name in functions(config):
        ends = _ends(runs, config, name, 1.0, confidence)
        if ends is None:
            return judge(claim, None, "too few runs, or capped ones")
        one = _quotient(*ends, 1.0, name)
        low, high = (unit + math.log(value) / width for value in (one.lower, one.upper))
        found.append(Interval(unit + math.log(one.estimate) / width, low, high, confidence, one.method))
    return judge(claim, decisive(claim.predicted, found))


def _contrast_claim(runs: Runs, config: MonotoneZooConfig, error: float) -> Claim:
    n, c = config.n[1], config.above
    claim = Claim(
        text=f"the exact expectation of the partially ordered EA over the mean of every function, c = {c:g}, n = {n:,}",
        source="exact chain (theory.partially_ordered), exponential above strength 1",
        basis=Basis.RE_DERIVED,
        predicted=Above(10.0),
        rule="Student intervals, all functions together",
        anywhere=True,
    )
    pessimistic = po_ea.mean(po_ea.PROCESSES[0], n, c) / (n * math.log(n))
    confidence = level(error, 1, len(functions(config)))
    found: list[Interval] = []
    for name in functions(config):
        series = runs[name, c].at([x == n for x in runs[name, c].x])
        one = means(series, series.time, confidence)[0]
        if not one.lower > 0.0:
            return judge(claim, None, "too few runs, or capped ones")
        three = pessimistic / one.estimate, pessimistic / one.upper, pessimistic / one.lower
        found.append(Interval(*three, confidence, f"{one.method}, {name}"))
    return judge(claim, decisive(claim.predicted, found))


def _ends(
    runs: Runs, config: MonotoneZooConfig, name: str, strength: float, confidence: float
) -> tuple[Interval, Interval] | None:
    """The means at the smallest and the largest n; None where one of them is not known to be positive and finite."""
    series = runs[name, strength]
    series = series.at([x in (config.n[0], config.n[-1]) for x in series.x])
    low, high = means(series, series.time, confidence)
    known = all(one.lower > 0.0 and math.isfinite(one.upper) for one in (low, high))
    return (low, high) if known else None


def _quotient(low: Interval, high: Interval, factor: float, words: str) -> Interval:
    return Interval(
        factor * high.estimate / low.estimate,
        factor * high.lower / low.upper,
        factor * high.upper / low.lower,
        low.confidence,
        f"quotient of means with Student intervals, {words}",
    )
