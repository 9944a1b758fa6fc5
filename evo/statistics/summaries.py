"""What many runs of one configuration say, in numbers and in words."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.censored import expected_running_time, restricted_mean, smallest_cap
from evo.statistics.intervals import Interval, quantile_interval
from evo.statistics.success import success_rate


@dataclass(frozen=True)
class Summary:
    """The run times of one configuration; every number says how capped runs were counted.

    Args:
        count: number of runs.
        capped: how many of them ended without reaching the goal.
        horizon: the smallest cap, in steps; `inf` if no run was capped.
        counted: how capped runs were counted, in words.
        mean: the mean of the run times, or of min(T, horizon) if a run was capped, with its bounds.
        median: the median with its bounds; `inf` where it lies beyond the horizon.
        ert: the expected running time with restarts, with its bounds.
        success: the share of the runs that reached the goal, with its bounds.
        confidence: of each interval by itself.

    Example:
        >>> print(summary([3, 5, 4, 8], [3, 5, 4, 8], confidence=0.8))
        4 runs, none capped: mean 5 [3.231, 6.769], median 4 [3, 8] (80 %)
    """

    count: int
    capped: int
    horizon: float
    counted: str
    mean: Interval
    median: Interval
    ert: Interval
    success: Interval
    confidence: float

    @property
    def kind(self) -> str:
        """What `mean` is: "mean", or "restricted mean up to" the horizon."""
        return f"restricted mean up to {_number(self.horizon)}" if self.capped else "mean"

    @property
    def words(self) -> str:
        """The summary as one sentence."""
        runs = f"{self.count} run" + ("s" if self.count > 1 else "")
        level = f"({100 * self.confidence:.10g} %)"
        if not self.capped:
            return f"{runs}, none capped: mean {_bounded(self.mean)}, median {_bounded(self.median)} {level}"
        numbers = [
            f"{self.kind} of {_bounded(self.mean)}",
            f"median {_bounded(self.median, self.horizon)}",
            f"ERT {_bounded(self.ert)}",
            f"success rate {_bounded(self.success)}",
        ]
        many = "all" if self.capped == self.count else str(self.capped)
        return f"{runs}, {many} capped: {', '.join(numbers)} {level}; {self.counted}"

    def __str__(self) -> str:
        return self.words


def summary(steps: npt.ArrayLike, spent: npt.ArrayLike, confidence: float = 0.95) -> Summary:
    """Summarise run times of which some may be capped.

    *Mean.* Without capped runs Student's interval (`mean_interval`); else the restricted mean `E[min(T, H)]` up to the
    smallest cap H (`restricted_mean`). *Median.* Order statistics (`quantile_interval`), exact for every law, with what
    lies beyond H as infinite. *ERT.* All steps spent divided by the number of successes (`expected_running_time`).
    *Success.* Clopper and Pearson's exact interval (`success_rate`). Intervals of means and ERT are asymptotic: where
    they fall short of the nominal coverage is said there. One run alone gets no bounds for its mean and ERT.

    Args:
        steps: run times in steps, `inf` where capped, shape (runs,).
        spent: steps actually used, finite, shape (runs,).
        confidence: between 0 and 1, of each interval by itself.

    Returns:
        Numbers, intervals and the words that say how capped runs were counted.

    Raises:
        ValueError: for empty or negative arrays, NaN, arrays of different lengths or confidence outside (0, 1).

    Reference:
        That of the functions named above.

    Example:
        >>> inf = float("inf")
        >>> short = summary([3, 5, inf, 8], [3, 5, 10, 8])
        >>> short.kind, short.mean.estimate, short.ert.estimate
        ('restricted mean up to 10', 6.5, 8.666666666666666)
        >>> short.counted.split("; ")[1]
        'a capped run counts as failed in ERT and success rate'
    """
    horizon = smallest_cap(steps, spent)
    run_times, used = np.asarray(steps, dtype=np.float64), np.asarray(spent, dtype=np.float64)
    level = _checks.confidence(confidence)
    reached = np.isfinite(run_times)
    capped = int(run_times.size - np.count_nonzero(reached))
    counted = "no run was capped"
    if capped:
        end = _number(horizon)
        counted = (
            f"a run beyond {end} steps counts as {end} in the mean and as longer than the others in the median; "
            "a capped run counts as failed in ERT and success rate"
        )
    return Summary(
        count=run_times.size,
        capped=capped,
        horizon=horizon,
        counted=counted,
        mean=_mean(run_times, used, horizon, level),
        median=quantile_interval(run_times, 0.5, level, horizon=horizon or None),
        ert=_ert(used, reached, level),
        success=success_rate(run_times, used, confidence=level),
        confidence=level,
    )


def _mean(steps: _checks.FloatArray, spent: _checks.FloatArray, horizon: float, level: float) -> Interval:
    if horizon == 0.0:
        return Interval(0.0, 0.0, 0.0, level, "restricted to 0 steps: a run was capped at once")
    if steps.size == 1:
        return _alone(min(float(steps[0]), horizon), level)
    return restricted_mean(steps, spent, None, level)


def _ert(spent: _checks.FloatArray, reached: _checks.BoolArray, level: float) -> Interval:
    if spent.size == 1:
        return _alone(float(spent[0]) if reached[0] else math.inf, level)
    return expected_running_time(spent, reached, level)


def _alone(estimate: float, level: float) -> Interval:
    return Interval(estimate, -math.inf, math.inf, level, "no bounds: one run shows no spread")


def _number(value: float) -> str:
    """Return four significant digits, and all digits before the point up to ten million."""
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g}"


def _bounded(interval: Interval, horizon: float = math.inf) -> str:
    beyond = math.isinf(interval.estimate) and math.isfinite(horizon)
    estimate = f"beyond {_number(horizon)}" if beyond else _number(interval.estimate)
    return f"{estimate} [{_number(interval.lower)}, {_number(interval.upper)}]"
