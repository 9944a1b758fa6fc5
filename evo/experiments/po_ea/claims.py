"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, run_series
from evo.experiments.po_ea import exact
from evo.experiments.po_ea.cells import run_cells
from evo.experiments.po_ea.config import PoEaConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

_CHAIN = "exact chain of the number of zero-bits (theory.{})"
_EARLIER = "the same chain solved by an independent program, four digits"
#: (process, strength) -> the expected number of steps at n = 100, 200, 400, 800
EARLIER: dict[tuple[str, float], tuple[float, ...]] = {
    ("PO-EA", 0.5): (1554, 3652, 8401, 19010),
    ("PO-EA", 0.9): (1897, 4874, 12160, 29540),
    ("PO-EA", 1.0): (2444, 6981, 19810, 56020),
    ("PO-EA", 1.1): (3861, 15720, 94090, 1.655e6),
    ("PO-EA", 1.2): (9194, 1.246e5, 1.684e7, 2.689e11),
    ("ADBV", 1.0): (2295, 6550, 18570, 52500),
    ("ADBV", 1.2): (7106, 7.33e4, 5.178e6, 2.283e10),
}
_EARLIER_N = (100, 200, 400, 800)
_FOUR_DIGITS = 5e-4  # at most, of a number rounded to four digits

Runs = dict[Any, RunSeries]


def claims_of(config: PoEaConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs = run_series(table, run_cells(config))
    error = family_error / (2 * len(exact.PROCESSES) + len(config.above) + 1)  # of one claim; the last two use no rows
    found = [_mean_claim(process, runs, error) for process in exact.PROCESSES]
    found += [_critical_claim(process, runs, config, error) for process in exact.PROCESSES]
    found += [_rising_claim(c, runs, error) for c in config.above]
    return [*found, _earlier_claim(runs, error), _table_claim(), _growth_claim()]


def _mean_claim(process: exact.Process, runs: Runs, error: float) -> Claim:
    claim = Claim(
        text=f"relative deviation of the mean run time from the exact one, {process.name}, every strength and n",
        source=_CHAIN.format(process.theory),
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.75),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
        anywhere=True,
    )
    judged = {key: series for key, series in runs.items() if key[0] == process.name}
    confidence = level(error, 1, sum(len(series.x) for series in judged.values()))
    found: list[Interval] = []
    for (_, c), series in judged.items():
        expected, spread = np.array([exact.moments(process, int(n), c) for n in series.x]).T
        for one in mean_deviations(series, series.time, expected, confidence, spread=spread):
            words = f"{one.method}, c = {c:g}"
            found.append(Interval(one.estimate, one.lower, one.upper, confidence, words))
    return judge(claim, decisive(claim.predicted, found))


def _critical_claim(process: exact.Process, runs: Runs, config: PoEaConfig, error: float) -> Claim:
    """The theorem at strength 1; the finite sizes differ from it by what the exact means say."""
    ends = [(n, exact.mean(process, n, 1.0)) for n in (config.critical_n[0], config.critical_n[-1])]
    off = abs(exact.exponent(*ends) - 1.5)
    claim = Claim(
        text=f"the exponent of n in E[T] at c = 1, n = {ends[0][0]} to {ends[1][0]:,}, {process.name}",
        source="Jansen 2007 (upper bound), Colin, Doerr and Férey 2014 (tight): order n^(3/2); the rule as recalled",
        basis=Basis.RECALLED,
        predicted=Exactly(1.5, min(round(off + 5e-4, 3), 0.03), 0.1),
        rule="Student intervals at the smallest and the largest n; tolerance: that of the exact means, at most 0.03",
        anywhere=True,
    )
    series = runs.get((process.name, 1.0))
    if series is None or len(series.x) < len(config.critical_n):
        return not_applicable(claim, "not every size was run")
    return judge(claim, _exponents(series, level(error, 1, 2), (0, len(series.x) - 1)))


def _rising_claim(strength: float, runs: Runs, error: float) -> Claim:
    claim = Claim(
        text=f"the exponent of n between the two largest n, less that between the two smallest, c = {strength:g}",
        source="exponential run times above strength 1, for all three processes; for a polynomial it tends to 0",
        basis=Basis.RECALLED,
        predicted=Above(0.0),
        rule="Student intervals at these sizes with runs, at all three processes together",
        anywhere=True,
    )
    found: list[Interval] = []
    judged = [runs[key] for process in exact.PROCESSES if (key := (process.name, strength)) in runs]
    judged = [series for series in judged if len(series.x) >= 3]
    for series in judged:
        confidence = level(error, 1, 4 * len(judged))
        first = _exponents(series, confidence, (0, 1))
        last = _exponents(series, confidence, (len(series.x) - 2, len(series.x) - 1))
        low, high = last.lower - first.upper, last.upper - first.lower
        found.append(Interval(last.estimate - first.estimate, low, high, confidence, f"{last.method}, {series.name}"))
    if not found:
        return not_applicable(claim, "fewer than three sizes have expectations short enough for runs")
    return judge(claim, decisive(claim.predicted, found))


def _exponents(series: RunSeries, confidence: float, places: tuple[int, int]) -> Interval:
    """The exponent of n between two points."""
    small, large = (means(series, series.time, confidence)[place] for place in places)
    width = math.log(series.x[places[1]] / series.x[places[0]])

    def exponent(top: float, bottom: float) -> float:
        if not 0.0 < top < math.inf or not 0.0 < bottom < math.inf:
            return math.nan
        return math.log(top / bottom) / width

    return Interval(
        exponent(large.estimate, small.estimate),
        exponent(large.lower, small.upper),
        exponent(large.upper, small.lower),
        confidence,
        "quotient of means with Student intervals",
    )


def _earlier_claim(runs: Runs, error: float) -> Claim:
    claim = Claim(
        text="relative deviation of the mean run time from an earlier table, c = 1, n = 100 to 800, PO-EA and ADBV",
        source=_EARLIER,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, _FOUR_DIGITS, 0.2),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
    )
    found: list[Interval] = []
    for process in exact.PROCESSES[:2]:
        series = runs[process.name, 1.0]
        series = series.at([n in _EARLIER_N for n in series.x])
        table: dict[int, float] = dict(zip(_EARLIER_N, EARLIER[process.name, 1.0], strict=True))
        expected = np.array([table[int(n)] for n in series.x])
        spread = np.array([exact.moments(process, int(n), 1.0)[1] for n in series.x])
        confidence = level(error, 1, 2 * len(_EARLIER_N))
        found += mean_deviations(series, series.time, expected, confidence, spread=spread)
    if len(found) < 2 * len(_EARLIER_N):
        return not_applicable(claim, "claims not applicable at these sizes (this one is for n = 100 to 800)")
    return judge(claim, decisive(claim.predicted, found))


def _table_claim() -> Claim:
    claim = Claim(
        text="relative deviation of the exact expectations from an earlier table, 28 entries, c = 0.5 to 1.2",
        source=_EARLIER,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, _FOUR_DIGITS, 1e-9),
        rule="the largest of all entries; no runs",
        anywhere=True,
    )
    named = {process.name: process for process in exact.PROCESSES}
    off = [
        exact.mean(named[name], n, c) / value - 1.0
        for (name, c), row in EARLIER.items()
        for n, value in zip(_EARLIER_N, row, strict=True)
    ]
    return judge(claim, _exactly(max(off, key=abs)))


def _growth_claim() -> Claim:
    claim = Claim(
        text="the exponent of n in E[T] between n = 400 and n = 800 at c = 1.2, the smallest of the three processes",
        source="exponential run times above strength 1: the exponent passes every bound, 10 at these sizes",
        basis=Basis.RECALLED,
        predicted=Above(10.0),
        rule="exact chains; no runs",
        anywhere=True,
    )
    means_at = [[(n, exact.mean(process, n, 1.2)) for n in (400, 800)] for process in exact.PROCESSES]
    return judge(claim, _exactly(min(exact.exponent(*pair) for pair in means_at)))


def _exactly(value: float) -> Interval:
    return Interval(value, value, value, 1.0, "computed")
