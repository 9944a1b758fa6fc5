"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level, not_applicable
from evo.experiments.grids import decisive
from evo.experiments.randomized_arms import Solved, outcomes
from evo.experiments.randomized_grid_world.cells import run_cells
from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig
from evo.experiments.randomized_grid_world.levels import deterministic, minimax
from evo.experiments.randomized_grid_world.names import CONSTANT, PAST, SEEDED, SINGLE
from evo.experiments.training_arms import over_runs

if TYPE_CHECKING:
    import polars as pl

#: shares of the minimax value: what trained policies reach, what they reach with past directions, for which nothing
#: was tuned, and below which those are that make no use of seeds
SHARE, HALF, LITTLE = 0.7, 0.5, 0.25
#: by how much a measured success may exceed the minimax value
SLACK = 0.1
_STUDENT = "Student t over trainings; the worst target is measured again with fresh seeds"
_PILOT = "pilot trainings from other starts, by which sizes were chosen"


def claims_of(config: RandomizedGridWorldConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    found, q, low = outcomes(table, run_cells(config)), config.exponents[-1], config.exponents[0]
    confidence, v = level(family_error, 8), minimax(config)
    measured, derived = Basis.MEASURED_ELSEWHERE, Basis.RE_DERIVED

    def worst(kind: str, at: float = q) -> np.ndarray | None:
        return found[kind, at].worst if (kind, at) in found else None

    def claim(
        text: str,
        source: str,
        basis: Basis,
        predicted: Prediction,
        values: np.ndarray | None,
        at: float = q,
        *,
        limited: bool = False,
    ) -> Claim:
        made = Claim(text=text, source=source, basis=basis, predicted=predicted, rule=_STUDENT)
        if limited and deterministic(config):
            return not_applicable(made, "two fixed walks see all targets: no seeds are needed")
        if values is None:
            return judge(made, None, "rows are missing")
        return judge(made, over_runs(values, confidence, f"q = {at:g}"))

    two = "success in the second episode on the worst target"
    unused = "some fixed seed is as good on average, so that nothing rewards the use of seeds"
    return [
        claim(
            f"{two}, {SEEDED}, against {SHARE:.0%} of the minimax value {v:.3g}",
            f"minimax value: linear program over pairs of walks; share: {_PILOT}",
            measured,
            Above(SHARE * v),
            worst(SEEDED),
        ),
        claim(
            f"{two}, {SEEDED}, against the minimax value {v:.3g} and {SLACK:.0%}",
            "no policy has a better worst target; the slack is for the noise of the measurement",
            derived,
            Below((1.0 + SLACK) * v),
            worst(SEEDED),
        ),
        claim(
            f"{two}, {CONSTANT}",
            f"two fixed walks see at most {2 * config.horizon} targets",
            derived,
            Exactly(0.0, 0.0, 1e-9),
            worst(CONSTANT),
            limited=True,
        ),
        claim(
            f"{two}, {SINGLE}, against {LITTLE:.0%} of the minimax value",
            f"with one seed a step the objective is an expected loss for every q: {unused}; share: {_PILOT}",
            measured,
            Below(LITTLE * v),
            worst(SINGLE),
            limited=True,
        ),
        claim(
            f"{two}, {SEEDED}, expected risk, against {LITTLE:.0%} of the minimax value",
            f"expected loss: {unused}; share: {_PILOT}",
            measured,
            Below(LITTLE * v),
            worst(SEEDED, low) if low == 1.0 and q > 1.0 else None,
            low,
            limited=True,
        ),
        claim(
            f"{two}, {PAST}, against {HALF:.0%} of the minimax value",
            f"{_PILOT}; Meier et al. 2019 for the estimator",
            measured,
            Above(HALF * v),
            worst(PAST),
        ),
        claim(
            f"standard deviation of success over seeds, mean over targets, {SEEDED}",
            "a policy counts as randomized only if its success depends on the seed",
            measured,
            Above(0.1),
            found[SEEDED, q].spread if (SEEDED, q) in found else None,
            limited=True,
        ),
        _repetition_claim(config, found.get((SEEDED, q)), confidence),
    ]


def predicted(config: RandomizedGridWorldConfig, outcome: Solved) -> np.ndarray:
    """1 - (1 - c)^S on the worst target with the success c of single repetitions; of shape (runs, repetitions)."""
    return 1.0 - outcome.columns["confirmed"][:, :1] ** np.array(config.repetitions)


def _repetition_claim(config: RandomizedGridWorldConfig, outcome: Solved | None, confidence: float) -> Claim:
    claim = Claim(
        text="success of the best of S repetitions on the worst target less 1 - (1 - c)^S, c that of one, every S",
        source="independent seeds",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.02, 0.1),
        rule="Student t over trainings, at all S together; 0.02 for the law at a success that is itself measured",
        anywhere=True,
    )
    if outcome is None:
        return judge(claim, None, "rows are missing")
    S = config.repetitions
    values = outcome.repeated(S) - predicted(config, outcome)
    each = 1.0 - (1.0 - confidence) / len(S)
    intervals = [over_runs(values[:, i], each, f"S = {S[i]}") for i in range(len(S))]
    return judge(claim, decisive(claim.predicted, intervals))
