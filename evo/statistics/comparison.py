"""A sample of run times against a law, with a stated false-alarm rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, SupportsFloat

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.bands import dkw_radius
from evo.statistics.thresholds import (
    cap_headline,
    common_horizon,
    headline,
    report,
    sample_skewness,
    skewed_threshold,
    verdict,
)

_PLOT_POINTS = 512
_CDF_ROUNDING = 1e-9  # what summed float64 probabilities may be off by; far below every radius
_MEAN_ROUNDING = 1e-9  # relative; decides only for laws without spread


class Law(Protocol):
    """What a law must offer to be compared with: two numbers; optional are the two others.

    Optional: `cdf(t)`, P(T <= t) for integer t >= 0, on arrays or on single integers; `skewness`, else the sample's
    is used.
    """

    @property
    def mean(self) -> SupportsFloat: ...

    @property
    def variance(self) -> SupportsFloat: ...


@dataclass(frozen=True, eq=False)
class Comparison:
    """How a sample of run times compares with a law; `None` where something was not judged, and `notes` say why.

    Args:
        n: number of runs.
        capped: how many of them are `inf`.
        horizon: up to which time distribution functions were compared; `inf` is everywhere.
        false_alarm: chance with which one test refuses a true law; both together at most twice that.
        sample_mean: in steps.
        law_mean: in steps.
        z: (sample mean - law mean) / sqrt(law variance / n).
        z_limit: |z| beyond this refuses the law; the normal quantile, widened for skewness (see `compare_with_law`).
        mean_p: two-sided p of z by the normal law.
        distance: sup |F_n - F| up to the horizon.
        distance_at: a time at which it is attained.
        radius: a larger distance refuses the law.
        distance_p: bound `2 exp(-2 n distance^2)` on the p of the distance.
        detectable: laws whose distribution function is farther than this from the given one (up to the horizon) are
            refused with probability at least 1 - false_alarm; from 1 on no law is sure to be refused.
        notes: what was not judged, and why.
        sorted_sample: the run times in rising order, `inf` last, shape (n,).
        grid: integer times for a plot, shape (grid,); empty without a distribution function.
        law_cdf: F on the grid.
        sample_cdf: F_n on the grid.
    """

    n: int
    capped: int
    horizon: float
    false_alarm: float
    sample_mean: float | None
    law_mean: float
    z: float | None
    z_limit: float | None
    mean_p: float | None
    distance: float | None
    distance_at: int | None
    radius: float | None
    distance_p: float | None
    detectable: float | None
    notes: tuple[str, ...]
    sorted_sample: _checks.FloatArray
    grid: _checks.IntArray
    law_cdf: _checks.FloatArray
    sample_cdf: _checks.FloatArray

    @property
    def mean_ok(self) -> bool | None:
        """Whether the mean agrees; `None` if it was not judged."""
        return None if self.z is None or self.z_limit is None else abs(self.z) <= self.z_limit

    @property
    def distance_ok(self) -> bool | None:
        """Whether the distribution functions agree; `None` if they were not judged."""
        return None if self.distance is None or self.radius is None else self.distance <= self.radius

    @property
    def ok(self) -> bool:
        """Whether at least one test was possible and none refused the law; see `only_cap`."""
        return verdict(self.mean_ok, self.distance_ok)

    @property
    def only_cap(self) -> bool:
        """Whether no run reached its goal by the horizon: then nothing but P(T > horizon) was compared."""
        return bool(self.distance is not None and self.z is None and self.sorted_sample[0] > self.horizon)

    def __str__(self) -> str:
        if self.only_cap:
            lines = [cap_headline(self.ok, f"{self.n} runs", "the law", self.horizon, self.false_alarm)]
        else:
            lines = [headline(self.mean_ok, self.distance_ok, f"{self.n} runs", "the law", self.false_alarm)]
        if self.z is not None and self.mean_p is not None:
            limit = "" if self.z_limit is None else f" (limit {self.z_limit:.2f})"
            means = f"mean: {self.sample_mean:.6g}, law {self.law_mean:.6g}"
            lines.append(f"{means}, z = {self.z:+.2f}{limit}, p = {self.mean_p:.2g}")
        if self.distance is not None and self.detectable is not None:
            sure = f"laws farther than {self.detectable:.3g}" if self.detectable < 1 else "no law"
            upto = "" if math.isinf(self.horizon) else f" up to step {self.horizon:g}"
            lines.append(
                f"distribution: sup distance {self.distance:.3g} at step {self.distance_at}{upto} "
                f"(limit {self.radius:.3g}), p <= {self.distance_p:.2g}; sure to find {sure}"
            )
        return report(lines, self.notes)


def compare_with_law(
    sample: npt.ArrayLike, law: Law, false_alarm: float = 1e-9, *, horizon: float | None = None
) -> Comparison:
    """Test run times against a law on the integers 0, 1, 2, … by their mean and by their distribution function.

    *Mean.* `z = (mean - law.mean) / sqrt(law.variance / n)` is refused beyond the smallest z with `P(|Z| > z)
    exp(|skewness| z^3 / (6 sqrt(n))) <= false_alarm`: the normal tail with the first term of Cramér's series, which
    keeps the false-alarm rate for skewed run times at moderate n, to that order. Skewness is the law's if it has one,
    otherwise the sample's plus two standard errors `sqrt(6/n)`. If no z satisfies this, n is too small and the mean
    is not judged: at 1e-9 that is below about 30 runs of a symmetric law, or 110 of a geometric one.

    *Distribution function.* `sup_t |F_n(t) - F(t)|` is refused beyond `sqrt(ln(2/false_alarm) / (2n))`, which holds
    for every law and every n. Both functions are right-continuous and jump at integers only. F_n is constant from one
    observed value to the step before the next, so the sup is attained at an observed value t or at t - 1 (the left
    limit of both functions at t), or at the horizon.

    Args:
        sample: run times in steps, `inf` where capped, shape (runs,).
        law: `.mean`, `.variance`, optionally `.cdf(t)` and `.skewness`. Without `cdf` only means are compared.
        false_alarm: chance for each of the two tests to refuse the true law.
        horizon: the smallest cap, `smallest_cap(steps, spent)`; required if runs were capped. Then distribution
            functions are compared up to it, and means are not.

    Returns:
        Statistics, limits, verdict and the arrays for a plot.

    Raises:
        TypeError: for a law without mean or variance, such as a number.
        ValueError: for empty samples, NaN, capped runs without a horizon, values that are not integers at least 0 (if
            the law has a `cdf`), or a law without variance or whose `cdf` is no distribution function.

    Reference:
        Massart (1990) for the distance; Cramér (1938), Petrov (1975) chapter VIII, for the tail of the mean.

    Example:
        >>> class Coin:
        ...     mean, variance = 0.5, 0.25
        ...     def cdf(self, t): return 0.5 if t < 1 else 1.0
        >>> print(compare_with_law([0, 1] * 500, Coin()))
        1000 runs agree with the law; false-alarm rate 1e-09 per test, at most 2e-09 for both
        mean: 0.5, law 0.5, z = +0.00 (limit 6.14), p = 1
        distribution: sup distance 0 at step 0 (limit 0.103), p <= 1; sure to find laws farther than 0.207
    """
    array = np.sort(_checks.sample("sample", sample))
    rate = _checks.false_alarm(false_alarm)
    if not (hasattr(law, "mean") and hasattr(law, "variance")):
        raise TypeError(
            f"`law` must have a mean and a variance; got {type(law).__name__}. Pass a law, such as "
            "theory.onemax.law(n, strength=1.0); hold a single number against an interval of the mean."
        )
    n, capped = array.size, int(np.isinf(array).sum())
    end = common_horizon(horizon, capped, n)
    mean, variance = _checks.real("law.mean", law.mean), _checks.real("law.variance", law.variance)
    if variance < 0:
        raise ValueError(f"`law.variance` must be at least 0; got {variance:g}. Look at the law.")
    notes: list[str] = []

    sample_mean = z = z_limit = mean_p = None
    if capped:
        notes.append(f"mean, {capped} of {n} runs are capped (restricted_mean bounds what they tell)")
    elif math.isinf(mean) or math.isinf(variance):
        notes.append("mean, the law has no finite mean and variance")
    else:
        sample_mean = float(array.mean())
        z = _score(sample_mean - mean, math.sqrt(variance / n), scale=abs(mean))
        mean_p = math.erfc(abs(z) / math.sqrt(2.0))
        skewness = abs(_law_skewness(law, array))
        z_limit = skewed_threshold(rate, skewness / (6.0 * math.sqrt(n)))
        if z_limit is None:
            notes.append(f"mean, {n} runs (skewness up to {skewness:.2g}) are too few at {rate:.3g}")

    grid, law_cdf, sample_cdf = np.empty(0, np.int64), np.empty(0), np.empty(0)
    distance = distance_at = radius = distance_p = detectable = None
    cdf: Callable[[Any], Any] | None = getattr(law, "cdf", None)
    if cdf is None:
        notes.append("distribution, the law offers no cdf")
    else:
        grid = _grid(array, end)
        law_cdf = _evaluate(cdf, grid)
        sample_cdf = np.searchsorted(array, grid, side="right") / n
        gaps = np.abs(sample_cdf - law_cdf)
        worst = int(np.argmax(gaps))
        distance, distance_at = float(gaps[worst]), int(grid[worst])
        radius = dkw_radius(n, alpha=rate)
        distance_p = min(1.0, 2.0 * math.exp(-2.0 * n * distance**2))
        detectable = 2.0 * radius  # within one radius of its own law, beyond one of the given law
    return Comparison(
        n=n,
        capped=capped,
        horizon=end,
        false_alarm=rate,
        sample_mean=sample_mean,
        law_mean=mean,
        z=z,
        z_limit=z_limit,
        mean_p=mean_p,
        distance=distance,
        distance_at=distance_at,
        radius=radius,
        distance_p=distance_p,
        detectable=detectable,
        notes=tuple(notes),
        sorted_sample=array,
        grid=grid,
        law_cdf=law_cdf,
        sample_cdf=sample_cdf,
    )


def _score(difference: float, error: float, scale: float) -> float:
    """Return difference / error; without spread 0 or ±inf, up to rounding."""
    if error > 0:
        return difference / error
    return 0.0 if abs(difference) <= _MEAN_ROUNDING * max(1.0, scale) else math.copysign(math.inf, difference)


def _law_skewness(law: Law, array: _checks.FloatArray) -> float:
    given = getattr(law, "skewness", None)
    if given is not None:
        skewness = float(given)
        return skewness if math.isfinite(skewness) else 0.0  # a law without spread
    return abs(sample_skewness(array)) + 2.0 * math.sqrt(6.0 / array.size)


def _grid(array: _checks.FloatArray, end: float) -> _checks.IntArray:
    """Return every integer at which the sup may be attained, and evenly spaced ones for a plot."""
    finite = array[np.isfinite(array)]
    odd = (finite < 0) | (finite != np.floor(finite)) | (finite >= 2.0**53)
    if odd.any():
        raise ValueError(
            f"`sample` must hold integers from 0 to 2^53 to be compared with law.cdf; got {finite[odd][0]:g}. "
            "Pass steps, not scaled or averaged ones."
        )
    watched = np.unique(finite[finite <= end]).astype(np.int64)
    ends = watched[[0, -1]] if watched.size else watched
    if math.isfinite(end):
        ends = np.append(ends, np.int64(min(math.floor(end), 2**53)))
    between = np.linspace(ends.min(), ends.max(), _PLOT_POINTS).astype(np.int64)
    grid = np.unique(np.concatenate([watched, watched - 1, ends, between]))
    return grid[grid >= 0]  # at -1 both functions are 0


def _evaluate(cdf: Callable[[Any], Any], grid: _checks.IntArray) -> _checks.FloatArray:
    """Return the law's distribution function on the grid, checked."""
    values: _checks.FloatArray | None = None
    if grid.size > 1:  # an array of one number would pass for a number in a function that knows numbers only
        try:
            values = np.array(cdf(grid.copy()), dtype=np.float64)
        except (TypeError, ValueError):
            values = None
    if values is None or values.shape != grid.shape:
        values = np.array([float(cdf(int(t))) for t in grid], dtype=np.float64)
    wrong = ~((values >= -_CDF_ROUNDING) & (values <= 1.0 + _CDF_ROUNDING))
    wrong[1:] |= ~(np.diff(values) >= -_CDF_ROUNDING)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"`law.cdf` must rise from 0 to 1; got cdf({grid[i]}) = {values[i]:g}"
            + (f" after cdf({grid[i - 1]}) = {values[i - 1]:g}" if i else "")
            + ". Pass a law with cdf(t) = P(T <= t), or one without a cdf."
        )
    return np.clip(values, 0.0, 1.0)
