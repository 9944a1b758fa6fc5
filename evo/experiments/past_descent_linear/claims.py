"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Claim, Exactly, judge, level
from evo.experiments.grids import decisive
from evo.experiments.past_descent import (
    Gaussian,
    GuidedPast,
    MovingAverage,
    Orthogonal,
    Past,
    RunningMean,
    deviation,
    predicted,
    quotients,
    rows_of,
)
from evo.experiments.past_descent_linear.cells import walk_cells
from evo.experiments.past_descent_linear.config import PastDescentLinearConfig

if TYPE_CHECKING:
    import polars as pl

Rows = dict[tuple[type, int], dict[str, np.ndarray]]


def claims_of(config: PastDescentLinearConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    found = rows_of(table)
    rows: Rows = {cell.series: found[cell.label] for cell in walk_cells(config) if cell.label in found}  # type: ignore[misc]
    error = family_error / 5  # of one claim
    return [
        _law_claim(rows, config, error),
        _single_claim(rows, config, error),
        _average_claim(rows, config, error),
        _better_claim(rows, config, error),
        _guided_claim(rows, config, error),
    ]


def _law_claim(rows: Rows, config: PastDescentLinearConfig, error: float) -> Claim:
    claim = Claim(
        text="mean squared cosine with past directions less the exact mean, every generation",
        source="E[1 - X_t] = (1 - P / n) (1 - (P - 1) / (n - 1))^(t - 1) (theory.past_descent)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.05),
        rule="Student's intervals at all points together; where directions are streamed, less what that costs",
        anywhere=True,
    )
    points = [(pairs, t) for pairs in config.pairs for t in config.generations]
    each = level(error, 1, len(points))
    intervals = [
        deviation(
            rows[Past, pairs][f"t={t}"],
            predicted.past(config.n, pairs, 1.0, t),
            predicted.allowance(config.n, pairs, 1.0, t),
            each,
            f"{pairs} pairs, t = {t}",
        )
        for pairs, t in points
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _single_claim(rows: Rows, config: PastDescentLinearConfig, error: float) -> Claim:
    from theory import past_descent

    claim = Claim(
        text="mean squared cosine of estimates without memory less the exact means P / n (orthogonal) and "
        "P / (n + P - 1) (Gaussian)",
        source="laws of random subspaces (theory.past_descent)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.02),
        rule="Student's intervals of the mean over the second half of the generations, at all points together",
        anywhere=True,
    )
    laws = {Orthogonal: past_descent.orthonormal, Gaussian: past_descent.gaussian}
    each = level(error, 1, len(laws) * len(config.pairs))
    intervals = [
        deviation(rows[arm, pairs]["late"], law(config.n, pairs).mean, 0.0, each, f"{arm.name}, {pairs} pairs")
        for arm, law in laws.items()
        for pairs in config.pairs
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _average_claim(rows: Rows, config: PastDescentLinearConfig, error: float) -> Claim:
    from theory import past_descent

    claim = Claim(
        text="mean squared cosine of averages of Gaussian estimates less the predicted: exact for the mean of all, "
        "window (1 + b) / (1 - b) for the moving average with b = 0.9",
        source="t P / (n + t P - 1), t replaced by the effective window (theory.past_descent)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.05),
        rule="Student's intervals at all generations together; of the moving average less a relative 1 / (window * P)",
        anywhere=True,
    )
    each = level(error, 1, 2 * len(config.pairs) * len(config.generations))
    intervals = []
    for pairs in config.pairs:
        for t in config.generations:
            exact = past_descent.running_mean(config.n, pairs, t).mean
            where = f"{pairs} pairs, t = {t}"
            intervals.append(deviation(rows[RunningMean, pairs][f"t={t}"], exact, 0.0, each, where))
            decay = MovingAverage.memory
            window = float(past_descent.moving_window(decay, t))
            value = float(past_descent.moving_average(config.n, pairs, decay=decay, generations=t))
            rest = value / (window * pairs)
            intervals.append(deviation(rows[MovingAverage, pairs][f"t={t}"], value, rest, each, where))
    return judge(claim, decisive(claim.predicted, intervals))


def _better_claim(rows: Rows, config: PastDescentLinearConfig, error: float) -> Claim:
    last = config.generations[-1]
    claim = Claim(
        text=f"squared cosine with past directions over that of orthogonal directions in generation {last}, at equal "
        "evaluations",
        source="abstract: gradient estimates considerably improved at no extra cost, quantified by our derivation",
        basis=Basis.RECALLED,
        predicted=Above(2.0),
        rule="quotients of Student's intervals, at all numbers of pairs together",
        anywhere=True,
    )
    each = level(error, 1, len(config.pairs))
    intervals = [
        quotients(rows[Past, pairs][f"t={last}"], rows[Orthogonal, pairs][f"t={last}"], each, f"{pairs} pairs")
        for pairs in config.pairs
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _guided_claim(rows: Rows, config: PastDescentLinearConfig, error: float) -> Claim:
    last = config.generations[-1]
    claim = Claim(
        text=f"squared cosine with past directions over that of guided ES with the past as subspace, generation {last}",
        source="guided ES scales new information down by a fixed share, the projection measures it",
        basis=Basis.RECALLED,
        predicted=Above(1.5),
        rule="quotients of Student's intervals, at all numbers of pairs together",
        anywhere=True,
    )
    each = level(error, 1, len(config.pairs))
    intervals = [
        quotients(rows[Past, pairs][f"t={last}"], rows[GuidedPast, pairs][f"t={last}"], each, f"{pairs} pairs")
        for pairs in config.pairs
    ]
    return judge(claim, decisive(claim.predicted, intervals))
