"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.grids import decisive, quotient
from evo.experiments.past_descent import mean, quotients
from evo.experiments.past_descent_digits.arms import PAST, PLAIN, Regime
from evo.experiments.past_descent_digits.cells import COSINE, PREDICTED
from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig
from evo.experiments.past_descent_digits.measures import Rows, best_loss, best_rate, rows_by, stable

if TYPE_CHECKING:
    import polars as pl

#: the sizes of an earlier measurement
EARLIER = {"data": None, "examples": 256, "batch": 32, "hidden": 64, "pairs": 33}
EARLIER_STEP = 200

_NONE = "no learning rate at which every run ends below its start"
_OTHER = "claims not applicable at these sizes"
_STABLE = "where every run ends below its start"


def claims_of(config: PastDescentDigitsConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    rows = rows_by(table, config)
    error = family_error / 5  # of one claim
    return [
        _cosine_claim(rows, config, error),
        _drift_claim(rows, config, error),
        _loss_claim(Regime.FULL, Above(1.0), ".012 and .006, a quotient of 2,", rows, config, error),
        _loss_claim(Regime.FRESH, Below(1.1), ".932 and .932, no gain,", rows, config, error),
        _equal_claim(rows, config, error),
    ]


def _cosine_claim(rows: Rows, config: PastDescentDigitsConfig, error: float) -> Claim:
    claim = Claim(
        text="full batch: mean cosine with past directions over that of plain ES, at every stable learning rate",
        source="what the last estimate caught is not lost while the gradient turns little (theory.past_descent), and "
        "an independent implementation: .65 to .18, against .08",
        basis=Basis.RE_DERIVED,
        predicted=Above(1.0),
        rule=f"quotients of Student's intervals, at all learning rates together {_STABLE} with both arms",
        anywhere=True,
    )
    past, plain = (stable(rows, Regime.FULL, arm, config.steps[-1]) for arm in (PAST, PLAIN))
    both = [rate for rate in past if rate in plain]
    if not both:
        return not_applicable(claim, _NONE)
    each = level(error, 1, len(both))
    intervals = [
        quotients(rows[Regime.FULL, PAST, x][COSINE], rows[Regime.FULL, PLAIN, x][COSINE], each, f"rate {x:g}")
        for x in both
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _drift_claim(rows: Rows, config: PastDescentDigitsConfig, error: float) -> Claim:
    claim = Claim(
        text="full batch: mean cosine with past directions over that of a gradient that turns at random by the "
        "measured angles",
        source="recursion of theory.past_descent.drifting, and an argument: a step along the estimate removes what the "
        "estimate knows, a random turn does not",
        basis=Basis.RE_DERIVED,
        predicted=Below(1.1),
        rule=f"Student's intervals of the mean over runs of the quotient, at all learning rates together {_STABLE}; a "
        "tenth is allowed for turns that happen to help",
        anywhere=True,
    )
    rates = stable(rows, Regime.FULL, PAST, config.steps[-1])
    if not rates:
        return not_applicable(claim, _NONE)
    each = level(error, 1, len(rates))
    found = [(rate, rows[Regime.FULL, PAST, rate]) for rate in rates]
    intervals = [mean(item[COSINE] / item[PREDICTED], each, f"rate {rate:g}") for rate, item in found]
    return judge(claim, decisive(claim.predicted, intervals))


def _loss_claim(
    regime: Regime, wanted: Prediction, earlier: str, rows: Rows, config: PastDescentDigitsConfig, error: float
) -> Claim:
    claim = Claim(
        text=f"{regime.value}: loss after {EARLIER_STEP} steps, plain ES over past directions, each at its best "
        "learning rate",
        source=f"{earlier} in an independent implementation with orthogonal directions",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=wanted,
        rule="quotient of geometric means, by Student's intervals; the best learning rates, by the same means among "
        f"those {_STABLE}, are taken as given",
    )
    if not _same(config):
        return not_applicable(claim, _OTHER)
    each = 1.0 - 0.5 * error
    top, bottom = (best_loss(rows, regime, arm, EARLIER_STEP, each) for arm in (PLAIN, PAST))
    if top is None or bottom is None:
        return not_applicable(claim, _NONE)
    return judge(claim, quotient(top, bottom))


def _equal_claim(rows: Rows, config: PastDescentDigitsConfig, error: float) -> Claim:
    claim = Claim(
        text="fresh minibatches: mean cosine with past directions over that of plain ES, each at its best learning "
        "rate",
        source=".03 and .03 in an independent implementation with orthogonal directions",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(1.0, 0.15, 0.3),
        rule="quotient of Student's intervals; the best learning rates are taken as given",
    )
    if not _same(config):
        return not_applicable(claim, _OTHER)
    past, plain = (best_rate(rows, Regime.FRESH, arm, EARLIER_STEP) for arm in (PAST, PLAIN))
    if past is None or plain is None:
        return not_applicable(claim, _NONE)
    top, bottom = rows[Regime.FRESH, PAST, past][COSINE], rows[Regime.FRESH, PLAIN, plain][COSINE]
    return judge(claim, quotients(top, bottom, level(error, 1), f"rates {past:g} and {plain:g}"))


def _same(config: PastDescentDigitsConfig) -> bool:
    return all(getattr(config, field) == value for field, value in EARLIER.items()) and EARLIER_STEP in config.steps
