"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import decisive
from evo.experiments.past_descent import LATE, Orthogonal, Past, deviation, predicted, quotients, rows_of
from evo.experiments.past_descent_drift.cells import walk_cells
from evo.experiments.past_descent_drift.config import PastDescentDriftConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: gradients that turn by at most this leave a large gain, by at least that none
_SLOW, _FAST = 0.01, 1.0


def claims_of(config: PastDescentDriftConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    rows = rows_of(table)
    error = family_error / 4  # of one claim
    return [
        _mean_claim(rows, config, error),
        _orthogonal_claim(rows, config, error),
        _slow_claim(rows, config, error),
        _fast_claim(rows, config, error),
    ]


def _mean_claim(rows: dict, config: PastDescentDriftConfig, error: float) -> Claim:
    claim = Claim(
        text="mean squared cosine with past directions over the second half of the generations less the exact mean, "
        "every angle",
        source="E X' = a^2 E X + (1 - a^2)(1 - E X)/(n - 1), E X_{t+1} = r + (1 - r) E X', r = (P - 1)/(n - 1)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.02),
        rule="Student's intervals at all points together; where directions are streamed, less what that costs",
        anywhere=True,
    )
    points = [cell for cell in walk_cells(config) if isinstance(cell.arm, Past)]
    each = level(error, 1, len(points))
    intervals = []
    for cell in points:
        exact, rest = predicted.late(config.n, cell.arm.pairs, cell.cosine, cell.kept)
        where = f"{cell.arm.pairs} pairs, 1 - a^2 = {cell.x:g}"
        intervals.append(deviation(rows[cell.label][LATE], exact, rest, each, where))
    return judge(claim, decisive(claim.predicted, intervals))


def _orthogonal_claim(rows: dict, config: PastDescentDriftConfig, error: float) -> Claim:
    claim = Claim(
        text="mean squared cosine with orthogonal directions less P / n",
        source="projection on a uniformly random subspace",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.005),
        rule="Student's intervals at all numbers of pairs together",
        anywhere=True,
    )
    cells = [cell for cell in walk_cells(config) if isinstance(cell.arm, Orthogonal)]
    each = level(error, 1, len(cells))
    intervals = [
        deviation(rows[cell.label][LATE], cell.arm.pairs / config.n, 0.0, each, f"{cell.arm.pairs} pairs")
        for cell in cells
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _slow_claim(rows: dict, config: PastDescentDriftConfig, error: float) -> Claim:
    claim = Claim(
        text=f"squared cosine with past directions over that of orthogonal ones, 1 - a^2 ≤ {_SLOW:g}",
        source="the paper's abstract: a significant improvement for general functions under simplifying assumptions; "
        "how large follows from our derivation",
        basis=Basis.RECALLED,
        predicted=Above(4.0),
        rule="quotients of Student's intervals, at all these points together",
        anywhere=True,
    )
    intervals = _gains(rows, config, 0.0, _SLOW, error)
    if not intervals:
        return not_applicable(claim, "no angle as small as that")
    return judge(claim, decisive(claim.predicted, intervals))


def _fast_claim(rows: dict, config: PastDescentDriftConfig, error: float) -> Claim:
    claim = Claim(
        text="the same where every gradient is perpendicular to the last one, a = 0",
        source="one pair is spent on a direction that is nearly random: (1 - 1/n) of the cosine at least remains",
        basis=Basis.RE_DERIVED,
        predicted=Below(1.1),
        rule="quotients of Student's intervals, at all numbers of pairs together",
        anywhere=True,
    )
    intervals = _gains(rows, config, _FAST, _FAST, error)
    if not intervals:
        return not_applicable(claim, "no right angle among the angles")
    return judge(claim, decisive(claim.predicted, intervals))


def _gains(rows: dict, config: PastDescentDriftConfig, low: float, high: float, error: float) -> list[Interval]:
    cells = walk_cells(config)
    plain = {cell.arm.pairs: rows[cell.label][LATE] for cell in cells if isinstance(cell.arm, Orthogonal)}
    points = [cell for cell in cells if isinstance(cell.arm, Past) and low <= cell.x <= high]
    each = level(error, 1, max(1, len(points)))
    return [
        quotients(rows[cell.label][LATE], plain[cell.arm.pairs], each, f"{cell.arm.pairs} pairs, 1 - a^2 = {cell.x:g}")
        for cell in points
    ]
