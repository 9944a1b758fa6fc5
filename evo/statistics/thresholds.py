"""Normal thresholds and what the tests share."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from evo.statistics import _checks


def z_threshold(false_alarm: float) -> float:
    """Return the threshold that |Z| of a standard normal variable exceeds with probability `false_alarm`.

    `P(|Z| > z) = false_alarm`; 6.11 for 1e-9. For the mean of n runs this is the central limit theorem, whose
    relative error in the tail is about `exp(skewness z^3 / (6 sqrt(n)))` (Cramér): a factor of 2 at z = 6.11 still at
    n = 12,000 exponential run times. For values within `b` of their mean, Bernstein's inequality is exact at every n:
    |sum - n mean| stays below the x that solves `x^2 / 2 = ln(2/false_alarm) (n variance + b x / 3)`; it needs a bound
    b, which run times rarely have.

    Args:
        false_alarm: between 0 and 1, for both sides together.

    Returns:
        The threshold.

    Raises:
        ValueError: outside (0, 1).

    Reference:
        Cramér (1938), Sur un nouveau théorème-limite de la théorie des probabilités; Bernstein (1924).

    Example:
        >>> round(z_threshold(1e-9), 2)
        6.11
    """
    from scipy.special import ndtri

    return -float(ndtri(_checks.false_alarm(false_alarm) / 2))


def skewed_threshold(false_alarm: float, cubic: float) -> float | None:
    """Return the smallest z with P(|Z| > z) exp(cubic z^3) <= false_alarm; `None` if skewness outweighs the tail."""
    from scipy.special import log_ndtr

    def excess(z: float) -> float:
        return math.log(2.0) + float(log_ndtr(-z)) + cubic * z**3 - math.log(false_alarm)

    low = z_threshold(false_alarm)
    if cubic == 0.0:
        return low
    high = 1.0 / (3.0 * cubic)  # up to here the product falls, since the normal hazard exceeds z
    if high <= low or excess(high) > 0:
        return None
    for _ in range(100):  # bisection: 100 halvings end at neighbouring floats
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


def sample_skewness(array: _checks.FloatArray) -> float:
    """Return the skewness of the values, 0 without spread."""
    centred = array - array.mean()
    variance = float(np.mean(centred**2))
    return float(np.mean(centred**3)) / variance**1.5 if variance > 0 else 0.0


def common_horizon(horizon: float | None, capped: int, runs: int) -> float:
    """Return the horizon, `inf` if none is given; capped runs need a finite one."""
    end = math.inf if horizon is None else _checks.horizon(horizon)
    if capped and math.isinf(end):
        raise ValueError(
            f"`horizon` must be finite for capped runs; got {horizon} with {capped} of {runs} entries inf. "
            "Pass horizon=smallest_cap(steps, spent), the smaller one of two samples."
        )
    return end


def verdict(*judged: bool | None) -> bool:
    """Return whether something was judged and nothing refused."""
    return any(part is not None for part in judged) and all(part is not False for part in judged)


def headline(mean_ok: bool | None, distance_ok: bool | None, runs: str, other: str, false_alarm: float) -> str:
    """Return the first line of a report: the verdict and its false-alarm rate."""
    tests = sum(part is not None for part in (mean_ok, distance_ok))
    if not tests:
        return f"NOT JUDGED: {runs} could not be compared with {other}"
    verb = "agree" if verdict(mean_ok, distance_ok) else "DISAGREE"
    both = f", at most {2 * false_alarm:.3g} for both" if tests == 2 else ""
    return f"{runs} {verb} with {other}; false-alarm rate {false_alarm:.3g} per test{both}"


def report(lines: Iterable[str], notes: Sequence[str]) -> str:
    """Return the lines of a report, and what was not judged."""
    return "\n".join([*lines, *(["not judged: " + "; ".join(notes)] if notes else [])])


def cap_headline(distance_ok: bool, runs: str, other: str, horizon: float, false_alarm: float) -> str:
    """Return the first line of a report on runs of which none reached its goal: only P(T > horizon) was compared."""
    found = "does not contradict" if distance_ok else "DISAGREES with"
    return (
        f"{runs}, none at its goal by step {horizon:g}: nothing but the cap was compared, P(T > {horizon:g}) {found} "
        f"{other}; false-alarm rate {false_alarm:.3g}"
    )
