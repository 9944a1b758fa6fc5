"""Two samples of run times against each other, with a stated false-alarm rate."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.thresholds import (
    cap_headline,
    common_horizon,
    headline,
    report,
    sample_skewness,
    skewed_threshold,
    verdict,
)


@dataclass(frozen=True, eq=False)
class TwoSample:
    """How two samples compare; `None` where something was not judged, and `notes` say why.

    Args:
        sizes: numbers of runs.
        horizon: up to which time distribution functions were compared; `inf` is everywhere.
        false_alarm: chance with which one test refuses samples of one law; both together at most twice that.
        means: in steps.
        t: Welch's statistic.
        z_limit: limit for |t| once turned into a normal score of the same p; widened for skewness (see `two_sample`).
        mean_p: two-sided p of Welch's statistic by Student's t.
        distance: sup |F_a - F_b| up to the horizon.
        distance_at: a time at which it is attained.
        radius: a larger distance refuses that the laws are one.
        distance_p: finite-sample bound on the p of the distance.
        bound: where `radius` and `distance_p` come from.
        notes: what was not judged, and why.
        sorted_a: the first sample in rising order.
        sorted_b: the second sample in rising order.
    """

    sizes: tuple[int, int]
    horizon: float
    false_alarm: float
    means: tuple[float, float] | None
    t: float | None
    z_limit: float | None
    mean_p: float | None
    distance: float
    distance_at: float
    radius: float
    distance_p: float
    bound: str
    notes: tuple[str, ...]
    sorted_a: _checks.FloatArray
    sorted_b: _checks.FloatArray

    @property
    def mean_ok(self) -> bool | None:
        """Whether the means agree; `None` if they were not judged."""
        if self.mean_p is None or self.z_limit is None:
            return None
        return self.mean_p >= math.erfc(self.z_limit / math.sqrt(2.0))

    @property
    def distance_ok(self) -> bool:
        """Whether the distribution functions agree."""
        return self.distance <= self.radius

    @property
    def ok(self) -> bool:
        """Whether no test refused that both samples have one law; see `only_cap`."""
        return verdict(self.mean_ok, self.distance_ok)

    @property
    def only_cap(self) -> bool:
        """Whether no run of either sample reached its goal by the horizon: then nothing but the cap was compared."""
        return bool(self.t is None and min(self.sorted_a[0], self.sorted_b[0]) > self.horizon)

    def __str__(self) -> str:
        runs = f"{self.sizes[0]} and {self.sizes[1]} runs"
        if self.only_cap:
            lines = [cap_headline(self.ok, runs, "one law", self.horizon, self.false_alarm)]
        else:
            lines = [headline(self.mean_ok, self.distance_ok, runs, "each other", self.false_alarm)]
        if self.means is not None and self.t is not None:
            lines.append(
                f"means: {self.means[0]:.6g} and {self.means[1]:.6g}, Welch t = {self.t:+.2f}, p = {self.mean_p:.2g}"
            )
        upto = "" if math.isinf(self.horizon) else f" up to step {self.horizon:g}"
        lines.append(
            f"distributions: sup distance {self.distance:.3g} at step {self.distance_at:g}{upto} "
            f"(limit {self.radius:.3g}), p <= {self.distance_p:.2g} by {self.bound}"
        )
        return report(lines, self.notes)


def two_sample(
    a: npt.ArrayLike, b: npt.ArrayLike, false_alarm: float = 1e-9, *, horizon: float | None = None
) -> TwoSample:
    """Test whether two samples of run times have one law, by their distribution functions and by their means.

    *Distribution functions.* For samples of equal size n, `P(sup |F_a - F_b| >= k/n) <= 2 C(2n, n+k) / C(2n, n)` by
    the reflection principle, for every n. For sizes n and m, Massart's inequality on both sides gives `P(sup |F_a -
    F_b| > (n^-1/2 + m^-1/2) s) <= 4 exp(-2 s^2)`. Both hold for every law; ties only make the sup smaller.

    *Means.* Welch's t with its fractional degrees of freedom, turned into the normal score z of the same p, is
    refused beyond the smallest z with `P(|Z| > z) exp(c z^3) <= false_alarm`, `c` a third of the skewness of the
    difference of means: for a self-normalised mean the first term of the tail is twice Cramér's. Skewness is
    estimated, plus two standard errors.

    Args:
        a: run times, `inf` where capped, shape (runs,).
        b: run times, `inf` where capped, shape (runs,).
        false_alarm: chance for each of the two tests to refuse samples of one law.
        horizon: the smallest cap of both samples; required if runs were capped. Then distribution functions are
            compared up to it, and means are not.

    Returns:
        Statistics, limits and verdict.

    Raises:
        ValueError: for empty samples, NaN, or capped runs without a horizon.

    Reference:
        Gnedenko and Korolyuk (1951) for equal sizes; Massart (1990); Welch (1947); Jing, Shao and Wang (2003),
        Self-normalized Cramér-type large deviations.

    Example:
        >>> two_sample(range(1000), range(1, 1001)).ok
        True
    """
    first, second = np.sort(_checks.sample("a", a)), np.sort(_checks.sample("b", b))
    rate = _checks.false_alarm(false_alarm)
    n, m = first.size, second.size
    capped = int(np.isinf(first).sum()) + int(np.isinf(second).sum())
    end = common_horizon(horizon, capped, n + m)
    points = np.unique(np.concatenate([first, second]))
    points = points[np.isfinite(points) & (points <= end)]
    if not points.size:
        points = np.array([end])
    counts_a, counts_b = (np.searchsorted(array, points, side="right") for array in (first, second))
    gaps = np.abs(counts_a * m - counts_b * n)  # integers: equal sizes are compared without rounding
    worst = int(np.argmax(gaps))
    distance = int(gaps[worst]) / (n * m)
    if n == m:
        radius, distance_p = _reflection(n, int(gaps[worst]) // n, rate)
        bound = "the reflection principle"
    else:
        scale = n**-0.5 + m**-0.5
        radius = scale * math.sqrt(0.5 * math.log(4.0 / rate))
        distance_p = min(1.0, 4.0 * math.exp(-2.0 * (distance / scale) ** 2))
        bound = "Massart's inequality on both sides"

    means = t = z_limit = mean_p = None
    notes: list[str] = []
    if capped:
        notes.append(f"means, {capped} of {n + m} runs are capped (restricted_mean bounds what they tell)")
    elif min(n, m) < 2:
        notes.append("means, one value shows no spread")
    elif first[0] == first[-1] and second[0] == second[-1]:
        notes.append("means, neither sample has spread")
    else:
        means = float(first.mean()), float(second.mean())
        t, mean_p, skewness = _welch(first, second)
        z_limit = skewed_threshold(rate, skewness / 3.0)
        if z_limit is None:
            notes.append(f"means, {n} and {m} runs of this skewness are too few at {rate:.3g}")
    return TwoSample(
        sizes=(n, m),
        horizon=end,
        false_alarm=rate,
        means=means,
        t=t,
        z_limit=z_limit,
        mean_p=mean_p,
        distance=distance,
        distance_at=float(points[worst]),
        radius=radius,
        distance_p=distance_p,
        bound=bound,
        notes=tuple(notes),
        sorted_a=first,
        sorted_b=second,
    )


def _reflection(n: int, k: int, rate: float) -> tuple[float, float]:
    """Return the largest distance not refused, and the bound on the p of k / n, for two samples of size n."""
    from scipy.special import gammaln

    steps = np.arange(n + 1)
    log_p = math.log(2.0) + 2.0 * gammaln(n + 1) - gammaln(n + steps + 1) - gammaln(n - steps + 1)
    refused = np.flatnonzero(log_p <= math.log(rate))
    radius = (int(refused[0]) - 1) / n if refused.size else 1.0
    return radius, min(1.0, math.exp(min(float(log_p[k]), 0.0)))


def _welch(a: _checks.FloatArray, b: _checks.FloatArray) -> tuple[float, float, float]:
    """Return Welch's t, its two-sided p and a bound on the absolute skewness of the difference of means."""
    from scipy.special import stdtr

    parts = np.array([a.var(ddof=1) / a.size, b.var(ddof=1) / b.size])
    error = math.sqrt(float(parts.sum()))
    t = float(a.mean() - b.mean()) / error
    freedom = float(parts.sum()) ** 2 / float(np.sum(parts**2 / (np.array([a.size, b.size]) - 1)))
    cubes = [sample_skewness(x) * float(v) ** 1.5 / math.sqrt(x.size) for x, v in zip((a, b), parts)]
    skewness = abs(cubes[0] - cubes[1]) / error**3 + 2.0 * math.sqrt(6.0) / min(a.size, b.size)
    return t, 2.0 * float(stdtr(freedom, -abs(t))), skewness
