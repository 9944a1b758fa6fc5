"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.es_hyperscale.cells import COSINE, NUMBERS, PARAMETERS, TEMPORARY, Kind, estimate_cells
from evo.experiments.es_hyperscale.config import EsHyperscaleConfig
from evo.experiments.grids import decisive
from evo.experiments.past_descent import mean, quotients, rows_of
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

#: the width of the network of an earlier count
EARLIER_WIDTH = 256

Rows = dict[tuple[Kind, int, float], dict[str, np.ndarray]]


def rows_by(table: pl.DataFrame, config: EsHyperscaleConfig) -> Rows:
    """The columns by kind, width and population."""
    found = rows_of(table)
    return {(*cell.series, cell.x): found[cell.label] for cell in estimate_cells(config) if cell.label in found}  # type: ignore[misc]


def claims_of(config: EsHyperscaleConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    rows = rows_by(table, config)
    error = family_error / 2  # of one claim; memory and counts are exact
    return [
        _ratio_claim(rows, config, error),
        _law_claim(rows, config, error),
        _flat_claim(rows, config),
        _growth_claim(rows, config),
        _numbers_claim(rows, config),
    ]


def _points(config: EsHyperscaleConfig) -> list[tuple[int, int]]:
    return [(width, population) for width in config.widths for population in config.populations]


def _ratio_claim(rows: Rows, config: EsHyperscaleConfig, error: float) -> Claim:
    claim = Claim(
        text="mean cosine with the gradient, rank one over full rank",
        source=".0356 and .0352 in an independent implementation at 99,978 parameters and 128 pairs",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(1.0, 0.15, 0.15),
        rule="quotients of Student's intervals, at all widths and populations together",
        anywhere=True,
    )
    each = level(error, 1, len(_points(config)))
    intervals = [
        quotients(rows[Kind.LOW, w, x][COSINE], rows[Kind.FULL, w, x][COSINE], each, f"width {w}, population {x}")
        for w, x in _points(config)
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _law_claim(rows: Rows, config: EsHyperscaleConfig, error: float) -> Claim:
    from theory import past_descent

    claim = Claim(
        text="mean cosine with the gradient at full rank over the exact mean for Gaussian directions",
        source="X ~ Beta(P / 2, (D - 1) / 2), about P / (D + P + 1) (theory.past_descent.gaussian)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(1.0, 0.02, 0.1),
        rule="Student's intervals, at all widths and populations together; two percent for entries that are not "
        "Gaussian and for curvature",
        anywhere=True,
    )
    each = level(error, 1, len(_points(config)))
    intervals = []
    for w, x in _points(config):
        found = rows[Kind.FULL, w, x]
        exact = past_descent.gaussian(int(found[PARAMETERS][0]), x // 2).mean_cosine
        intervals.append(mean(found[COSINE] / exact, each, f"width {w}, population {x}"))
    return judge(claim, decisive(claim.predicted, intervals))


def _flat_claim(rows: Rows, config: EsHyperscaleConfig) -> Claim:
    low, high = config.populations[0], config.populations[-1]
    claim = Claim(
        text=f"memory for temporaries at full rank, population {high:,} over {low:,}",
        source="perturbations are made again from their keys, a chunk at a time: 4 * chunk + 5 times the parameters",
        basis=Basis.RE_DERIVED,
        predicted=Below(1.5),
        rule="bytes as the compiler counts them, at the width where they grow most",
        anywhere=True,
    )
    if low // 2 < config.chunk:
        return not_applicable(claim, "the smallest population is less than a chunk")
    found = [rows[Kind.FULL, w, high][TEMPORARY][0] / rows[Kind.FULL, w, low][TEMPORARY][0] for w in config.widths]
    return judge(claim, _exact(max(found), f"width {config.widths[int(np.argmax(found))]}"))


def _growth_claim(rows: Rows, config: EsHyperscaleConfig) -> Claim:
    low, high = config.populations[0], config.populations[-1]
    claim = Claim(
        text="memory for temporaries at rank one that a further member needs, over a perturbation of all parameters",
        source="m + n numbers per pair are held for a matrix of m x n",
        basis=Basis.RE_DERIVED,
        predicted=Below(0.25),
        rule=f"bytes as the compiler counts them, population {low:,} to {high:,}, at the width where they grow most",
        anywhere=True,
    )
    found = []
    for w in config.widths:
        many, few = rows[Kind.LOW, w, high], rows[Kind.LOW, w, low]
        found.append((many[TEMPORARY][0] - few[TEMPORARY][0]) / (high - low) / (4.0 * many[PARAMETERS][0]))
    return judge(claim, _exact(max(found), f"width {config.widths[int(np.argmax(found))]}"))


def _numbers_claim(rows: Rows, config: EsHyperscaleConfig) -> Claim:
    claim = Claim(
        text=f"random numbers per pair at full rank over rank one, width {EARLIER_WIDTH}",
        source="99,978 and 1,428 in an independent implementation",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Exactly(99_978 / 1_428, 0.0, 0.01),
        rule="counted",
        anywhere=True,
    )
    if EARLIER_WIDTH not in config.widths:
        return not_applicable(claim, f"no width {EARLIER_WIDTH}")
    full, low = (rows[kind, EARLIER_WIDTH, config.populations[0]][NUMBERS][0] for kind in (Kind.FULL, Kind.LOW))
    return judge(claim, _exact(full / low, "counted"))


def _exact(value: float, where: str) -> Interval:
    return Interval(float(value), float(value), float(value), 1.0, f"exact, {where}")
