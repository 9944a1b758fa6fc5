"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.claims import Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import RunSeries, decisive, mean_deviations, means, run_series
from evo.experiments.leadingones_rates import exact
from evo.experiments.leadingones_rates.cells import run_cells
from evo.experiments.leadingones_rates.config import LeadingOnesRatesConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

_CLAIMS = 5  # that are judged by rows
_SECONDS_LONG = 1000  # bits
_LIMIT = "Doerr, Doerr and Lengler 2019: (s + 1) / (4 ln(s + 1)) n^2 for F = 1 + o(1), as recalled"
#: (n, s, F) -> mean of T / n^2 and its standard error, of a reference simulation
EARLIER = {
    (2000, 0.5, 1.01): (0.942, 0.01),
    (2000, 1.0, 1.01): (0.732, 0.01),
    (2000, 3.0, 1.01): (0.727, 0.01),
    (2000, 4.0, 1.01): (0.783, 0.01),
    (2000, 4.0, 1.2): (0.930, 0.01),
}
#: (n, strength) -> mean of T and its standard error, of a reference simulation
EARLIER_STATIC = {
    (100, 1.0): (8580.0, 49.0),
    (100, 1.59): (7710.0, 47.0),
    (200, 1.0): (34328.0, 140.0),
    (200, 0.5): (51927.0, 199.0),
}

Runs = dict[Any, RunSeries]


def claims_of(config: LeadingOnesRatesConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    runs = run_series(table, run_cells(config))
    error = family_error / _CLAIMS
    return [
        _static_claim(runs, config, error),
        _success_claim(runs, config, error),
        _method_claim(runs, config, error),
        _gain_claim(runs, config, error),
        _equal_claim(runs, config, error),
        _limit_claim(config),
        _coefficients_claim(),
        _earlier_claim(config),
    ]


def _static_claim(runs: Runs, config: LeadingOnesRatesConfig, error: float) -> Claim:
    claim = _deviation("static rates c/n", "theory.leading_ones.law")
    truths = [("static", [exact.static(config.n, c) for c in runs["static"].x])]
    return _judged(claim, runs, truths, error)


def _success_claim(runs: Runs, config: LeadingOnesRatesConfig, error: float) -> Claim:
    claim = _deviation("the success rule, every s and F", "theory.leading_ones.self_adjusting_law")
    names = [("success", factor) for factor in config.factors]
    return _judged(claim, runs, [(name, _success(runs[name], config, name[1])) for name in names], error)


def _method_claim(runs: Runs, config: LeadingOnesRatesConfig, error: float) -> Claim:
    claim = _deviation("four methods over n", "theory.leading_ones")
    truths = [
        (("method", method.name), [method.moments(int(n)) for n in runs["method", method.name].x])
        for method in exact.methods(config.method_s, config.method_factor)
    ]
    return _judged(claim, runs, truths, error)


def _gain_claim(runs: Runs, config: LeadingOnesRatesConfig, error: float) -> Claim:
    """The smallest static mean is taken from its exact law, so that only one sample is noisy."""
    from theory import leading_ones

    n = config.sizes[-1]
    best = float(leading_ones.best_static_rate(n))
    claim = Claim(
        text=f"mean run time of the success rule s = {config.method_s:g}, F = {config.method_factor:g}, divided by the "
        f"smallest expectation of a static rate, n = {n}",
        source="Doerr, Doerr and Lengler 2019, as recalled: e/4 against 0.772 in units of n^2, that is 0.88",
        basis=Basis.RECALLED,
        predicted=Below(1.0),
        rule="Student interval of the mean, over the exact expectation at the best static rate",
        anywhere=True,
    )
    name = ("method", exact.methods(config.method_s, config.method_factor)[1].name)
    series = runs[name].at([x == n for x in runs[name].x])
    if not len(series.x):
        return not_applicable(claim, "the largest size was not run")
    smallest = float(leading_ones.expected_steps(n, rate=best)) / n**2
    one = means(series, series.time, level(error, 1))[0]
    found = Interval(one.estimate / smallest, one.lower / smallest, one.upper / smallest, one.confidence, one.method)
    return judge(claim, found)


def _equal_claim(runs: Runs, config: LeadingOnesRatesConfig, error: float) -> Claim:
    factor = config.factors[0]
    off = 0.5 * math.log(factor) + 2.0 / config.n + (3.0 * math.log(factor)) ** 2
    claim = Claim(
        text=f"quotient of the mean run times at s = 3 and s = 1, F = {factor:g}, less 1",
        source=_LIMIT,
        basis=Basis.RECALLED,
        predicted=Exactly(0.0, round(off, 4), 0.1),
        rule="Student intervals; tolerance: ln(F) / 2 from the correction 1 + s ln(F) / 4, its square, and 2/n",
        anywhere=True,
    )
    series = runs["success", factor]
    series = series.at([x in (1.0, 3.0) for x in series.x])
    if len(series.x) < 2:
        return not_applicable(claim, "s = 1 and s = 3 were not both run")
    low, high = means(series, series.time, level(error, 1, 2))
    if not low.lower > 0.0 or not math.isfinite(low.upper) or not math.isfinite(high.upper):
        return judge(claim, None, "too few runs")
    found = Interval(
        high.estimate / low.estimate - 1.0,
        high.lower / low.upper - 1.0,
        high.upper / low.lower - 1.0,
        low.confidence,
        "quotient of means with Student intervals",
    )
    return judge(claim, found)


def _limit_claim(config: LeadingOnesRatesConfig) -> Claim:
    claim = Claim(
        text="relative deviation of the exact expectation from (s + 1) / (4 ln(s + 1)) n^2 (1 + s ln(F) / 4), "
        f"n = {config.n}, in units of 2.5/n + (s ln F)^2 / 10",
        source=f"{_LIMIT}; the correction is derived anew (theory.leading_ones.self_adjusting_asymptotic)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 1.0, 1e-9),
        rule="the largest of all s and F; no runs",
        anywhere=True,
    )
    off = [
        (exact.success(config.n, s, factor)[0] / config.n**2 / exact.first_order(s, factor) - 1.0)
        / (2.5 / config.n + 0.1 * (s * math.log(factor)) ** 2)
        for factor in config.factors
        for s in config.s
    ]
    return judge(claim, _exactly(max(off, key=abs)))


def _coefficients_claim() -> Claim:
    claim = Claim(
        text="what exact expectations at n = 1000 are off their limits e/4 (rate by level), 0.7721 (best static rate), "
        "(e - 1)/2 (rate 1/n) and 0.40259 (resampled), in units of n^2",
        source="Böttcher, Doerr and Neumann 2010 for the first three, as recalled",
        basis=Basis.RECALLED,
        predicted=Exactly(0.0, 2e-3, 1e-9),
        rule="the largest of the four; tolerance: 2/n; no runs",
        anywhere=True,
    )
    from theory import constants, leading_ones

    n = 1000
    best = float(leading_ones.expected_steps(n, rate=float(leading_ones.best_static_rate(n))))
    pairs = [
        (exact.by_level(n)[0], constants.leading_ones_fitness_dependent),
        (best, constants.leading_ones_best_static),
        (exact.static(n, 1.0)[0], constants.leading_ones_standard),
        (exact.resampled(n)[0], constants.leading_ones_resampling),
    ]
    return judge(claim, _exactly(max((mean / n**2 - float(limit) for mean, limit in pairs), key=abs)))


def _earlier_claim(config: LeadingOnesRatesConfig) -> Claim:
    looks = len(EARLIER) + len(EARLIER_STATIC)
    claim = Claim(
        text=f"deviation of {looks} earlier means, static rates (n = 100, 200) and success rules (n = 2000), from the "
        "exact expectations, in standard errors",
        source="an independent simulation: 1000 runs each at static rates, standard errors of 0.01 n^2 else",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(0.0, 3.3, 1e-9),
        rule=f"the largest; {looks} normal numbers stay within 3.3 with probability 0.991; no runs",
        anywhere=True,
    )
    if config.n < _SECONDS_LONG:
        return not_applicable(claim, f"its exact chains take seconds; it is for n of at least {_SECONDS_LONG}")
    off = [(mean - exact.static(n, c)[0]) / se for (n, c), (mean, se) in EARLIER_STATIC.items()]
    off += [(mean - exact.success(n, s, factor)[0] / n**2) / se for (n, s, factor), (mean, se) in EARLIER.items()]
    return judge(claim, _exactly(max(off, key=abs)))


def _deviation(words: str, source: str) -> Claim:
    return Claim(
        text=f"relative deviation of the mean run time from the exact one, {words}",
        source=f"exact law ({source})",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.15),
        rule="normal interval with the exact variance, widened for skewness, at all these points together",
        anywhere=True,
    )


def _judged(claim: Claim, runs: Runs, truths: list[tuple[Any, list[exact.Moments]]], error: float) -> Claim:
    confidence = level(error, 1, sum(len(expected) for _, expected in truths))
    found: list[Interval] = []
    for name, expected in truths:
        series = runs[name]
        mean, spread = np.array(expected).T
        steps = [rows["steps"] for rows in series.columns]
        for one in mean_deviations(series, steps, mean, confidence, spread=spread):
            words = one.method if isinstance(name, str) else f"{one.method}, {name[0]} {name[1]}"
            found.append(Interval(one.estimate, one.lower, one.upper, confidence, words))
    return judge(claim, decisive(claim.predicted, found))


def _success(series: RunSeries, config: LeadingOnesRatesConfig, factor: float) -> list[exact.Moments]:
    return [exact.success(config.n, s, factor) for s in series.x]


def _exactly(value: float) -> Interval:
    return Interval(value, value, value, 1.0, "computed")
