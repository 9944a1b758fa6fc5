"""Success rates: which share of the runs reached the goal."""

import math

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.censored import smallest_cap
from evo.statistics.intervals import Interval, binomial_interval


def success_rate(
    steps: npt.ArrayLike, spent: npt.ArrayLike, horizon: float | None = None, confidence: float = 0.95
) -> Interval:
    """Bound the probability that a run reaches its goal, within its cap or within `horizon` steps.

    The share of the runs with `steps <= horizon`, bounded by Clopper and Pearson: exact for independent runs, the
    coverage is at least `confidence` for every probability and every number of runs. Without a horizon each run counts
    under its own cap; where caps differ, that is an average over them and says little about any one cap.

    Args:
        steps: run times, `inf` where capped, shape (runs,).
        spent: steps actually used, finite, shape (runs,).
        horizon: in steps, positive, at most the smallest cap; default: each run's own cap.
        confidence: between 0 and 1.

    Returns:
        The share of successes with its bounds; `method` says how many runs counted as what.

    Raises:
        ValueError: for a horizon beyond the smallest cap, where some runs were not watched, and for malformed arrays.

    Reference:
        Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.

    Example:
        >>> inf = float("inf")
        >>> success_rate([3, 5, inf, 8], [3, 5, 10, 8], confidence=0.9)
        Interval(0.75 in [0.248605, 0.987259], 90 %, 3 of 4 runs, 1 capped and counted as failed; Clopper-Pearson)
        >>> success_rate([3, 5, inf, 8], [3, 5, 10, 8], horizon=6).estimate
        0.5
    """
    first_cap = smallest_cap(steps, spent)
    run_times = np.asarray(steps, dtype=np.float64)
    end = math.inf if horizon is None else _checks.horizon(horizon)
    if horizon is not None and end > first_cap:
        raise ValueError(
            f"`horizon` must be at most {first_cap:g}, the smallest cap; got {end:g}. Pass a smaller one, or estimate "
            "with kaplan_meier what shorter runs would have done."
        )
    capped = int(np.isinf(run_times).sum())
    wins = int(np.count_nonzero(np.isfinite(run_times) & (run_times <= end)))
    bounds = binomial_interval(wins, run_times.size, confidence)
    within = "" if math.isinf(end) else f" within {end:g} steps"
    how = f"{wins} of {run_times.size} runs{within}, {capped} capped and counted as failed; {bounds.method}"
    return Interval(bounds.estimate, bounds.lower, bounds.upper, bounds.confidence, how)
