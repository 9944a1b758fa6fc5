"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, quotient, run_series
from evo.experiments.hidden_subset import exact
from evo.experiments.hidden_subset.cells import run_cells
from evo.experiments.hidden_subset.config import HiddenSubsetConfig, shown
from evo.statistics import Interval, z_threshold

if TYPE_CHECKING:
    import polars as pl

_ABSTRACT = "Einarsson et al. 2018, abstract"
_EARLIER = "means and standard errors of an independent implementation"
#: from here on sizes are taken for large in claims on limits
LARGE = 1000

#: policy -> (function, n) -> mean and standard error of T / (n ln n), as given
TABLES: dict[str, dict[tuple[str, int], tuple[float, float]]] = {
    "schedule": {
        ("onemax", 1000): (2.83, 0.03),
        ("onemax", 10_000): (2.94, 0.04),
        ("uniform", 1000): (2.92, 0.05),
        ("uniform", 10_000): (3.07, 0.07),
        ("binval", 1000): (3.06, 0.06),
        ("binval", 10_000): (3.30, 0.08),
    },
    "known": {
        ("onemax", 1000): (2.46, 0.03),
        ("onemax", 10_000): (2.50, 0.05),
        ("uniform", 1000): (2.59, 0.06),
        ("uniform", 10_000): (2.49, 0.06),
        ("binval", 1000): (2.58, 0.06),
        ("binval", 10_000): (2.67, 0.07),
    },
    "adaptive": {
        ("onemax", 1000): (2.41, 0.05),
        ("onemax", 10_000): (2.45, 0.13),
        ("uniform", 10_000): (2.66, 0.13),
        ("binval", 10_000): (2.52, 0.13),
    },
}
#: (function, n) -> mean and standard error of S_n(T) - ln n under the schedule
STATISTIC: dict[tuple[str, int], tuple[float, float]] = {
    ("uniform", 1000): (-1.40, 0.09),
    ("uniform", 10_000): (-1.73, 0.19),
    ("binval", 1000): (-1.15, 0.08),
    ("binval", 10_000): (-0.74, 0.2),
}

Runs = dict[tuple[str, str], RunSeries]


def claims_of(config: HiddenSubsetConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs: Runs = run_series(table, run_cells(config))  # type: ignore[assignment]
    error = family_error / (7 + len(TABLES))  # of one claim
    exactly = (
        ("known", "rate 1/n", exact.known, 10**7),
        ("schedule", "the schedule", exact.scheduled, exact.MOST_SCHEDULED),
        ("static", "the static law", lambda n: exact.static(n, config.eps), exact.MOST_STATIC),
    )
    found = [_exact_claim(*item, runs.get(("onemax", item[0])), error) for item in exactly]
    found += [
        _slower_claim("known", 1.0, "no schedule is better than 3.552 n ln n, known n gives e n ln n", runs, error),
        _slower_claim("adaptive", 1.0, "adapted rates e n ln n, no schedule below 3.552 n ln n", runs, error),
        _growth_claim(runs.get((config.functions[0], "static")), config, error),
    ]
    found += [_table_claim(policy, earlier, runs, error) for policy, earlier in TABLES.items()]
    return [*found, _statistic_claim(runs, error)]


def statistic(series: RunSeries) -> list[np.ndarray]:
    """S_n(T) - ln n under the schedule, for each run; empty where runs are capped."""
    from theory import hidden_subset

    found = []
    for n, time in zip(series.x, series.time, strict=True):
        steps = np.rint(time[np.isfinite(time)] * n * math.log(n))
        found.append(hidden_subset.statistic(int(n), steps))
    return found


def _exact_claim(
    policy: str,
    words: str,
    moments: Callable[[int], tuple[float, float]],
    most: int,
    series: RunSeries | None,
    error: float,
) -> Claim:
    claim = Claim(
        text=f"relative deviation of the mean run time on OneMax from the exact one, {words}{_up_to(most)}",
        source="exact chain of the number of zero-bits (theory.onemax)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.25),
        rule="normal interval with the exact variance, widened for skewness, at all these sizes together",
        anywhere=True,
    )
    judged = None if series is None else series.where(high=most)
    if judged is None or not len(judged.x):
        return not_applicable(claim, "no size for which the exact law is cheap")
    expected, spread = np.array([moments(int(n)) for n in judged.x]).T / (judged.x * np.log(judged.x))
    confidence = level(error, 1, len(judged.x))
    return judge(
        claim, decisive(claim.predicted, mean_deviations(judged, judged.time, expected, confidence, spread=spread))
    )


def _up_to(most: int) -> str:
    return "" if most >= 10**7 else f", n ≤ {most}"


def _slower_claim(other: str, bound: float, words: str, runs: Runs, error: float) -> Claim:
    against = {"known": "known n", "adaptive": "adaptive rates"}[other]
    claim = Claim(
        text=f"mean run time under the schedule over that with {against}, every function and n ≥ {LARGE:,}",
        source=f"{_ABSTRACT}: {words}, as n grows",
        basis=Basis.QUOTED,
        predicted=Above(bound),
        rule="quotients of Student's intervals, at all these points together; 1 is our reading of a limit statement",
        anywhere=True,
    )
    pairs = [
        (series.where(low=LARGE), runs[function, other].where(low=LARGE))
        for (function, policy), series in runs.items()
        if policy == "schedule" and (function, other) in runs
    ]
    points = sum(len(slow.x) for slow, _ in pairs)
    if not points:
        return not_applicable(claim, f"no size of at least {LARGE:,}")
    found: list[Interval] = []
    for slow, fast in pairs:
        each = level(error, 1, 2 * points)
        found += [
            quotient(top, bottom)
            for top, bottom in zip(means(slow, slow.time, each), means(fast, fast.time, each), strict=True)
        ]
    return judge(claim, decisive(claim.predicted, found))


def _growth_claim(series: RunSeries | None, config: HiddenSubsetConfig, error: float) -> Claim:
    from theory import hidden_subset

    claim = Claim(
        text=f"growth of the mean T / (n ln n) of the static law with n, on {shown(config.functions[0])}",
        source=f"{_ABSTRACT}: static rates cannot guarantee O(n ln n); n (ln n)^(2 + eps) is attained",
        basis=Basis.QUOTED,
        predicted=Above(1.0),
        rule="quotient of Student's intervals at the largest and the smallest n; 1 is our reading of a limit statement",
        anywhere=True,
    )
    if series is None or len(series.x) < 2:
        return not_applicable(claim, "fewer than two sizes with runs of the static law")
    first, *_, last = means(series, series.time, level(error, 1, 2))
    low, high = (
        float(hidden_subset.static_steps(int(n), eps=config.eps)) / (n * math.log(n))
        for n in (series.x[0], series.x[-1])
    )
    note = f"from n = {series.x[0]:,g} to {series.x[-1]:,g}; ln n / h(n) predicts a factor {high / low:.3g}"
    return judge(claim, quotient(last, first), note)


def _table_claim(policy: str, earlier: dict[tuple[str, int], tuple[float, float]], runs: Runs, error: float) -> Claim:
    words = {"schedule": "the schedule", "known": "rate 1/n", "adaptive": "F_t = 1 + 1/sqrt(t)"}[policy]
    claim = Claim(
        text=f"mean T / (n ln n) less an earlier measurement, {words}, n = 1,000 and 10,000",
        source=f"{_EARLIER}: {', '.join(f'{mean:g}' for mean, _ in earlier.values())}",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.0, 0.75),
        rule="Student's intervals, widened by normal ones of the earlier means, at all these points together",
    )
    return _against(claim, policy, earlier, lambda series: list(series.time), runs, error)


def _statistic_claim(runs: Runs, error: float) -> Claim:
    claim = Claim(
        text="mean S_n(T) - ln n under the schedule less an earlier measurement, n = 1,000 and 10,000",
        source=f"{_EARLIER}: {', '.join(f'{mean:g}' for mean, _ in STATISTIC.values())}",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.0, 1.0),
        rule="Student's intervals, widened by normal ones of the earlier means, at all these points together",
    )
    return _against(claim, "schedule", STATISTIC, statistic, runs, error)


def _against(
    claim: Claim,
    policy: str,
    earlier: dict[tuple[str, int], tuple[float, float]],
    values: Callable[[RunSeries], list[np.ndarray]],
    runs: Runs,
    error: float,
) -> Claim:
    judged = {
        (function, int(n)): (runs[function, policy], place)
        for function in {name for name, _ in earlier}
        if (function, policy) in runs
        for place, n in enumerate(runs[function, policy].x)
        if (function, int(n)) in earlier
    }
    if not judged:
        return not_applicable(claim, "claims not applicable at these sizes (this one is for n = 1,000 and 10,000)")
    each = level(error, 1, 2 * len(judged))
    found: list[Interval] = []
    for point, (series, place) in judged.items():
        one = series.at([at == place for at in range(len(series.x))])
        mean, spread = earlier[point]
        wide = z_threshold(1.0 - each) * spread
        ours = means(one, values(one), each)[0]
        if one.capped[0]:
            ours = Interval(math.nan, -math.inf, math.inf, each, "capped runs")
        method = f"{ours.method}, {shown(point[0])}"
        found.append(
            Interval(ours.estimate - mean, ours.lower - mean - wide, ours.upper - mean + wide, level(error, 1), method)
        )
    return judge(claim, decisive(claim.predicted, found))
