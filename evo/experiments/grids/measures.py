"""Measurements for claims: intervals per point of a series, and the one among them that decides.

Each function gives one interval per point at a confidence that the caller has shared out with `level`. A capped run is
never averaged: where runs are capped, means are not known and their interval is the whole line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evo.experiments.claims import Above, Below, Claim, Prediction, judge
from evo.experiments.grids.series import DriftSeries, RunSeries
from evo.statistics import (
    Crossing,
    Interval,
    binomial_interval,
    linear_crossing,
    mean_interval,
    quantile_interval,
    z_threshold,
)
from evo.statistics.thresholds import sample_skewness, skewed_threshold

#: a line is refused where its misfit is as improbable as this
_MISFIT = 1e-4

__all__ = [
    "bracket",
    "crossing",
    "decisive",
    "drift_deviations",
    "mean_deviations",
    "means",
    "quantiles",
    "quotient",
    "ratios",
    "share_deviations",
    "shares",
]


def decisive(predicted: Prediction, intervals: Sequence[Interval]) -> Interval:
    """The interval of a claim about all points at once: the one that counts most against it.

    For an upper bound the one that reaches highest, for a lower bound the one that reaches lowest, for a value the one
    that excludes it, else the widest one if it is too wide to say anything, else the one whose estimate lies farthest
    from it in half-widths. Each of them has to have the confidence of a claim with as many looks.
    """
    if isinstance(predicted, Below):
        return max(intervals, key=lambda item: item.upper)
    if isinstance(predicted, Above):
        return min(intervals, key=lambda item: item.lower)
    low, high = predicted.value - predicted.tolerance, predicted.value + predicted.tolerance
    off = [item for item in intervals if item.lower > high or item.upper < low]
    if off:
        return max(off, key=lambda item: _far(item, predicted.value))
    vague = [item for item in intervals if item.upper - item.lower > 2.0 * predicted.resolution]
    if vague:
        return max(vague, key=lambda item: item.upper - item.lower)
    return max(intervals, key=lambda item: _far(item, predicted.value))


def quantiles(
    series: RunSeries,
    values: Sequence[np.ndarray],
    confidence: float,
    *,
    q: float = 0.5,
    low: float = -math.inf,
    high: float = math.inf,
    caps: Sequence[float] | None = None,
) -> list[Interval]:
    """Order statistics around a quantile, exact for every law; values lie between `low` and `high` by their nature.

    Infinite values are capped runs, which are longer than the cap of their point, or than all others without `caps`.
    """
    found: list[Interval] = []
    horizons = [None] * len(series.x) if caps is None else [float(cap) for cap in caps]
    for at, item, horizon in zip(_points(series), values, horizons, strict=True):
        one = quantile_interval(item, q, confidence, horizon=horizon)
        found.append(
            Interval(one.estimate, max(one.lower, low), min(one.upper, high), confidence, f"{one.method}, {at}")
        )
    return found


def means(series: RunSeries, values: Sequence[np.ndarray], confidence: float) -> list[Interval]:
    """Student's intervals; the whole line where a run is capped or there are fewer than two."""
    found: list[Interval] = []
    for at, item in zip(_points(series), values, strict=True):
        if len(item) < 2 or not np.all(np.isfinite(item)):
            found.append(_nothing(item, confidence, at))
        else:
            one = mean_interval(item, confidence)
            found.append(Interval(one.estimate, one.lower, one.upper, confidence, f"{one.method}, {at}"))
    return found


def mean_deviations(
    series: RunSeries,
    values: Sequence[np.ndarray],
    exact: npt.ArrayLike,
    confidence: float,
    *,
    spread: npt.ArrayLike | None = None,
) -> list[Interval]:
    """Relative deviations of means from their exact values, mean / exact - 1.

    With the exact standard deviations `spread` of one run the interval is normal, widened for skewness: the smallest z
    with P(|Z| > z) exp(s z^3 / (6 sqrt(runs))) <= 1 - confidence, s the skewness of the sample plus two standard
    errors (Cramér's correction). Without them it is Student's. Where a run is capped, the interval is the whole line.
    """
    expected = np.asarray(exact, dtype=np.float64)
    if spread is None:
        plain = means(series, values, confidence)
        scaled = [
            (item.estimate / e - 1.0, item.lower / e - 1.0, item.upper / e - 1.0)
            for item, e in zip(plain, expected, strict=True)
        ]
        return [Interval(*three, confidence, item.method) for three, item in zip(scaled, plain, strict=True)]
    found: list[Interval] = []
    for at, item, e, sd in zip(_points(series), values, expected, np.asarray(spread), strict=True):
        known = len(item) >= 2 and bool(np.all(np.isfinite(item)))
        skewness = abs(sample_skewness(item)) + 2.0 * math.sqrt(6.0 / len(item)) if known else 0.0
        z = skewed_threshold(1.0 - confidence, skewness / (6.0 * math.sqrt(len(item)))) if known else None
        if z is None:
            found.append(_nothing(item, confidence, at))
            continue
        off, half = float(item.mean()) / e - 1.0, z * sd / (e * math.sqrt(len(item)))
        found.append(Interval(off, off - half, off + half, confidence, f"normal, widened for skewness, {at}"))
    return found


def shares(series: RunSeries, hits: Sequence[np.ndarray], confidence: float) -> list[Interval]:
    """Shares of runs for which a condition holds, by Clopper and Pearson; `hits` are arrays of booleans."""
    found: list[Interval] = []
    for at, item in zip(_points(series), hits, strict=True):
        one = binomial_interval(int(np.count_nonzero(item)), len(item), confidence)
        found.append(Interval(one.estimate, one.lower, one.upper, confidence, f"{one.method}, {at}"))
    return found


def share_deviations(
    series: RunSeries, hits: Sequence[np.ndarray], exact: npt.ArrayLike, confidence: float
) -> list[Interval]:
    """Deviations of shares from exact probabilities."""
    return [
        Interval(one.estimate - p, one.lower - p, one.upper - p, confidence, one.method)
        for one, p in zip(shares(series, hits, confidence), np.asarray(exact, dtype=np.float64), strict=True)
    ]


def ratios(
    series: RunSeries,
    upper: Sequence[np.ndarray],
    lower: Sequence[np.ndarray],
    confidence: float,
    *,
    q: float = 0.5,
    caps: tuple[Sequence[float], Sequence[float]] | None = None,
) -> list[Interval]:
    """Quotients of quantiles of two series of positive values; infinite ones are capped runs, see `quantiles`.

    Both quantiles have the order-statistics interval at half the error, so that the quotient holds at `confidence` for
    every pair of laws. The order of two series is the claim that all quotients are above 1.
    """
    each = 0.5 + 0.5 * confidence
    above, beneath = caps if caps is not None else (None, None)
    tops = quantiles(series, upper, each, q=q, low=0.0, caps=above)
    bottoms = quantiles(series, lower, each, q=q, low=0.0, caps=beneath)
    return [
        Interval(
            _quotient(top.estimate, bottom.estimate),
            _quotient(top.lower, bottom.upper, unknown=0.0),
            _quotient(top.upper, bottom.lower, unknown=math.inf),
            confidence,
            f"{top.method}, divided by the like",
        )
        for top, bottom in zip(tops, bottoms, strict=True)
    ]


def quotient(top: Interval, bottom: Interval) -> Interval:
    """The quotient of two positive numbers that are known up to intervals; its error is at most the sum of theirs."""
    confidence = top.confidence + bottom.confidence - 1.0
    if not (math.isfinite(top.upper - top.lower) and bottom.lower > 0.0 and math.isfinite(bottom.upper)):
        return Interval(math.nan, -math.inf, math.inf, confidence, f"{top.method}; {bottom.method}")
    return Interval(
        top.estimate / bottom.estimate,
        top.lower / (bottom.upper if top.lower > 0.0 else bottom.lower),
        top.upper / (bottom.lower if top.upper > 0.0 else bottom.upper),
        confidence,
        f"{top.method}, divided by the like",
    )


def bracket(series: RunSeries, measured: Sequence[Interval], between: float, *, falling: bool) -> Interval | None:
    """Where a quantity that falls (or rises) with x passes a value: between two neighbours among those x that are sure.

    An x is sure if its interval lies wholly on one side of the value. The sure ones have to be on one side up to some
    x, and on the other from some x on. None if one side is missing, if the sides alternate, or if the quantity rises
    where it should fall. The confidence is that of one interval times the number of points (Bonferroni).
    """
    sides = [
        (float(at), one.lower > between)
        for at, one in zip(series.x, measured, strict=True)
        if one.lower > between or one.upper < between
    ]
    changes = [place for place in range(1, len(sides)) if sides[place][1] != sides[place - 1][1]]
    if not sides or len(changes) != 1 or sides[0][1] != falling:
        return None
    low, high = sides[changes[0] - 1][0], sides[changes[0]][0]
    confidence = 1.0 - sum(1.0 - one.confidence for one in measured)
    return Interval(0.5 * (low + high), low, high, confidence, f"between the sure neighbours {low:g} and {high:g}")


def drift_deviations(series: DriftSeries, exact: npt.ArrayLike, confidence: float) -> list[Interval]:
    """Deviations of measured drifts from exact ones, with normal intervals."""
    z = z_threshold(1.0 - confidence)
    off = series.mean - np.asarray(exact, dtype=np.float64)
    return [
        Interval(float(value), float(value - z * error), float(value + z * error), confidence, f"normal, {at}")
        for at, value, error in zip(_points(series), off, series.standard_error, strict=True)
    ]


def crossing(series: DriftSeries, near: float, window: float, confidence: float) -> Crossing | None:
    """Where a line through the drifts within `window` of an x is zero; None with fewer than three of them."""
    close = np.abs(series.x - near) <= window
    if np.count_nonzero(close) < 3:
        return None
    try:
        return linear_crossing(series.x[close], series.mean[close], series.standard_error[close], confidence, degree=1)
    except ValueError:  # the line is flat: too few samples
        return None


def _nothing(values: np.ndarray, confidence: float, at: str) -> Interval:
    capped = int(np.count_nonzero(np.isinf(values)))
    why = f"{capped} of {len(values)} runs capped" if capped else "too few runs"
    return Interval(math.nan, -math.inf, math.inf, confidence, f"{why}, {at}")


def curvature(series: DriftSeries, near: float, window: float, exact: npt.ArrayLike) -> float:
    """How far the zero of a line through exact drifts, at the x of `crossing`, lies from their true zero `near`."""
    close = np.abs(series.x - near) <= window
    drifts = np.asarray(exact, dtype=np.float64)[close]
    straight = linear_crossing(series.x[close], drifts, series.standard_error[close], degree=1)
    return abs(straight.interval.estimate - near)


def judge_crossing(claim: Claim, found: Crossing | None, *, bent: bool = False) -> Claim:
    """A claim on where drifts are zero, judged unless there are too few of them.

    A line that does not fit them leaves it undecided as well, unless it is known to be `bent` in the window.
    """
    if found is None:
        return judge(claim, None, "fewer than three points near the root, or too few samples")
    if not bent and found.misfit_p < _MISFIT:
        return judge(claim, None, f"a line does not fit the measured drifts (p = {found.misfit_p:.1g})")
    return judge(claim, found.interval)


def _points(series: RunSeries | DriftSeries) -> list[str]:
    return [f"{series.axis} = {x:g}" for x in series.x]


def _far(item: Interval, value: float) -> float:
    half, off = 0.5 * (item.upper - item.lower), abs(item.estimate - value)
    if not off > 0.0 or math.isinf(half):
        return 0.0
    return off / half if half > 0.0 else math.inf


def _quotient(top: float, bottom: float, unknown: float = math.nan) -> float:
    if (math.isinf(top) and math.isinf(bottom)) or (top == 0.0 and bottom == 0.0):
        return unknown
    return math.inf if bottom == 0.0 else top / bottom
