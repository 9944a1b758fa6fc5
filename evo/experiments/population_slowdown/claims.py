"""What the rows are said to show. The source gives the settings and no number: only orders are judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Prediction, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, ratios, run_series, shares
from evo.experiments.population_slowdown.cells import EA, GA, run_cells
from evo.experiments.population_slowdown.config import PopulationSlowdownConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: the least mu at which a population is compared with a smaller one
SEVERAL = 10.0
_SLOWDOWN = (
    "Lengler and Zou 2019: superpolynomial from some µ on, for every strength; settings of their figure at c = 1"
)
_DICHOTOMY = "Lengler 2018: with crossover efficient on HotTopic for every strength, if µ is large enough"
_MEDIANS = (
    "quotient of the order-statistics intervals of both medians, distribution-free; a capped run is longer than its cap"
)


def claims_of(config: PopulationSlowdownConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    error = family_error / 5  # of one claim
    runs = run_series(table, run_cells(config))
    ea, ga = runs[EA], runs[GA]
    return [
        _growth_claim(ea, "levels visited", Above(1.0), config, error),
        _growth_claim(ea, "run time / µ", Above(1.0), config, error),
        _crossover_claim(ea, ga, "levels visited", config, error),
        _crossover_claim(ea, ga, "run time", config, error),
        _efficient_claim(ga, config, error),
    ]


def _growth_claim(
    series: RunSeries, what: str, predicted: Prediction, config: PopulationSlowdownConfig, error: float
) -> Claim:
    several = [mu for mu in config.population if mu >= SEVERAL]
    low, high = min(several, default=0), max(several, default=0)
    claim = Claim(
        text=f"median of {what} at µ = {high} over that at µ = {low}, (µ+1)-EA, n = {config.n:,}",
        source=_SLOWDOWN,
        basis=Basis.RECALLED,
        predicted=predicted,
        rule=f"{_MEDIANS}; more than in proportion to µ is our reading of a slowdown",
        anywhere=True,
    )
    if low == high:
        return not_applicable(claim, f"fewer than two µ of at least {SEVERAL:g}")
    small, large = series.where(low, low), series.where(high, high)
    found = _ratios(large, small, what, error)
    return judge(claim, decisive(predicted, found))


def _crossover_claim(ea: RunSeries, ga: RunSeries, what: str, config: PopulationSlowdownConfig, error: float) -> Claim:
    both = max({*config.population} & {*config.crossover_population}, default=0)
    claim = Claim(
        text=f"median of {what} of the (µ+1)-EA over that of the (µ+1)-GA, µ = {both}, n = {config.n:,}",
        source=f"{_SLOWDOWN}; {_DICHOTOMY}",
        basis=Basis.RECALLED,
        predicted=Above(1.0),
        rule=_MEDIANS,
        anywhere=True,
    )
    if both < SEVERAL:
        return not_applicable(claim, f"no common µ of at least {SEVERAL:g}")
    left, right = ea.where(both, both), ga.where(both, both)
    found = _ratios(left, right, what, error)
    return judge(claim, decisive(claim.predicted, found))


def _efficient_claim(ga: RunSeries, config: PopulationSlowdownConfig, error: float) -> Claim:
    mu = max(config.crossover_population)
    claim = Claim(
        text=f"the share of runs of the (µ+1)-GA that visit less than half of the levels, µ = {mu}, n = {config.n:,}",
        source=_DICHOTOMY,
        basis=Basis.RECALLED,
        predicted=Above(0.5),
        rule="Clopper-Pearson interval; few levels are what an efficient run visits, half is our reading of few",
        anywhere=True,
    )
    judged = ga.where(mu, mu)
    few = [
        np.isfinite(time) & (visited < 0.5 * (config.levels + 1))
        for visited, time in zip(judged["visited"], judged.time, strict=True)
    ]
    return judge(claim, decisive(claim.predicted, shares(judged, few, level(error, 1))))


def _ratios(above: RunSeries, beneath: RunSeries, what: str, error: float) -> list[Interval]:
    caps = None if what == "levels visited" else (_per(what, above, above.caps), _per(what, beneath, beneath.caps))
    return ratios(above, _of(above, what), _of(beneath, what), level(error, 1), caps=caps)


def _per(what: str, series: RunSeries, times: Iterable[Any]) -> list[Any]:
    return [time / (mu if what == "run time / µ" else 1.0) for mu, time in zip(series.x, times, strict=True)]


def _of(series: RunSeries, what: str) -> list[np.ndarray]:
    if what == "levels visited":
        return [item.astype(np.float64) for item in series["visited"]]
    return _per(what, series, series.time)
