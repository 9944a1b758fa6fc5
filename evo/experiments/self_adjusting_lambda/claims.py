"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.grids import RunSeries, bracket, decisive, run_series, shares
from evo.experiments.self_adjusting_lambda.cells import TABLES, inefficient_cells, run_cells, table_cells
from evo.experiments.self_adjusting_lambda.config import CAP, FACTOR, INEFFICIENT, N, SelfAdjustingLambdaConfig, shown
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

EARLIER_RUNS = 3
_ONEMAX = "Hevia Fajardo and Sudholt 2021, abstract: OneMax, rate 1/n"
_MONOTONE = "Kaufmann, Larcher, Lengler and Zou 2022, abstract: every monotone function, static or dynamic, rate ≤ 1/n"
_EARLIER = "3 runs per s of an independent implementation, n = 1000, F = 1.5"

#: (function, last s within the cap, first s beyond it)
TURNS = (("onemax", 3.4, 3.6), ("dynamic-binval", 1.8, 2.0))


def claims_of(config: SelfAdjustingLambdaConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    error = family_error / (3 + len(TURNS) + len(TABLES))  # of one claim
    runs = run_series(table, run_cells(config))
    beyond, precise = run_series(table, inefficient_cells(config)), run_series(table, table_cells(config))
    n = config.n[-1]
    found = [
        _small_claim(n, runs.get(("onemax", n)), config, error),
        _smallest_claim(n, [runs[name, n] for name in config.functions], config, error),
        _inefficient_claim(n, list(beyond.values()), config, error),
    ]
    found += [_turn_claim(*turn, runs.get((turn[0], N)), config, error) for turn in TURNS]
    return found + [_table_claim(*item, precise.get((item[0], N, "table")), config, error) for item in TABLES]


def _small_claim(n: int, series: RunSeries | None, config: SelfAdjustingLambdaConfig, error: float) -> Claim:
    claim = _share_claim("at every s < 1 on OneMax", f"{_ONEMAX}, efficient for every s < 1", Above(0.5), n, config)
    judged = None if series is None else series.where(high=np.nextafter(1.0, 0.0))
    if judged is None or not len(judged.x):
        return not_applicable(claim, "no s below 1 on OneMax")
    return judge(claim, _shares([judged], claim.predicted, error))


def _smallest_claim(n: int, several: list[RunSeries], config: SelfAdjustingLambdaConfig, error: float) -> Claim:
    least = min(config.s)
    where = f"at s = {least:g} on every function"
    claim = _share_claim(where, f"{_MONOTONE}, efficient for small s", Above(0.5), n, config)
    return judge(claim, _shares([series.where(high=least) for series in several], claim.predicted, error))


def _inefficient_claim(n: int, several: list[RunSeries], config: SelfAdjustingLambdaConfig, error: float) -> Claim:
    where = f"at s = {INEFFICIENT:g} on every function"
    source = f"{_ONEMAX}, inefficient for every s ≥ 18; {_MONOTONE}, superpolynomial for large s"
    claim = _share_claim(where, source, Below(0.5), n, config)
    return judge(claim, _shares(several, claim.predicted, error))


def _share_claim(where: str, source: str, predicted: Prediction, n: int, config: SelfAdjustingLambdaConfig) -> Claim:
    return Claim(
        text=f"the share of runs within {config.cap:g} n generations {where}, n = {n:,}",
        source=source,
        basis=Basis.QUOTED,
        predicted=predicted,
        rule="Clopper-Pearson interval at all these points together; one half is our reading of a limit statement",
        anywhere=True,
    )


def _shares(several: list[RunSeries], predicted: Prediction, error: float) -> Interval | None:
    points = sum(len(series.x) for series in several)
    if not points:
        return None
    found: list[Interval] = []
    for series in several:
        found += shares(series, [np.isfinite(time) for time in series.time], level(error, 1, points))
    return decisive(predicted, found)


def _turn_claim(
    function: str, last: float, first: float, series: RunSeries | None, config: SelfAdjustingLambdaConfig, error: float
) -> Claim:
    claim = Claim(
        text=f"the s from which half of the runs last longer than {CAP:g} n generations on {shown(function)}, n = {N}",
        source=f"{_EARLIER}: all within at s = {last:g}, none at {first:g}",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.5 * (last + first), round(0.5 * (first - last), 6), 0.2),
        rule="between neighbouring s whose Clopper-Pearson intervals lie above and below one half",
    )
    if series is None or not _same(config):
        return not_applicable(claim, _ELSEWHERE)
    hits = [np.isfinite(time) for time in series.time]
    return judge(claim, bracket(series, shares(series, hits, level(error, 1, len(series.x))), 0.5, falling=True))


def _table_claim(
    function: str,
    where: str,
    earlier: dict[float, tuple[float, float]],
    half: float,
    series: RunSeries | None,
    config: SelfAdjustingLambdaConfig,
    error: float,
) -> Claim:
    values = ", ".join(f"{value:g}" for value, _ in earlier.values())
    claim = Claim(
        text=f"ln(our generations / theirs, {values}) on {shown(function)} at {where}, n = {N}",
        source=_EARLIER,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.0, half),
        rule=(
            "order statistics of our runs between which a mean of three further runs lies, whatever the law, widened "
            "by the rounding, at all these s together"
        ),
    )
    judged = None if series is None else series.at([float(s) in earlier for s in series.x])
    if judged is None or not len(judged.x) or not _same(config):
        return not_applicable(claim, _ELSEWHERE)
    confidence = level(error, 1, len(judged.x))
    found = [
        _against(time, *earlier[float(s)], confidence, f"s = {s:g}")
        for s, time in zip(judged.x, judged.time, strict=True)
    ]
    return judge(claim, decisive(claim.predicted, found))


def _against(time: np.ndarray, value: float, digit: float, confidence: float, at: str) -> Interval:
    """The logarithm of our run times over a mean of three; below and above stand prediction bounds for that mean."""
    ordered, place = np.sort(time), further_place(len(time), confidence)
    low, high = (0.0, math.inf) if place == 0 else (float(ordered[place - 1]), float(ordered[-place]))
    how = "too few runs" if place == 0 else f"order statistics {place} and {len(time) + 1 - place} of {len(time)}"
    return Interval(
        _log(float(np.median(time)), value),
        _log(low, value + 0.5 * digit),
        _log(high, value - 0.5 * digit),
        confidence,
        f"{how}, {at}",
    )


def further_place(runs: int, confidence: float, further: int = EARLIER_RUNS) -> int:
    """The largest k for which the mean of some further runs lies between the k-th smallest and largest of ours.

    A mean beyond X_(runs + 1 - k) needs one of the further runs beyond it. All of them are below with probability
    C(runs, k) / C(runs + further, k), that the k largest of all runs are ours; likewise at the other end. 0 if not even
    k = 1 has the confidence. Capped runs, infinite, are the largest.
    """
    place, inside = 0, 1.0
    while place < runs // 2:
        inside *= (runs - place) / (runs + further - place)
        if 2.0 * (1.0 - inside) > 1.0 - confidence:
            break
        place += 1
    return place


_ELSEWHERE = f"claims not applicable at these sizes (this one is for n = {N}, F = {FACTOR:g}, cap {CAP:g} n)"


def _same(config: Any) -> bool:
    return config.cap == CAP and config.factor == FACTOR


def _log(value: float, unit: float) -> float:
    return math.log(value / unit) if value > 0.0 else -math.inf
