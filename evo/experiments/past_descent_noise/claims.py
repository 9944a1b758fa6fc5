"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.grids import decisive
from evo.experiments.past_descent import LATE, Orthogonal, Past, ShrunkPast, deviation, late_generations, mean, rows_of
from evo.experiments.past_descent_noise.cells import ARMS, cosine_of, walk_cells
from evo.experiments.past_descent_noise.config import PastDescentNoiseConfig

if TYPE_CHECKING:
    import polars as pl

#: the setting of an earlier measurement, and the noise at which its acceptance was stated
EARLIER = {"n": 400, "pairs": 33, "turn": 0.01}
EARLIER_NOISE = 0.05
#: what predictions neglect (the spread of what is caught about its mean): without and with shrinking
_NEGLECTED = {Past: 0.015, ShrunkPast: 0.04}

Rows = dict[str, dict[str, np.ndarray]]


def claims_of(config: PastDescentNoiseConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    rows = rows_of(table)
    error = family_error / 5  # of one claim
    return [
        _orthogonal_claim(rows, config, error),
        _predicted_claim(Past, rows, config, error),
        _predicted_claim(ShrunkPast, rows, config, error),
        _earlier_claim(Past, Below(0.35), ".218", rows, config, error),
        _earlier_claim(ShrunkPast, Above(0.5), ".616", rows, config, error),
    ]


@lru_cache(maxsize=4096)
def predicted(arm: type, n: int, pairs: int, cosine: float, noise: float, generation: int | None) -> float:
    """What theory says: exact without a past, else with the spread of what is caught neglected."""
    from theory import past_descent

    if arm is Orthogonal:
        return float(past_descent.noisy_orthonormal(n, pairs, noise=noise))
    law = past_descent.noisy_shrunk if arm is ShrunkPast else past_descent.noisy
    return float(law(n, pairs, cosine=cosine, noise=noise, generations=generation))


def late(arm: type, config: PastDescentNoiseConfig, noise: float) -> float:
    """The mean of the predictions over the second half of the generations."""
    if arm is Orthogonal:
        return predicted(arm, config.n, config.pairs, 0.0, noise, None)
    times = late_generations((config.generations,))
    some = sorted({int(t) for t in np.linspace(times[0], times[-1], 9)})
    return float(np.mean([predicted(arm, config.n, config.pairs, cosine_of(config), noise, t) for t in some]))


def _orthogonal_claim(rows: Rows, config: PastDescentNoiseConfig, error: float) -> Claim:
    claim = Claim(
        text="mean squared cosine with orthogonal directions less the exact mean, every noise",
        source="E[S F], a noncentral Beta variable F, S ~ Beta(P/2, (n - P)/2) (theory.past_descent)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.01),
        rule="Student's intervals of the mean over the second half of the generations, at all points together",
        anywhere=True,
    )
    each = level(error, 1, len(config.noise))
    intervals = [
        deviation(rows[cell.label][LATE], late(Orthogonal, config, cell.x), 0.0, each, f"noise {cell.x:g}")
        for cell in walk_cells(config)
        if cell.series is Orthogonal
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _predicted_claim(arm: type, rows: Rows, config: PastDescentNoiseConfig, error: float) -> Claim:
    neglected = _NEGLECTED[arm]
    name = next(item.name for item in ARMS if item is arm)
    claim = Claim(
        text=f"mean squared cosine with {name} less the predicted mean, every noise",
        source="recursion of the mean; the spread of what the directions catch is neglected (theory.past_descent)",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, neglected, 0.1),
        rule="Student's intervals of the mean over the second half of the generations, at all points together",
        anywhere=True,
    )
    points = [cell for cell in walk_cells(config) if cell.series is arm]
    if not points:
        return not_applicable(claim, "no noise")
    each = level(error, 1, len(points))
    intervals = [
        deviation(rows[cell.label][LATE], late(arm, config, cell.x), 0.0, each, f"noise {cell.x:g}") for cell in points
    ]
    return judge(claim, decisive(claim.predicted, intervals))


def _earlier_claim(
    arm: type, bound: Above | Below, earlier: str, rows: Rows, config: PastDescentNoiseConfig, error: float
) -> Claim:
    name = next(item.name for item in ARMS if item is arm)
    claim = Claim(
        text=f"mean squared cosine with {name} at noise {EARLIER_NOISE:g}",
        source=f"{earlier} in an independent simulation of the same model; .042 with orthogonal directions",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=bound,
        rule="Student's interval of the mean over the second half of the generations",
    )
    cell = next((item for item in walk_cells(config) if item.series is arm and item.x == EARLIER_NOISE), None)
    if cell is None or any(getattr(config, field) != value for field, value in EARLIER.items()):
        return not_applicable(claim, "claims not applicable at these sizes")
    return judge(claim, mean(rows[cell.label][LATE], level(error, 1)))
