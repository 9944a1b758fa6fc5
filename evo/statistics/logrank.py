"""Two samples of capped runs against each other by their rates of success."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evo.statistics import _checks
from evo.statistics.thresholds import headline, report, skewed_threshold


@dataclass(frozen=True)
class LogRank:
    """How two samples of runs with caps compare; `None` where they were not judged, and `notes` say why.

    Args:
        sizes: numbers of runs.
        capped: numbers of capped runs.
        goals: numbers of runs that reached their goal.
        expected: how many would have in each sample if both had one law, given when goals were reached.
        false_alarm: chance with which samples of one law are refused.
        z: (goals - expected) / standard deviation, of the first sample; positive where it is the faster one.
        z_limit: a larger |z| refuses that the laws are one; the normal quantile, widened for skewness.
        p: two-sided p of z by the normal law.
        notes: what was not judged, and why.
    """

    sizes: tuple[int, int]
    capped: tuple[int, int]
    goals: tuple[int, int]
    expected: tuple[float, float]
    false_alarm: float
    z: float | None
    z_limit: float | None
    p: float | None
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the samples were judged and not refused to have one law."""
        return self.z is not None and self.z_limit is not None and abs(self.z) <= self.z_limit

    def __str__(self) -> str:
        runs = f"{self.sizes[0]} and {self.sizes[1]} runs ({self.capped[0]} and {self.capped[1]} capped)"
        judged = None if self.z_limit is None else self.ok
        lines = [headline(judged, None, runs, "each other", self.false_alarm)]
        if self.z is not None:
            limit = "" if self.z_limit is None else f" (limit {self.z_limit:.2f})"
            goals = f"goals: {self.goals[0]} and {self.goals[1]}, by one law {self.expected[0]:.4g} and "
            lines.append(f"{goals}{self.expected[1]:.4g}; log-rank z = {self.z:+.2f}{limit}, p = {self.p:.2g}")
        return report(lines, self.notes)


def log_rank(
    a_steps: npt.ArrayLike,
    a_spent: npt.ArrayLike,
    b_steps: npt.ArrayLike,
    b_spent: npt.ArrayLike,
    false_alarm: float = 1e-9,
) -> LogRank:
    """Test whether two samples of run times have one law, where runs are capped and caps may differ.

    At each time at which d of r watched runs reach their goal, `r_a` of them in the first sample, one law would give
    the first sample hypergeometrically many: `d r_a / r` with variance `v = d (r_a/r) (1 - r_a/r) (r - d)/(r - 1)`. `z
    = sum (d_a - d r_a / r) / sqrt(sum v)`. Asymptotic in the number of goals: |z| is refused beyond the smallest z with
    `P(|Z| > z) exp(c z^3) <= false_alarm`, c a third of the skewness of the sum of these hypergeometric variables, as
    in `two_sample`. Strongest where one sample is faster at all times in the same proportion; blind to curves that
    cross, which `two_sample` sees. Caps must not depend on how a run goes; they may differ between the samples.

    Measured on geometric times, 20,000 pairs: with 20 and 20 runs 0.054 at a false alarm of 0.05, and less than asked
    at 0.01 and 0.001; with 20 and 100 runs 0.033 and less.

    Args:
        a_steps: run times of the first sample, `inf` where capped, shape (runs of a,).
        a_spent: steps actually used, finite, shape (runs of a,).
        b_steps: those of the second sample, shape (runs of b,).
        b_spent: shape (runs of b,).
        false_alarm: chance to refuse samples of one law.

    Returns:
        Goals reached and expected, z, its limit and p, and the verdict; not judged if no run reached its goal.

    Raises:
        ValueError: for empty or negative arrays, NaN, or arrays of different lengths.

    Reference:
        Mantel (1966), Evaluation of survival data; Peto and Peto (1972); Klein and Moeschberger (2003), section 7.3.

    Example:
        >>> inf = float("inf")
        >>> test = log_rank([3, 5, inf, 8], [3, 5, 9, 8], [4, 9, inf, inf], [4, 9, 9, 9], false_alarm=0.05)
        >>> test.goals, [round(number, 3) for number in (*test.expected, test.z, test.p)]
        ((3, 2), [2.079, 2.921, 0.851, 0.395])
    """
    samples = _checks.run_times(a_steps, a_spent), _checks.run_times(b_steps, b_spent)
    rate = _checks.false_alarm(false_alarm)
    watched = [np.sort(np.where(np.isfinite(steps), steps, spent)) for steps, spent in samples]
    goals = [np.sort(steps[np.isfinite(steps)]) for steps, _ in samples]
    times, d = np.unique(np.concatenate(goals), return_counts=True)
    first = watched[0].size - np.searchsorted(watched[0], times, side="left").astype(np.float64)
    r = first + watched[1].size - np.searchsorted(watched[1], times, side="left")
    share = first / r
    others = np.maximum(r - 1.0, 1.0)  # a last run alone has no variance: r - d is 0
    variances = d * share * (1.0 - share) * (r - d) / others
    cubes = variances * (1.0 - 2.0 * share) * (r - 2.0 * d) / np.maximum(r - 2.0, 1.0)
    expected = float(np.sum(d * share))
    total, variance = int(d.sum()), float(variances.sum())

    z = z_limit = p = None
    notes: tuple[str, ...] = ()
    sizes = watched[0].size, watched[1].size
    capped = sizes[0] - goals[0].size, sizes[1] - goals[1].size
    if not total:
        notes = (f"all {sum(sizes)} runs are capped, none reached its goal (raise the caps)",)
    elif variance == 0.0:
        notes = ("goals were reached only while one sample or one run was watched",)
    else:
        z = (goals[0].size - expected) / math.sqrt(variance)
        p = math.erfc(abs(z) / math.sqrt(2.0))
        skewness = abs(float(cubes.sum())) / variance**1.5
        z_limit = skewed_threshold(rate, skewness / 3.0)
        if z_limit is None:
            notes = (f"{total} goals of this skewness are too few at {rate:.3g}",)
    return LogRank(
        sizes=sizes,
        capped=capped,
        goals=(goals[0].size, goals[1].size),
        expected=(expected, total - expected),
        false_alarm=rate,
        z=z,
        z_limit=z_limit,
        p=p,
        notes=notes,
    )
