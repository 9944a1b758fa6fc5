"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.grids import decisive
from evo.experiments.past_descent import mean, quotients, rows_of
from evo.experiments.past_descent_least_squares.arms import BOTH, GUIDED_3, HINTED, ORTHOGONAL, PAST, Arm
from evo.experiments.past_descent_least_squares.config import PastDescentLeastSquaresConfig

if TYPE_CHECKING:
    import polars as pl

#: the sizes of an earlier measurement
EARLIER = {"n": 1000, "m": 2000}
EARLIER_ITERATION = 4000

Rows = dict[str, dict[str, np.ndarray]]


def claims_of(config: PastDescentLeastSquaresConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    rows = rows_of(table)
    error = family_error / 5  # of one claim
    return [
        _parts_claim(rows, config, error),
        _gap_claim(BOTH, Below(0.001), ".00037", rows, config, error),
        _gap_claim(GUIDED_3, Exactly(0.025, 0.01, 0.01), ".0242", rows, config, error),
        _quotient_claim(GUIDED_3, BOTH, 10.0, ".0242 and .00037", rows, config, error),
        _quotient_claim(
            PAST, ORTHOGONAL, 1.0, ".0046 and .0015: a large step makes up for the past", rows, config, error
        ),
    ]


def _parts_claim(rows: Rows, config: PastDescentLeastSquaresConfig, error: float) -> Claim:
    last = config.iterations[-1]
    claim = Claim(
        text=f"loss of the projection on one surrogate over that on both, after {last:,} iterations",
        source="the projection on a larger span has the larger cosine (theorem on optimality, re-derived)",
        basis=Basis.RE_DERIVED,
        predicted=Above(1.0),
        rule="quotients of Student's intervals, the biased gradient alone and the past alone together",
        anywhere=True,
    )
    if not {BOTH.name, HINTED.name, PAST.name} <= {*config.arms}:
        return not_applicable(claim, "some of the arms were not run")
    each = level(error, 1, 2)
    intervals = [
        quotients(rows[arm.name][f"t={last}"], rows[BOTH.name][f"t={last}"], each, arm.name) for arm in (HINTED, PAST)
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _gap_claim(
    arm: Arm, predicted: Prediction, earlier: str, rows: Rows, config: PastDescentLeastSquaresConfig, error: float
) -> Claim:
    claim = Claim(
        text=f"loss above its minimum after {EARLIER_ITERATION:,} iterations, {arm.name}",
        source=f"{earlier} in an independent implementation",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=predicted,
        rule="Student's interval of the mean over runs on the same problem",
    )
    if not _same(config, arm):
        return not_applicable(claim, "claims not applicable at these sizes")
    return judge(claim, mean(rows[arm.name][f"t={EARLIER_ITERATION}"], level(error, 1)))


def _quotient_claim(
    top: Arm,
    bottom: Arm,
    bound: float,
    earlier: str,
    rows: Rows,
    config: PastDescentLeastSquaresConfig,
    error: float,
) -> Claim:
    claim = Claim(
        text=f"loss after {EARLIER_ITERATION:,} iterations, {top.name} over {bottom.name}",
        source=f"{earlier}, in an independent implementation",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Above(bound),
        rule="quotient of Student's intervals",
    )
    if not _same(config, top, bottom):
        return not_applicable(claim, "claims not applicable at these sizes")
    column = f"t={EARLIER_ITERATION}"
    return judge(claim, quotients(rows[top.name][column], rows[bottom.name][column], level(error, 1)))


def _same(config: PastDescentLeastSquaresConfig, *arms: Arm) -> bool:
    sizes = all(getattr(config, field) == value for field, value in EARLIER.items())
    return sizes and EARLIER_ITERATION in config.iterations and {arm.name for arm in arms} <= {*config.arms}
