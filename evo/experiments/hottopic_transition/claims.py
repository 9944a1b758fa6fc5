"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig
from evo.experiments.hottopic_transition.data import DriftSeries, RunSeries, drift_series, run_series
from evo.statistics import Crossing, Interval, linear_crossing, quantile_interval, z_threshold

if TYPE_CHECKING:
    import polars as pl

#: strengths so near to the expected zero enter the line whose zero is the measured crossing
WINDOW = 0.21
_MISFIT = 1e-4

_EXACT = "exact drift at a frozen level, binomial sums at the same whole numbers of zero-bits (theory.hottopic.drift)"
_FLUID = "fluid limit of the levels: density d* = {density:.3f} in stagnation, beta n KL(eps || d*) / ln L = {clear:g}"
_EARLIER = "runs of an independent implementation, {text}"


class LevelClaim(NamedTuple):
    """A claim about the share of levels visited, for one size and a range of strengths."""

    n: int
    levels: int
    beta: float
    #: range of strengths, both ends included
    low: float
    high: float
    predicted: Prediction
    basis: Basis
    source: str

    @property
    def where(self) -> str:
        """The range of strengths in words."""
        if math.isinf(self.high):
            return f"at every strength c ≥ {self.low:g}"
        return f"at c = {self.low:g}" if self.low == self.high else f"at every strength c ≤ {self.high:g}"

    def fits(self, config: HotTopicTransitionConfig) -> bool:
        """Whether the rows are of this function."""
        same = (config.alpha, config.beta, config.eps) == (0.25, self.beta, 0.05)
        return same and (self.n, self.levels) in zip(config.n, config.levels, strict=True)


LEVEL_CLAIMS = (
    LevelClaim(10_000, 1000, 0.2, 0.0, 2.4, Below(0.2), Basis.RE_DERIVED, _FLUID.format(density=0.052, clear=0.009)),
    LevelClaim(
        10_000, 1000, 0.2, 3.5, math.inf, Above(0.9), Basis.RE_DERIVED, _FLUID.format(density=0.131, clear=10.5)
    ),
    LevelClaim(50_000, 200, 0.2, 2.7, math.inf, Above(0.9), Basis.RE_DERIVED, _FLUID.format(density=0.075, clear=9.31)),
    LevelClaim(
        10_000,
        100,
        0.05,
        3.0,
        3.0,
        Below(0.5),
        Basis.MEASURED_ELSEWHERE,
        _EARLIER.format(text="2 to 5 per strength, parameters of the author's code: 23 of 101 levels at c = 3.0"),
    ),
    LevelClaim(
        10_000,
        100,
        0.05,
        3.5,
        math.inf,
        Above(0.95),
        Basis.MEASURED_ELSEWHERE,
        _EARLIER.format(text="2 to 5 per strength, parameters of the author's code: 101 of 101 levels at c = 3.5"),
    ),
)


def claims_of(config: HotTopicTransitionConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    levels = [claim for claim in LEVEL_CLAIMS if claim.beta == config.beta]
    count = 2 * len(config.drift_n) + len(levels)
    found: list[Claim] = []
    for series in drift_series(table, config):
        found += [
            _drift_claim(series, config, family_error, count),
            _crossing_claim(series, config, family_error, count),
        ]
    runs = {(series.n, series.levels): series for series in run_series(table, config)}
    for claim in levels:
        found.append(_level_claim(claim, runs.get((claim.n, claim.levels)), config, family_error, count))
    return found


def exact_drift(n: int, config: HotTopicTransitionConfig, strength: np.ndarray) -> np.ndarray:
    """The exact drift at the zero-bits of the measurement, per strength."""
    from theory import hottopic

    counts = hottopic.counts(n, alpha=config.alpha, eps=config.eps)
    return np.array(
        [
            float(hottopic.drift(n, counts.zeros_in, counts.zeros_out, hot=counts.hot, strength=float(c)))
            for c in strength
        ]
    )


def exact_root(n: int, config: HotTopicTransitionConfig) -> float:
    """The strength at which the exact drift is zero."""
    from theory import hottopic

    return float(hottopic.critical_strength(config.alpha, config.eps, n=n))


def crossing(series: DriftSeries, near: float, confidence: float) -> Crossing | None:
    """Where a line through the measured drifts near a strength is zero; None with fewer than three of them."""
    close = np.abs(series.strength - near) <= WINDOW
    if np.count_nonzero(close) < 3:
        return None
    try:
        return linear_crossing(
            series.strength[close], series.mean[close], series.standard_error[close], confidence, degree=1
        )
    except ValueError:  # the line is flat: too few samples
        return None


def _drift_claim(series: DriftSeries, config: HotTopicTransitionConfig, family_error: float, count: int) -> Claim:
    claim = Claim(
        text=f"deviation from the exact drift at a frozen level, zero-bits per step, n = {series.n:,}, every strength",
        source=_EXACT,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 1e-3),
        rule="normal interval where the deviation is largest in standard errors, at all strengths together",
        anywhere=True,
    )
    deviation = series.mean - exact_drift(series.n, config, series.strength)
    if not np.all(series.standard_error > 0):
        return judge(claim, None, "too few samples")
    place = int(np.argmax(np.abs(deviation / series.standard_error)))
    confidence = level(family_error, count, len(deviation))
    worst = float(deviation[place])
    radius = z_threshold(1.0 - confidence) * float(series.standard_error[place])
    method = f"normal, c = {series.strength[place]:g}"
    return judge(claim, Interval(worst, worst - radius, worst + radius, confidence, method))


def _crossing_claim(series: DriftSeries, config: HotTopicTransitionConfig, family_error: float, count: int) -> Claim:
    root = exact_root(series.n, config)
    found = crossing(series, root, level(family_error, count))
    close = series.strength[np.abs(series.strength - root) <= WINDOW]
    shift = 0.0
    if found is not None:  # what curvature does to the zero of a line, by the exact curve at the same strengths
        weights = series.standard_error[np.abs(series.strength - root) <= WINDOW]
        straight = linear_crossing(close, exact_drift(series.n, config, close), weights, degree=1)
        shift = abs(straight.interval.estimate - root)
    claim = Claim(
        text=f"the strength at which the drift at a frozen level changes its sign, n = {series.n:,}",
        source=f"root of the {_EXACT}",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(root, round(shift + 5e-5, 4), 0.02),
        rule=f"zero of a line through the strengths within {WINDOW:g} of the root (Fieller); tolerance: its curvature",
        anywhere=True,
    )
    if found is None:
        return judge(claim, None, "fewer than three strengths near the root, or too few samples")
    if found.misfit_p < _MISFIT:
        return judge(claim, None, f"a line does not fit the measured drifts (p = {found.misfit_p:.1g})")
    return judge(claim, found.interval)


def _level_claim(
    claim: LevelClaim, series: RunSeries | None, config: HotTopicTransitionConfig, family_error: float, count: int
) -> Claim:
    size = f"n = {claim.n:,}, L = {claim.levels:,}"
    written = Claim(
        text=f"the median share of levels visited {claim.where}, {size}",
        source=claim.source,
        basis=claim.basis,
        predicted=claim.predicted,
        rule="order statistics around the median, exact for every law, at all these strengths together",
    )
    places = [] if series is None else [i for i, c in enumerate(series.strength) if claim.low <= c <= claim.high]
    if series is None or not claim.fits(config) or not places:
        return not_applicable(written, f"claims not applicable at these sizes (this one is for {size})")
    confidence = level(family_error, count, len(places))
    # A capped run counts against the claim: as all levels for an upper bound, with the levels so far for a lower one.
    worst = 1.0 if isinstance(claim.predicted, Below) else 0.0
    medians = [_median(series, place, worst, confidence) for place in places]
    decisive = max(medians, key=lambda item: item.upper) if worst else min(medians, key=lambda item: item.lower)
    return judge(written, decisive)


def _median(series: RunSeries, place: int, worst: float, confidence: float) -> Interval:
    share, time = series.share[place], series.time[place]
    values = np.where(np.isinf(time), np.maximum(share, worst), share)
    found = quantile_interval(values, 0.5, confidence)
    # A share lies between 0 and 1 whatever the number of runs.
    low, high = max(found.lower, 0.0), min(found.upper, 1.0)
    method = f"{found.method}, c = {series.strength[place]:g}"
    return Interval(found.estimate, low, high, found.confidence, method)
