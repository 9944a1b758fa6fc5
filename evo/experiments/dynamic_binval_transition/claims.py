"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import (
    Above,
    Basis,
    Below,
    Claim,
    Exactly,
    Prediction,
    judge,
    level,
    not_applicable,
)
from evo.experiments.dynamic_binval_transition import exact
from evo.experiments.dynamic_binval_transition.cells import density_cells, drift_cells, run_cells
from evo.experiments.dynamic_binval_transition.config import DynamicBinValTransitionConfig
from evo.experiments.grids import (
    DriftSeries,
    RunSeries,
    bracket,
    crossing,
    curvature,
    decisive,
    drift_deviations,
    drift_series,
    judge_crossing,
    mean_deviations,
    means,
    run_series,
    share_deviations,
    shares,
)
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: means are judged where the exact mean is at most this share of the cap, so that no run is expected to be capped
FAR_BELOW_CAP = 0.05
#: strengths so near to the exact root enter the line whose zero is the measured one
WINDOW = 0.16

_CHAIN = "exact chain of the number of zero-bits, accepted with probability a / (a + b) (theory.dynamic_bin_val)"
_EARLIER = "5 to 20 runs per strength of an independent implementation: {text}"
#: (n, cap, lowest and highest strength, share of runs within the cap, source)
EARLIER: tuple[tuple[int, float, float, float, Prediction, str], ...] = (
    (
        10_000,
        200.0,
        0.0,
        1.6,
        Above(0.5),
        _EARLIER.format(text="all within the cap up to c = 1.6; judged: most"),
    ),
    (
        10_000,
        200.0,
        1.7,
        math.inf,
        Below(0.5),
        _EARLIER.format(text="none within the cap at c = 1.7; judged: few"),
    ),
)


def claims_of(config: DynamicBinValTransitionConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    small = [n for n in config.n if n <= exact.MOST_BITS]
    error = family_error / (len(config.n) + 2 * len(small) + 3 + len(EARLIER))  # of one claim
    runs, stalled = run_series(table, run_cells(config)), run_series(table, density_cells(config))
    found = [_mean_claim(n, runs[n], config, error) for n in config.n]
    for n in small:
        found += [_success_claim(n, runs[n], config, error), _median_claim(n, runs[n], config, error)]
    found.append(_density_claim(next(iter(stalled.values())), config, error))
    near = next(iter(drift_series(table, drift_cells(config)).values()))
    found += [_drift_claim(near, config, error), _root_claim(near, config, error)]
    return found + [_earlier_claim(earlier, runs, config, error) for earlier in EARLIER]


def steps_of(n: int, cap: float) -> int:
    """The cap in steps."""
    return math.ceil(cap * n * math.log(n))


def unhurt(config: DynamicBinValTransitionConfig, n: int, strength: float) -> bool:
    """Whether the cap is far above the exact mean."""
    return exact.moments(n, strength)[0] <= FAR_BELOW_CAP * steps_of(n, config.cap)


def stalls(config: DynamicBinValTransitionConfig, strength: float) -> bool:
    """Whether runs of the length for the density are expected to stay in stagnation: E[T] is 10,000 times as long."""
    from theory import dynamic_bin_val

    n = config.density_n
    if strength <= float(dynamic_bin_val.threshold()):
        return False
    return exact.moments(n, strength)[0] >= 1e4 * steps_of(n, config.density_budget)


def _mean_claim(n: int, series: RunSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    claim = Claim(
        text=f"relative deviation of the mean run time from the exact one, n = {n:,}, strengths with E[T] ≤ cap / 20",
        source=_CHAIN,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.25),
        rule="normal interval with the exact variance, widened for skewness, at all these strengths together",
        anywhere=True,
    )
    judged = series.at([unhurt(config, n, float(c)) for c in series.x])
    if not len(judged.x):
        return not_applicable(claim, "no strength has an exact mean of at most a twentieth of the cap")
    unit = n * math.log(n)
    expected, spread = np.array([exact.moments(n, float(c)) for c in judged.x]).T / unit
    confidence = level(error, 1, len(judged.x))
    return judge(
        claim, decisive(claim.predicted, mean_deviations(judged, judged.time, expected, confidence, spread=spread))
    )


def _success_claim(n: int, series: RunSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    cap = f"{config.cap:g} n ln n"
    claim = Claim(
        text=f"deviation of the share of runs within {cap} from the exact chance, n = {n:,}, where E[T] > cap / 20",
        source=_CHAIN,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.2),
        rule="Clopper-Pearson interval at all these strengths together",
        anywhere=True,
    )
    judged = series.at([not unhurt(config, n, float(c)) for c in series.x])
    if not len(judged.x):
        return not_applicable(claim, "no strength has an exact mean above a twentieth of the cap")
    chances = [exact.success(n, float(c), steps_of(n, config.cap)) for c in judged.x]
    hits = [np.isfinite(time) for time in judged.time]
    deviations = share_deviations(judged, hits, chances, level(error, 1, len(judged.x)))
    return judge(claim, decisive(claim.predicted, deviations))


def _median_claim(n: int, series: RunSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    claim = Claim(
        text=f"the strength at which half of the runs end within {config.cap:g} n ln n steps, n = {n:,}",
        source=f"{_CHAIN}, powers of its matrix; the limit is 1.59362, drawn and not judged",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(exact.median_strength(n, steps_of(n, config.cap)), 5e-4, 0.1),
        rule="between neighbouring strengths whose Clopper-Pearson intervals lie above and below one half",
        anywhere=True,
    )
    judged = series.where(1.0)  # easy strengths tell nothing of the threshold
    if not len(judged.x):
        return judge(claim, None, "no strength of at least 1")
    measured = shares(judged, [np.isfinite(time) for time in judged.time], level(error, 1, len(judged.x)))
    return judge(claim, bracket(judged, measured, 0.5, falling=True))


def _density_claim(series: RunSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    n = config.density_n
    length = f"{config.density_budget:g} n ln n"
    judged = series.at([stalls(config, float(c)) for c in series.x])
    steps = steps_of(n, config.density_budget)
    left = max((exact.transient(n, float(c), steps) for c in judged.x), default=0.0)
    claim = Claim(
        text=f"deviation of the mean density of zero-bits over the second half of {length} steps, n = {n:,}",
        source=f"{_CHAIN}, its law in stagnation at this n; the closed form d* is the limit",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, _rounded_up(left + 1e-6), 2e-3),
        rule="Student t over runs at all strengths with E[T] ≥ 10,000 lengths together; tolerance: fluid transient",
        anywhere=True,
    )
    if not len(judged.x):
        return not_applicable(claim, "at no strength stagnation lasts much longer than these runs")
    expected = [exact.stagnation(n, float(c)) for c in judged.x]
    plain = means(judged, judged["density"], level(error, 1, len(judged.x)))
    deviations = [
        Interval(one.estimate - e, one.lower - e, one.upper - e, one.confidence, one.method)
        for one, e in zip(plain, expected, strict=True)
    ]
    return judge(claim, decisive(claim.predicted, deviations))


def _drift_claim(series: DriftSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    n, zeros = config.drift_n, config.drift_zeros
    claim = Claim(
        text=f"deviation from the exact drift at {zeros} zero-bits, in 1/n per zero-bit, n = {n:,}, every strength",
        source=_CHAIN,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.05),
        rule="normal interval where the deviation is largest in standard errors, at all strengths together",
        anywhere=True,
    )
    if not np.all(series.standard_error > 0):
        return judge(claim, None, "too few samples")
    scaled = per_zero(series, config)
    expected = exact_drift(config, series.x)
    return judge(claim, decisive(claim.predicted, drift_deviations(scaled, expected, level(error, 1, len(series.x)))))


def _root_claim(series: DriftSeries, config: DynamicBinValTransitionConfig, error: float) -> Claim:
    n, zeros = config.drift_n, config.drift_zeros
    root = exact.drift_root(n, zeros)
    scaled = per_zero(series, config)
    found = crossing(scaled, root, WINDOW, level(error, 1))
    shift = 0.0 if found is None else curvature(scaled, root, WINDOW, exact_drift(config, scaled.x))
    claim = Claim(
        text=f"the strength at which the drift at {zeros} zero-bits changes its sign, n = {n:,}",
        source=f"{_CHAIN}, its root; the limit is the threshold c = 2 (1 - e^-c) = 1.59362 of the paper",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(root, round(shift + 5e-5, 4), 0.05),
        rule=f"zero of a line through the strengths within {WINDOW:g} of the root (Fieller); tolerance: its curvature",
        anywhere=True,
    )
    return judge_crossing(claim, found)


def _earlier_claim(
    earlier: tuple[int, float, float, float, Prediction, str],
    runs: dict[Any, RunSeries],
    config: DynamicBinValTransitionConfig,
    error: float,
) -> Claim:
    n, cap, low, high, predicted, source = earlier
    where = f"at every strength c ≥ {low:g}" if math.isinf(high) else f"at every strength c ≤ {high:g}"
    claim = Claim(
        text=f"the share of runs within {cap:g} n ln n steps {where}, n = {n:,}",
        source=source,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=predicted,
        rule="Clopper-Pearson interval at all these strengths together",
    )
    judged = runs[n].where(low, high) if n in runs else None
    if judged is None or config.cap != cap or not len(judged.x):
        return not_applicable(claim, f"claims not applicable at these sizes (this one is for n = {n:,})")
    measured = shares(judged, [np.isfinite(time) for time in judged.time], level(error, 1, len(judged.x)))
    return judge(claim, decisive(predicted, measured))


def per_zero(series: DriftSeries, config: DynamicBinValTransitionConfig) -> DriftSeries:
    """The measured drift divided by the density of zero-bits; it tends to 2 (1 - e^-c) - c near the optimum."""
    scale = config.drift_n / config.drift_zeros
    return DriftSeries(series.name, series.axis, series.x, scale * series.mean, scale * series.standard_error)


def exact_drift(config: DynamicBinValTransitionConfig, strength: np.ndarray) -> np.ndarray:
    """The exact drift divided by the density of zero-bits, per strength."""
    scale = config.drift_n / config.drift_zeros
    return np.array([scale * exact.drift(config.drift_n, config.drift_zeros, float(c)) for c in strength])


def _rounded_up(value: float) -> float:
    """To one digit, upwards."""
    digit = 10.0 ** math.floor(math.log10(value))
    return math.ceil(value / digit) * digit
