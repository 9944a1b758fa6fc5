"""Survival curves and quantiles of capped runs, with bounds at each time."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.intervals import Interval


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """P(T > t) as estimated from runs of which some were capped, between two bounds; right-continuous steps.

    Args:
        times: distinct times at which a run reached its goal or was capped, in rising order, shape (times,).
        survival: Kaplan-Meier estimate of P(T > times), shape (times,); before the first time it is 1.
        lower: lower bounds, shape (times,).
        upper: upper bounds, shape (times,).
        confidence: with which the bounds at one time, chosen beforehand, hold P(T > t).
        count: number of runs.
        capped: how many of them were capped; they count as watched until then.
    """

    times: _checks.FloatArray
    survival: _checks.FloatArray
    lower: _checks.FloatArray
    upper: _checks.FloatArray
    confidence: float
    count: int
    capped: int


def survival_curve(steps: npt.ArrayLike, spent: npt.ArrayLike, confidence: float = 0.95) -> SurvivalCurve:
    """Estimate P(T > t) with bounds at each time, from runs whose caps may differ.

    The estimate is that of `kaplan_meier`. The bounds are quantiles of products of beta variables: the upper one of
    `prod Beta(r, 1)` over the goals reached up to t, `r` the number of runs watched just before each, the lower one of
    this product times `Beta(r', 1)`, `r'` the number still watched after t; each product is taken as the beta law with
    its mean and variance. Before the smallest cap that is exact: the interval of Clopper and Pearson. Beyond, the
    coverage of the product is at least `confidence` in all known cases, and the beta law is an approximation: measured
    at 95 per cent, geometric times with caps that differ, 0.98, 0.97 and 0.965 with 10, 30 and 100 runs. For a band
    that holds at all times at once, up to the smallest cap, see `ecdf_band`.

    Args:
        steps: run times, `inf` where capped, shape (runs,).
        spent: steps actually used, finite, shape (runs,). Caps must not depend on how a run goes.
        confidence: between 0 and 1, at one time chosen beforehand.

    Returns:
        The curve with its bounds at all times of goals and caps.

    Raises:
        ValueError: for empty or negative arrays, NaN, arrays of different lengths or confidence outside (0, 1).

    Reference:
        Fay, Brittain and Proschan (2013), Pointwise confidence intervals for a survival distribution with small
        samples or heavy censoring, sections 2 and 3 (there: the beta product confidence procedure).

    Example:
        >>> inf = float("inf")
        >>> curve = survival_curve([1, 2, inf, 3], [1, 2, 2, 3])
        >>> curve.times.tolist(), curve.survival.tolist(), curve.upper.round(3).tolist()
        ([1.0, 2.0, 3.0], [0.75, 0.5, 0.0], [0.994, 0.932, 0.766])
    """
    run_times, used = _checks.run_times(steps, spent)
    level = _checks.confidence(confidence)
    n = run_times.size
    reached = np.isfinite(run_times)
    watched = np.where(reached, run_times, used)
    order = np.lexsort((~reached, watched))  # at one time goals come before caps
    watched, goals = watched[order], reached[order]
    r = n - np.arange(n, dtype=np.float64)  # watched before each run ends
    times, counts = np.unique(watched, return_counts=True)
    last = np.cumsum(counts) - 1  # the last run to end at each time

    def until(values: _checks.FloatArray) -> _checks.FloatArray:
        return np.cumsum(np.where(goals, values, 0.0))[last]

    factors = np.where(goals, (r - 1.0) / r, 1.0)
    log_mean, log_moment = until(-np.log1p(1.0 / r)), until(np.log1p(1.0 / (r * (r + 2.0))))
    tail, left = (1.0 - level) / 2, n - 1.0 - last
    upper = _beta_quantile(log_mean, log_moment, 1.0 - tail)
    after = np.maximum(left, 1.0)
    log_mean, log_moment = log_mean - np.log1p(1.0 / after), log_moment + np.log1p(1.0 / (after * (after + 2.0)))
    lower = np.where(left > 0, _beta_quantile(log_mean, log_moment, tail), 0.0)
    survival = np.multiply.accumulate(factors)[last]
    return SurvivalCurve(times, survival, lower, upper, level, n, int(n - np.count_nonzero(goals)))


def _beta_quantile(log_mean: _checks.FloatArray, log_moment: _checks.FloatArray, q: float) -> _checks.FloatArray:
    """Return quantiles of beta laws with these ln E[X] and ln (E[X^2] / E[X]^2); 1 where E[X] = 1."""
    from scipy.special import betaincinv

    quantiles = np.ones_like(log_mean)
    some = log_mean < 0.0
    mean, rest = np.exp(log_mean[some]), -np.expm1(log_mean[some])
    total = rest / (mean * np.expm1(log_moment[some])) - 1.0
    quantiles[some] = betaincinv(mean * total, rest * total, q)
    return quantiles


def survival_quantile(steps: npt.ArrayLike, spent: npt.ArrayLike, q: float = 0.5, confidence: float = 0.95) -> Interval:
    """Bound a quantile of the run time where caps differ: the times at which `survival_curve` allows P(T > t) = 1 - q.

    The lower bound is the first time at which the lower bound on P(T > t) is at most 1 - q, `-inf` if it is from the
    start, the upper bound the first at which the upper bound is. Without capped runs these are the order statistics of
    `quantile_interval`, exact for every law; with one common cap, too. Where caps differ, `quantile_interval` uses runs
    up to the smallest cap only and this one all of them.

    Args:
        steps: run times, `inf` where capped, shape (runs,).
        spent: steps actually used, finite, shape (runs,). Caps must not depend on how a run goes.
        q: between 0 and 1; 0.5 is the median.
        confidence: between 0 and 1.

    Returns:
        The quantile of the Kaplan-Meier curve with its bounds; `inf` where the curve stays above 1 - q.

    Raises:
        ValueError: for empty or negative arrays, NaN, arrays of different lengths, q or confidence outside (0, 1).

    Reference:
        Brookmeyer and Crowley (1982), A confidence interval for the median survival time, with the bounds of Fay,
        Brittain and Proschan (2013).

    Example:
        >>> inf = float("inf")
        >>> survival_quantile([3, 5, inf, 8, 9, 4, 6, inf], [3, 5, 4, 8, 9, 4, 6, 7])
        Interval(6 in [3, inf], 95 %, Kaplan-Meier, 2 of 8 runs capped; beta product bounds)
    """
    share = _checks.probability("q", q, advice="For the median pass q=0.5.")
    curve = survival_curve(steps, spent, confidence)

    def first(values: _checks.FloatArray) -> float:
        below = np.flatnonzero(values <= (1.0 - share) * (1.0 + 1e-12))  # products of n factors are rounded
        return float(curve.times[below[0]]) if below.size else math.inf

    start = ((1.0 - curve.confidence) / 2) ** (1.0 / curve.count)  # the lower bound before any goal
    return Interval(
        estimate=first(curve.survival),
        lower=first(curve.lower) if start >= (1.0 - share) * (1.0 - 1e-12) else -math.inf,
        upper=first(curve.upper),
        confidence=curve.confidence,
        method=f"Kaplan-Meier, {curve.capped} of {curve.count} runs capped; beta product bounds",
    )
