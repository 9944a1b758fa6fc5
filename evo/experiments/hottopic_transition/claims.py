"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.grids import (
    DriftSeries,
    RunSeries,
    crossing,
    curvature,
    decisive,
    drift_deviations,
    drift_series,
    judge_crossing,
    quantiles,
    run_series,
)
from evo.experiments.hottopic_transition.cells import drift_cells, run_cells
from evo.experiments.hottopic_transition.config import HotTopicTransitionConfig

if TYPE_CHECKING:
    import polars as pl

#: strengths so near to the expected zero enter the line whose zero is the measured crossing
WINDOW = 0.21

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
    for n, series in drift_series(table, drift_cells(config)).items():
        found += [
            _drift_claim(n, series, config, family_error, count),
            _crossing_claim(n, series, config, family_error, count),
        ]
    runs = run_series(table, run_cells(config))
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


def _drift_claim(
    n: Any, series: DriftSeries, config: HotTopicTransitionConfig, family_error: float, count: int
) -> Claim:
    claim = Claim(
        text=f"deviation from the exact drift at a frozen level, zero-bits per step, n = {n:,}, every strength",
        source=_EXACT,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 1e-3),
        rule="normal interval where the deviation is largest in standard errors, at all strengths together",
        anywhere=True,
    )
    if not np.all(series.standard_error > 0):
        return judge(claim, None, "too few samples")
    exact = exact_drift(n, config, series.x)
    deviations = drift_deviations(series, exact, level(family_error, count, len(series.x)))
    return judge(claim, decisive(claim.predicted, deviations))


def _crossing_claim(
    n: Any, series: DriftSeries, config: HotTopicTransitionConfig, family_error: float, count: int
) -> Claim:
    root = exact_root(n, config)
    found = crossing(series, root, WINDOW, level(family_error, count))
    shift = 0.0 if found is None else curvature(series, root, WINDOW, exact_drift(n, config, series.x))
    claim = Claim(
        text=f"the strength at which the drift at a frozen level changes its sign, n = {n:,}",
        source=f"root of the {_EXACT}",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(root, round(shift + 5e-5, 4), 0.02),
        rule=f"zero of a line through the strengths within {WINDOW:g} of the root (Fieller); tolerance: its curvature",
        anywhere=True,
    )
    return judge_crossing(claim, found)


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
    judged = None if series is None else series.where(claim.low, claim.high)
    if judged is None or not claim.fits(config) or not len(judged.x):
        return not_applicable(written, f"claims not applicable at these sizes (this one is for {size})")
    # A capped run counts against the claim: as all levels for an upper bound, with the levels so far for a lower one.
    worst = 1.0 if isinstance(claim.predicted, Below) else 0.0
    shares = [
        np.where(np.isinf(time), np.maximum(visited / (claim.levels + 1), worst), visited / (claim.levels + 1))
        for visited, time in zip(judged["visited"], judged.time, strict=True)
    ]
    medians = quantiles(judged, shares, level(family_error, count, len(judged.x)), low=0.0, high=1.0)
    return judge(written, decisive(claim.predicted, medians))
