"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.entropy_compression.cells import HOT, PROGRESSING, gain_series
from evo.experiments.entropy_compression.config import EntropyCompressionConfig
from evo.experiments.grids import RunSeries, decisive, means
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

_PATHS = "the path inequality, reconstructed after Lengler, Martinsson and Steger 2019"
#: strength -> means over accepted steps in stagnation on HotTopic; the number of levels and of runs is not known
EARLIER = {
    3.5: {"ups": 1.408, "downs": 1.391, "accepted": 0.121, "consistent": 0.428, "density": 0.102, "gain": -1.16},
    4.0: {"ups": 1.560, "downs": 1.553, "accepted": 0.099, "consistent": 0.431, "density": 0.123, "gain": -1.28},
}
#: of progressing runs on both functions at these strengths: a range of means, in an unknown window of densities
EARLIER_STRENGTHS, EARLIER_GAINS = (1.0, 1.5), (-3.2, -2.8)
_STUDENT = "Student t over runs, at all strengths together; on HotTopic over those that stagnated to their end"
_SAME = ("n", "levels", "alpha", "beta", "eps")


def claims_of(config: EntropyCompressionConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    error = family_error / 6  # of one claim
    series = gain_series(table, config)
    hot, others = series[HOT], [series[name] for name in PROGRESSING]
    return [
        _balance_claim(config, hot, error),
        _gain_claim(f"in stagnation on HotTopic, n = {config.n:,}", _PATHS, [hot], error),
        _gain_claim(
            f"on BinVal and linear functions, zero-bits falling from {config.density:g} n, n = {config.n:,}",
            f"{_PATHS}: a run gains at most the cost of its end state less that of its start",
            others,
            error,
        ),
        _swap_claim(config, [hot, *others], error),
        _earlier_claim(config, hot, error),
        _earlier_gain_claim(config, others, error),
    ]


def _balance_claim(config: EntropyCompressionConfig, hot: RunSeries, error: float) -> Claim:
    claim = Claim(
        text=f"zero-bits gained less one-bits lost per accepted step, in stagnation on HotTopic, n = {config.n:,}",
        source="stationarity of the number of zero-bits",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.02, 0.05),
        rule=f"{_STUDENT}; tolerance: the change of the number of zero-bits over the sampled part of a run",
        anywhere=True,
    )
    values = [ups - downs for ups, downs in zip(hot["ups"], hot["downs"], strict=True)]
    return _judged(claim, [(hot, values)], error)


def _gain_claim(where: str, source: str, series: list[RunSeries], error: float) -> Claim:
    claim = Claim(
        text=f"mean log-gain per accepted step {where}",
        source=source,
        basis=Basis.RE_DERIVED,
        predicted=Below(0.0),
        rule=_STUDENT,
        anywhere=True,
    )
    return _judged(claim, [(item, item["gain"]) for item in series], error)


def _swap_claim(config: EntropyCompressionConfig, series: list[RunSeries], error: float) -> Claim:
    claim = Claim(
        text=f"a_1 + b_1 + share of equal swaps - 1, all functions, n = {config.n:,}",
        source="a swap is better, worse or equal; b_1 = 1 - a_1 where none is equal",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.02),
        rule=f"{_STUDENT}; the three shares by samples of their own",
        anywhere=True,
    )
    found = []
    for item in series:
        sums = zip(item["better"], item["worse"], item["equal"], strict=True)
        found.append((item, [sum(three) - 1.0 for three in sums]))
    return _judged(claim, found, error)


def _earlier_claim(config: EntropyCompressionConfig, hot: RunSeries, error: float) -> Claim:
    claim = Claim(
        text="relative deviation from earlier means: flips, shares, density and log-gain in stagnation on HotTopic",
        source="an independent implementation, of whose precision nothing is known; taken as a tenth",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 0.1, 0.1),
        rule="Student t over runs, at both strengths and for all six means together",
    )
    judged = hot.at([float(c) in EARLIER for c in hot.x])
    default = EntropyCompressionConfig()
    if any(getattr(config, name) != getattr(default, name) for name in _SAME) or not {*EARLIER} <= {*config.stagnating}:
        return not_applicable(claim, "claims not applicable at these sizes (this one is for those measured earlier)")
    if len(judged.x) < len(EARLIER):
        return judge(claim, None, "not at both strengths did half of the runs stagnate to their end")
    found = []
    for name in EARLIER[3.5]:
        values = [item / EARLIER[float(c)][name] - 1.0 for c, item in zip(judged.x, judged[name], strict=True)]
        found.append((judged, values))
    return _judged(claim, found, error)


def _earlier_gain_claim(config: EntropyCompressionConfig, series: list[RunSeries], error: float) -> Claim:
    low, high = EARLIER_GAINS
    claim = Claim(
        text="mean log-gain per accepted step on BinVal and linear functions at c = 1 and 1.5, n = 4,000",
        source="an independent implementation, which gives a range; from which density on is not known, taken as 0.15",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly((low + high) / 2.0, (high - low) / 2.0, 0.3),
        rule="Student t over runs, at both strengths on both functions together",
    )
    default = EntropyCompressionConfig()
    same = all(getattr(config, name) == getattr(default, name) for name in ("n", "density", "until", "spacing"))
    if not same or not {*EARLIER_STRENGTHS} <= {*config.progressing}:
        return not_applicable(claim, "claims not applicable at these sizes (this one is for those measured earlier)")
    judged = [item.at([float(c) in EARLIER_STRENGTHS for c in item.x]) for item in series]
    return _judged(claim, [(item, item["gain"]) for item in judged], error)


def _judged(claim: Claim, found: list[tuple[RunSeries, list[np.ndarray]]], error: float) -> Claim:
    looks = sum(len(values) for _, values in found)
    if not looks:
        return judge(claim, None, "at no strength did half of the runs stagnate to their end")
    intervals: list[Interval] = []
    for series, values in found:
        for one in means(series, values, level(error, 1, looks)):
            words = f"{one.method}, {series.name}"
            intervals.append(Interval(one.estimate, one.lower, one.upper, one.confidence, words))
    return judge(claim, decisive(claim.predicted, intervals))
