"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Basis, Below, Claim, Exactly, judge, level, not_applicable
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
    quantiles,
    run_series,
)
from evo.experiments.hottopic_policies import exact, laws
from evo.experiments.hottopic_policies.cells import crossover, drift_cells, parameters, run_cells
from evo.experiments.hottopic_policies.config import HotTopicPoliciesConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: ratios so near to the exact root enter the line whose zero is the measured one
WINDOW = 0.51
_HALF = 0.5
_OWN = 1.01  # points with r = 1 count as at most 1 whatever the rounding

_PAPER = "Lengler 2018, abstract: {text}"
_DRIFT = "exact drift at a frozen level for any law of the number of flips, hypergeometric sums; positive at these laws"

Series = dict[Any, RunSeries]


def claims_of(config: HotTopicPoliciesConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs, drifts = run_series(table, run_cells(config)), drift_series(table, drift_cells(config))
    count = 8 + len(config.biases)
    error = family_error / count  # of one claim
    found = [_brood_claim(runs, config, error)]
    found += [_crossover_claim(runs, bias, config, error) for bias in config.biases]
    names = ("static", "brood", *map(crossover, config.biases))
    found.append(
        _few_claim(
            "strengths (c, or c gamma) of at most 1",
            "efficient below 1, as recalled; that c gamma takes the place of c is in the abstract of Lengler 2018",
            Basis.RECALLED,
            [series.where(high=_OWN) for name in names if (series := runs.get(name)) is not None],
            config,
            error,
        )
    )
    found.append(
        _few_claim(
            "laws of the number of flips with m2 / m1 at most 1",
            "Lengler 2018: efficient on every monotone function for m2 / m1 < 1, as recalled",
            Basis.RECALLED,
            [runs[name].where(high=_OWN) for name in ("jumps", "powers") if name in runs],
            config,
            error,
        )
    )
    found.append(
        _few_claim(
            "power laws of flips and of rates with m2 / m1 > 1 and a clearly positive drift at density eps",
            f"{_DRIFT}; the lower bound for m2 / m1 > 1 has a technical condition",
            Basis.RE_DERIVED,
            [_clear(runs[name], name, config) for name in ("powers", "rates") if name in runs],
            config,
            error,
        )
    )
    found.append(_drift_claim(drifts, config, error))
    found.append(_root_claim(drifts["jumps"], config, error))
    equal = "stationary at strength 1, where nothing changes with probability 1/e"
    found.append(
        _few_claim("the equal-fitness rule", equal, Basis.RE_DERIVED, _given(runs, "equal"), config, error),
    )
    success = "stationary at strength ln(s + 1) next to the optimum"
    mild = [item.where(high=_OWN) for item in _given(runs, "success")]
    found.append(_few_claim("success rules with ln(s + 1) at most 1", success, Basis.RE_DERIVED, mild, config, error))
    return found


def shares(series: RunSeries, levels: int, capped: float = 0.0) -> list[np.ndarray]:
    """Levels visited divided by L + 1; a capped run has this share at least."""
    return [
        np.where(np.isinf(time), np.maximum(visited / (levels + 1), capped), visited / (levels + 1))
        for visited, time in zip(series["visited"], series.time, strict=True)
    ]


def transition(series: RunSeries | None, config: HotTopicPoliciesConfig, error: float) -> Interval | None:
    """Where the median share of levels passes one half."""
    if series is None or not len(series.x):
        return None
    medians = quantiles(series, shares(series, config.levels), level(error, 1, len(series.x)), low=0.0, high=1.0)
    return bracket(series, medians, _HALF, falling=False)


def quotient(top: Interval | None, bottom: Interval | None) -> Interval | None:
    """The quotient of two transitions; None unless both are known."""
    if top is None or bottom is None:
        return None
    both = 1.0 - (1.0 - top.confidence) - (1.0 - bottom.confidence)
    method = f"quotient of the transition {top.method} and {bottom.method}"
    return Interval(top.estimate / bottom.estimate, top.lower / bottom.upper, top.upper / bottom.lower, both, method)


def _compared(claim: Claim, top: RunSeries | None, runs: Series, config: HotTopicPoliciesConfig, error: float) -> Claim:
    if top is None:
        return not_applicable(claim, "this configuration does not run the algorithm")
    found = quotient(transition(top, config, error / 2), transition(runs["static"], config, error / 2))
    return judge(claim, found, "" if found else "at least one series has no sure transition")


def _brood_claim(runs: Series, config: HotTopicPoliciesConfig, error: float) -> Claim:
    n, alpha, eps, size = config.n, config.alpha, config.eps, config.offspring
    roots = [exact.brood_root(n, alpha, eps, lam) for lam in (size, 1)]
    claim = Claim(
        text=f"transition in c of the (1+{size})-EA, divided by that of the (1+1)-EA",
        source=_PAPER.format(text="the offspring number does not shift the range") + "; here the quotient of the exact "
        "drift roots at density eps",
        basis=Basis.QUOTED,
        predicted=Exactly(roots[0] / roots[1], 0.1, 0.25),
        rule="median share of levels passes 1/2 between sure neighbours (order statistics); tolerance 0.1 for finite n",
    )
    return _compared(claim, runs.get("brood"), runs, config, error)


def _crossover_claim(runs: Series, bias: float, config: HotTopicPoliciesConfig, error: float) -> Claim:
    size = config.offspring
    claim = Claim(
        text=f"transition in c gamma of the (1+({size},{size}))-GA with gamma = {bias:g}, divided by that in c of the "
        "(1+1)-EA",
        source=_PAPER.format(text="the parameter is c gamma") + f"; were it c, the quotient would be gamma = {bias:g}",
        basis=Basis.QUOTED,
        predicted=Exactly(1.0, 0.1, 0.25),
        rule="median share of levels passes 1/2 between sure neighbours (order statistics); tolerance 0.1 for finite n",
    )
    return _compared(claim, runs.get(crossover(bias)), runs, config, error)


def _few_claim(
    what: str, source: str, basis: Basis, chosen: Iterable[RunSeries], config: HotTopicPoliciesConfig, error: float
) -> Claim:
    claim = Claim(
        text=f"the median share of levels visited, {what}",
        source=source,
        basis=basis,
        predicted=Below(_HALF),
        rule="order statistics around the median at all these points together; a capped run counts as all levels",
    )
    judged = [series for series in chosen if len(series.x)]
    if not judged:
        return not_applicable(claim, "this configuration has no such point")
    confidence = level(error, 1, sum(len(series.x) for series in judged))
    medians = [
        one
        for series in judged
        for one in quantiles(series, shares(series, config.levels, 1.0), confidence, low=0.0, high=1.0)
    ]
    return judge(claim, decisive(claim.predicted, medians))


def _clear(series: RunSeries, name: str, config: HotTopicPoliciesConfig) -> RunSeries:
    """The points with r > 1 whose drift is at least half of that of the static strength 1."""
    least = 0.5 * laws.drift(config, "static", 1.0)
    exact_values = [laws.drift(config, name, float(parameter)) for parameter in parameters(config, name)]
    return series.at([r > _OWN and value >= least for r, value in zip(series.x, exact_values, strict=True)])


def _drift_claim(drifts: dict[Any, DriftSeries], config: HotTopicPoliciesConfig, error: float) -> Claim:
    claim = Claim(
        text="deviation from the exact drift at a frozen level, zero-bits per step, every law of the number of flips",
        source=_DRIFT.partition(";")[0],
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 5e-3),
        rule="normal interval where the deviation is largest in standard errors, at all laws together",
        anywhere=True,
    )
    known = [(str(name), series) for name, series in drifts.items() if len(series.x)]
    if not all(np.all(series.standard_error > 0) for _, series in known):
        return judge(claim, None, "too few samples")
    confidence = level(error, 1, sum(len(series.x) for _, series in known))
    deviations = [
        one for name, series in known for one in drift_deviations(series, exact_drifts(config, name), confidence)
    ]
    return judge(claim, decisive(claim.predicted, deviations))


def _root_claim(series: DriftSeries, config: HotTopicPoliciesConfig, error: float) -> Claim:
    root = laws.jump_root(config)
    found = crossing(series, root, WINDOW, level(error, 1)) if math.isfinite(root) else None
    shift = 0.0 if found is None else curvature(series, root, WINDOW, exact_drifts(config, "jumps"))
    claim = Claim(
        text=f"m2 / m1 at which the drift at a frozen level changes its sign, 1 or {config.jump} flips",
        source=f"root of the {_DRIFT.partition(';')[0]}",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(root, round(shift + 5e-4, 3), 0.2),
        rule=f"zero of a line through the ratios within {WINDOW:g} of the root (Fieller); tolerance: its curvature",
        anywhere=True,
    )
    return judge_crossing(claim, found, bent=True)


def exact_drifts(config: HotTopicPoliciesConfig, name: str) -> np.ndarray:
    """The exact drifts of a series, by rising r."""
    return np.array([laws.drift(config, name, float(parameter)) for parameter in parameters(config, name)])


def _given(runs: Series, name: str) -> list[RunSeries]:
    return [runs[name]] if name in runs else []
