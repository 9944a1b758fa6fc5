"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, quotient, run_series
from evo.experiments.schedule_multiplier import exact
from evo.experiments.schedule_multiplier.cells import run_cells
from evo.experiments.schedule_multiplier.config import EARLIER_N, ScheduleMultiplierConfig
from evo.statistics import Interval, z_threshold

if TYPE_CHECKING:
    import polars as pl

#: c -> mean of T / (n ln n) of an earlier measurement on OneMax, n = 10,000, with standard errors of .05 to .08
TABLE: dict[float, float] = {0.8: 2.89, 1.0: 2.89, 1.2: 2.93, 1.545: 2.91, 2.0: 3.13, 3.0: 3.61}
TABLE_ERROR = 0.08
#: the largest multiplier that is compared with the best one
LARGE = 3.0

Runs = dict[tuple[str, int], RunSeries]


def claims_of(config: ScheduleMultiplierConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs: Runs = run_series(table, run_cells(config))  # type: ignore[assignment]
    error = family_error / 4  # of one claim
    return [
        _exact_claim(runs, error),
        _rising_claim(runs, error),
        _flat_claim(runs, error),
        _table_claim(runs.get(("onemax", EARLIER_N)), error),
    ]


def best() -> float:
    """The best multiplier in the limit."""
    from theory import constants

    return float(constants.schedule_alpha)


def statistic(series: RunSeries, n: int) -> list[np.ndarray]:
    """S_n(T) - ln n under the schedule of each point, for the runs that ended."""
    from theory import hidden_subset

    unit = n * math.log(n)
    return [
        hidden_subset.statistic(n, np.rint(time[np.isfinite(time)] * unit), multiplier=float(c))
        for c, time in zip(series.x, series.time, strict=True)
    ]


def _exact_claim(runs: Runs, error: float) -> Claim:
    claim = Claim(
        text=f"relative deviation of the mean run time on OneMax from the exact one, n ≤ {exact.MOST_BITS}, "
        f"c ≥ {exact.LEAST:g}",
        source="exact law of the number of zero-bits, step by step (theory.onemax)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.1),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
        anywhere=True,
    )
    judged = {
        n: series.where(low=exact.LEAST)
        for (function, n), series in runs.items()
        if function == "onemax" and n <= exact.MOST_BITS
    }
    points = sum(len(series.x) for series in judged.values())
    if not points:
        return not_applicable(claim, "no size for which the exact law is cheap")
    found: list[Interval] = []
    for n, series in judged.items():
        expected, spread = np.array([exact.moments(n, float(c)) for c in series.x]).T / (n * math.log(n))
        found += mean_deviations(series, series.time, expected, level(error, 1, points), spread=spread)
    return judge(claim, decisive(claim.predicted, found))


def _rising_claim(runs: Runs, error: float) -> Claim:
    claim = Claim(
        text=f"mean run time at multipliers c ≥ {LARGE:g} over that next to 1.5447, every function and n",
        source="the limit x(c) from c E_1(c / x) = 1, smallest at 1.5447 and 1.11 times as large at c = 3",
        basis=Basis.RE_DERIVED,
        predicted=Above(1.0),
        rule="quotients of Student's intervals, at all these points together",
        anywhere=True,
    )
    return _against_best(claim, runs, LARGE, math.inf, error)


def _flat_claim(runs: Runs, error: float) -> Claim:
    from theory import hidden_subset

    limit = float(hidden_subset.limit(0.8)) / float(hidden_subset.limit(best()))
    claim = Claim(
        text="mean run time at c = 0.8 over that next to 1.5447 on OneMax, the largest n",
        source=f"2.89 against 2.91 n ln n, standard errors up to .08, at n = {EARLIER_N:,} of an independent "
        f"implementation; the limit is {limit:.3f}",
        basis=Basis.MEASURED_ELSEWHERE,
        # the standard error of the quotient is .04; the normal bound of this claim stands in the tolerance
        predicted=Exactly(round(2.89 / 2.91, 3), round(z_threshold(error) * 0.08 * math.sqrt(2.0) / 2.9, 3), 0.1),
        rule="quotient of Student's intervals; tolerance: the error of the earlier quotient",
    )
    series = runs.get(("onemax", EARLIER_N))
    if series is None or 0.8 not in series.x:
        return not_applicable(claim, f"claims not applicable at these sizes (this one is for n = {EARLIER_N:,})")
    return _against_best(claim, {("onemax", EARLIER_N): series}, 0.8, 0.8, error)


def _against_best(claim: Claim, runs: Runs, low: float, high: float, error: float) -> Claim:
    others = {name: series.where(low, high) for name, series in runs.items()}
    points = sum(len(series.x) for series in others.values())
    if not points:
        return not_applicable(claim, f"no multiplier c ≥ {low:g}")
    each = level(error, 1, 2 * points)
    found: list[Interval] = []
    for name, other in others.items():
        x = runs[name].x
        near = runs[name].at([c == x[np.argmin(np.abs(x - best()))] for c in x])
        bottom = means(near, near.time, each)[0]
        found += [quotient(top, bottom) for top in means(other, other.time, each)]
    return judge(claim, decisive(claim.predicted, found))


def _table_claim(series: RunSeries | None, error: float) -> Claim:
    claim = Claim(
        text=f"mean T / (n ln n) less an earlier measurement on OneMax, n = {EARLIER_N:,}, c = 0.8 to 3",
        source="means of an independent implementation: " + ", ".join(f"{mean:g}" for mean in TABLE.values()),
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.0, 0.6),
        rule=f"Student's intervals, widened by normal ones of the earlier means (standard error {TABLE_ERROR:g})",
    )
    judged = None if series is None else series.at([float(c) in TABLE for c in series.x])
    if judged is None or not len(judged.x):
        return not_applicable(claim, f"claims not applicable at these sizes (this one is for n = {EARLIER_N:,})")
    each = level(error, 1, 2 * len(judged.x))
    wide = z_threshold(1.0 - each) * TABLE_ERROR
    found: list[Interval] = []
    for c, ours in zip(judged.x, means(judged, judged.time, each), strict=True):
        mean = TABLE[float(c)]
        low, high = ours.lower - mean - wide, ours.upper - mean + wide
        found.append(Interval(ours.estimate - mean, low, high, level(error, 1, len(judged.x)), ours.method))
    return judge(claim, decisive(claim.predicted, found))
