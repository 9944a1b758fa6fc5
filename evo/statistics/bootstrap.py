"""Means of skewed values: bounds by resampling."""

import math

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.intervals import Interval

_ENTRIES = 1 << 20  # resampled at once: 8 MiB an array


def bootstrap_interval(
    values: npt.ArrayLike, confidence: float = 0.95, *, seed: int, resamples: int = 9_999
) -> Interval:
    """Bound a mean by the studentised bootstrap (bootstrap-t).

    `[mean - t_high s / sqrt(n), mean - t_low s / sqrt(n)]`, where `t_low` and `t_high` are the `(resamples + 1)
    tail`-th smallest and largest of the statistics `(mean* - mean) sqrt(n) / s*` of samples drawn from the values with
    replacement, `tail = (1 - confidence) / 2`. Asymptotic: the coverage error on either side falls as 1/n, where that
    of `mean_interval` falls as 1/sqrt(n), so that skewed run times are bounded well on both sides.

    Departs from common practice: SciPy's `bootstrap` (BCa) is not studentised and covers less than Student's t below
    about 50 runs: with 10 exponential times 0.89 at 95 per cent (1000 samples), Student's 0.90. Measured for this
    interval (10,000 samples): exponential times 0.946 with 10 runs and 0.949 with 50; OneMax times of local search
    0.942 with 10. Heavy tails stay hard for all: of log-normal times (sigma = 1) it covers 0.915 with 20 runs and 0.934
    with 100, Student's 0.868 and 0.916.

    Args:
        values: finite numbers that are not all equal, shape (runs,). Of runs with a cap np.minimum(steps, horizon).
        confidence: between 0 and 1.
        seed: of the resampling, at least 0; the same seed gives the same interval.
        resamples: how many samples are drawn; at least 2 / (1 - confidence).

    Returns:
        The mean with its bounds; infinite where too many samples have no spread (fewer than about five runs).

    Raises:
        ValueError: for fewer than two values, values that are all equal, NaN, capped runs or too few resamples.

    Reference:
        Efron (1982), The jackknife, the bootstrap and other resampling plans, section 10.9; Hall (1988), Theoretical
        comparison of bootstrap confidence intervals.

    Example:
        >>> bootstrap_interval([3, 7, 4, 12, 5, 6, 30, 9], seed=1).estimate
        9.5
    """
    array = _checks.finite_sample(
        "values",
        values,
        minimum=2,
        instead="Pass np.minimum(steps, horizon) with horizon = smallest_cap(steps, spent).",
    )
    level = _checks.confidence(confidence)
    rng = np.random.default_rng(_checks.count("seed", seed, minimum=0))
    tail = (1.0 - level) / 2
    draws = _checks.count("resamples", resamples, minimum=math.ceil(1.0 / tail - 1e-6))
    n = array.size
    if array.min() == array.max():
        raise ValueError(
            f"`values` must not be all equal; got {array[0]:g} in all {n} entries. Resampling shows no spread: use "
            "bounded_mean_interval with a known range, or a larger cap."
        )
    mean, error = float(array.mean()), float(array.std(ddof=1)) / math.sqrt(n)
    statistics = np.sort(_statistics(array, mean, draws, rng))
    rank = math.floor((draws + 1) * tail + 1e-9)
    lower, upper = mean - error * float(statistics[draws - rank]), mean - error * float(statistics[rank - 1])
    return Interval(mean, lower, upper, level, f"bootstrap-t, {draws} resamples of {n} runs")


def _statistics(array: _checks.FloatArray, mean: float, draws: int, rng: np.random.Generator) -> _checks.FloatArray:
    """Return Student's statistics of samples drawn from the array, infinite for samples of one value."""
    n = array.size
    parts = []
    for start in range(0, draws, max(1, _ENTRIES // n)):
        size = min(max(1, _ENTRIES // n), draws - start)
        samples = array[rng.integers(0, n, (size, n))]
        shift = samples.mean(axis=1) - mean
        error = samples.std(axis=1, ddof=1) / math.sqrt(n)
        alike = samples.min(axis=1) == samples.max(axis=1)
        without = np.where(shift == 0.0, 0.0, np.copysign(math.inf, shift))
        parts.append(np.divide(shift, error, out=without, where=~alike))
    return np.concatenate(parts)
