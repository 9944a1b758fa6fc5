"""Capped runs: survival curves, restricted means and the expected running time.

A run capped after `c` steps says `T > c`; a run that reached its goal in step `c` says `T = c`. At one time, goals
come before caps.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.intervals import Interval


class KaplanMeier(NamedTuple):
    """A survival curve: right-continuous, 1 before the first time, constant between times.

    Args:
        times: distinct times at which a run reached its goal, in rising order, shape (times,).
        survival: estimate of P(T > times), shape (times,).
        variance: Greenwood's variance of `survival`, shape (times,); 0 where the curve has come down to 0.
    """

    times: _checks.FloatArray
    survival: _checks.FloatArray
    variance: _checks.FloatArray


class _RiskTable(NamedTuple):
    times: _checks.FloatArray
    at_risk: _checks.FloatArray
    events: _checks.FloatArray

    def hazard_variance(self) -> _checks.FloatArray:
        """Return d / (r (r - d)) per time; 0 where all at risk reached the goal: there the curve is 0."""
        survivors = self.at_risk - self.events
        return np.divide(self.events, self.at_risk * survivors, out=np.zeros_like(self.events), where=survivors > 0)


def kaplan_meier(times: npt.ArrayLike, observed: npt.ArrayLike) -> KaplanMeier:
    """Estimate P(T > t) from runs of which some were capped, with caps that may differ.

    `S(t) = prod_{t_i <= t} (1 - d_i / r_i)` with `d_i` goals reached at `t_i` among `r_i` runs still watched;
    Greenwood's variance is `S(t)^2 sum_{t_i <= t} d_i / (r_i (r_i - d_i))`. Caps must not depend on how a run goes.
    No departure.

    Args:
        times: finite run times, the steps spent for capped runs, shape (runs,).
        observed: True where the goal was reached, shape (runs,).

    Returns:
        Times, survival, variance; three empty arrays if no run reached its goal.

    Raises:
        ValueError: for empty, negative or infinite times, NaN, or arrays of different lengths.
        TypeError: if `observed` is not boolean.

    Reference:
        Kaplan and Meier (1958), Nonparametric estimation from incomplete observations; Greenwood (1926).

    Example:
        >>> curve = kaplan_meier([1, 2, 2, 3], [True, True, False, True])
        >>> curve.times.tolist(), curve.survival.tolist()
        ([1.0, 2.0, 3.0], [0.75, 0.5, 0.0])
    """
    array = _checks.finite_sample("times", times, instead="For capped runs pass the steps spent and observed=False.")
    _checks.not_negative("times", array)
    table = _risk_table(array, _checks.flags("observed", observed, array.size, "times"))
    survival = np.multiply.accumulate(1.0 - table.events / table.at_risk)
    return KaplanMeier(table.times, survival, np.square(survival) * np.cumsum(table.hazard_variance()))


def _risk_table(times: _checks.FloatArray, observed: _checks.BoolArray) -> _RiskTable:
    distinct, events = np.unique(times[observed], return_counts=True)
    at_risk = times.size - np.searchsorted(np.sort(times), distinct, side="left")
    return _RiskTable(distinct, at_risk.astype(np.float64), events.astype(np.float64))


def smallest_cap(steps: npt.ArrayLike, spent: npt.ArrayLike) -> float:
    """Return the smallest `spent` of a capped run: up to it every run was watched; `inf` if none was capped.

    Args:
        steps: run times, `inf` where capped, shape (runs,).
        spent: steps actually used, shape (runs,).

    Returns:
        The largest horizon at which nothing has to be estimated.

    Raises:
        ValueError: for empty or negative arrays, NaN, or arrays of different lengths.

    Example:
        >>> smallest_cap([3, float("inf"), float("inf")], [3, 10, 7])
        7.0
    """
    run_times, used = _checks.run_times(steps, spent)
    return float(np.min(used, where=np.isinf(run_times), initial=math.inf))


def restricted_mean(
    steps: npt.ArrayLike, spent: npt.ArrayLike, horizon: float | None = None, confidence: float = 0.95
) -> Interval:
    """Estimate E[min(T, horizon)], which capped runs do tell.

    The area under the Kaplan-Meier curve from 0 to the horizon. With `A_i` the area from `t_i` on, its variance is
    `n/(n-1) sum A_i^2 d_i / (r_i (r_i - d_i))`, and the bounds are Student's with n - 1 degrees of freedom, cut to
    [0, horizon]. If no run reached the goal by the horizon, the lower bound comes from Clopper and Pearson: `horizon
    * tail^(1/n)`, for the n runs that were watched so long. Asymptotic, apart from that last bound: measured at 95 per
    cent for geometric times (10,000 samples), half of the runs capped, 0.934 with 10 runs and 0.945 with 50 or more;
    nine of ten capped, 0.899 with 50, 0.917 with 100 and 0.933 with 200, since only a tenth of the runs shows spread.

    Departs from the paper: the factor n/(n-1) in place of m/(m-1) for m goals reached, so that without caps before
    the horizon the result is exactly the Student interval of the values min(T, horizon).

    Args:
        steps: run times, `inf` where capped, shape (runs,), at least two.
        spent: steps actually used, finite, shape (runs,).
        horizon: in steps; default the smallest cap, and no restriction if no run was capped.
        confidence: between 0 and 1.

    Returns:
        The restricted mean with its bounds; `method` names the horizon.

    Raises:
        ValueError: if the horizon lies beyond the last time at which a run was still watched, and for malformed arrays.

    Reference:
        Kaplan and Meier (1958), section 6; Klein and Moeschberger (2003), Survival Analysis, section 4.5.

    Example:
        >>> inf = float("inf")
        >>> restricted_mean([3, 5, inf, 8], [3, 5, 10, 8]).estimate
        6.5
    """
    from scipy.special import stdtrit

    run_times, used = _checks.run_times(steps, spent)
    level = _checks.confidence(confidence)
    n = run_times.size
    if n < 2:
        raise ValueError("`steps` must hold at least 2 values; got 1. Add runs: one run shows no spread.")
    reached = np.isfinite(run_times)
    times = np.where(reached, run_times, used)
    first_cap = float(np.min(used, where=~reached, initial=math.inf))
    end = _checks.horizon(first_cap if horizon is None else horizon)
    last = float(times.max())
    if end > last and not reached[times == last].all():
        raise ValueError(
            f"`horizon` must be at most {last:g}, where the last run was capped; got {end:g}. Pass a smaller one."
        )
    where = "no run capped" if math.isinf(end) else f"restricted to {end:g} steps"
    table = _risk_table(times, reached & (times < end))
    tail = (1.0 - level) / 2
    if not table.times.size:
        watched = int((times >= end).sum())
        return Interval(
            end, end * tail ** (1.0 / watched), end, level, f"{where}; no goal reached, Clopper-Pearson lower bound"
        )
    survival = np.cumprod(1.0 - table.events / table.at_risk)
    widths = np.diff(np.append(table.times, min(end, last)))
    areas = np.cumsum((survival * widths)[::-1])[::-1]  # from t_i to the horizon
    mean = float(table.times[0] + areas[0])
    variance = n / (n - 1) * float(np.sum(areas**2 * table.hazard_variance()))
    half = -float(stdtrit(n - 1, tail)) * math.sqrt(variance)
    method = "Student t" if end <= first_cap else "Kaplan-Meier with Greenwood's variance"
    return Interval(mean, max(mean - half, 0.0), min(mean + half, end), level, f"{where}; {method}")


def expected_running_time(spent: npt.ArrayLike, reached: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Estimate the expected running time of independent restarts until the first success (ERT).

    `ERT = sum spent / number of successes`, the ratio of two means. By the delta method `ln ERT` has the standard
    error `sd(spent_i - ERT reached_i) / (sqrt(n) mean(spent))`; the bounds are `ERT exp(± t se)` with n - 1 degrees
    of freedom. Without a success the estimate and the upper bound are `inf`, and the lower bound is `mean(spent) / (1
    - tail^(1/n))`, the Clopper-Pearson bound of the success probability. The log scale keeps the bounds positive.
    Asymptotic: measured at 95 per cent for geometric times (10,000 samples), 0.935 to 0.98 with 10 runs, 0.938 to 0.98
    with 20 and 0.945 to 0.955 with 200, between one of fifty and nine of ten runs capped.

    Args:
        spent: steps actually used, finite, shape (runs,), at least two.
        reached: True where the goal was reached, shape (runs,).
        confidence: between 0 and 1.

    Returns:
        The expected running time, in steps, with its bounds.

    Raises:
        ValueError: for fewer than two runs, negative or infinite steps, NaN, or arrays of different lengths.
        TypeError: if `reached` is not boolean.

    Reference:
        Hansen, Auger, Finck and Ros (2009), Real-parameter black-box optimization benchmarking, experimental setup
        (there: ERT).

    Example:
        >>> expected_running_time([10, 30, 50, 30], [True, True, False, True]).estimate
        40.0
    """
    from scipy.special import stdtrit

    used = _checks.finite_sample(
        "spent", spent, minimum=2, instead="Pass the steps actually used, the cap for capped runs."
    )
    _checks.not_negative("spent", used)
    success = _checks.flags("reached", reached, used.size, "spent")
    level = _checks.confidence(confidence)
    n, wins, tail = used.size, int(success.sum()), (1.0 - level) / 2
    if not wins:
        lower = float(used.mean()) / -math.expm1(math.log(tail) / n)
        return Interval(
            math.inf, lower, math.inf, level, f"0 of {n} runs reached the goal; Clopper-Pearson lower bound"
        )
    ert = float(used.sum()) / wins
    if ert == 0.0:  # every run started at its goal
        return Interval(0.0, 0.0, 0.0, level, f"{wins} of {n} runs reached the goal; no step was spent")
    error = float(np.std(used - ert * success, ddof=1)) / (math.sqrt(n) * float(used.mean()))
    ratio = math.exp(min(-float(stdtrit(n - 1, tail)) * error, 700.0))
    return Interval(
        ert, ert / ratio, ert * ratio, level, f"{wins} of {n} runs reached the goal; delta method on the log scale"
    )
