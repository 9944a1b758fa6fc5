"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, Prediction, judge, level
from evo.experiments.grids import decisive
from evo.experiments.randomized_arms import Solved, outcomes
from evo.experiments.randomized_recall.cells import solver_cells
from evo.experiments.randomized_recall.config import RandomizedRecallConfig
from evo.experiments.randomized_recall.names import CONSTANT, EVOLVED, ROOMY, SEEDED, SINGLE
from evo.experiments.training_arms import over_runs
from theory import randomized

if TYPE_CHECKING:
    import polars as pl

#: what a policy that keeps M of N values reaches on the worst key: a coin
CHANCE = 0.5
#: how far the trained memory may be from the random subset
NEAR = 0.15
#: how much of the score of gradients the evolution strategy reaches
SHARE = 0.9
_STUDENT = "Student t over trainings; worst of all listed and of searched inputs, measured again with fresh seeds"
_DERIVED = "a fixed seed makes a linear memory of rank M < N, which errs on some values and key"
Found = dict[tuple[str, float], Solved]


def target(config: RandomizedRecallConfig) -> float:
    """M/N + (1 - M/N)/2: a random M of N values are kept, a coin answers for the others."""
    return float(randomized.recall_accuracy(config.pairs, config.memory))


def claims_of(config: RandomizedRecallConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    found, q = outcomes(table, solver_cells(config)), config.exponents[-1]
    confidence, goal = level(family_error, 9), target(config)
    near = Exactly(goal, NEAR * goal, 0.1)
    paper, ours = "von Oswald et al. 2024 (abstract): randomness pays against an oblivious adversary", Basis.RECALLED

    def worst(kind: str, at: float = q) -> np.ndarray | None:
        return found[kind, at].worst if (kind, at) in found else None

    def more(other: np.ndarray | None) -> np.ndarray | None:
        mine = worst(SEEDED)
        if mine is None or other is None:
            return None
        runs = min(len(mine), len(other))
        return mine[:runs] - other[:runs]

    def claim(
        text: str, source: str, basis: Basis, predicted: Prediction, values: np.ndarray | None, rule: str = _STUDENT
    ) -> Claim:
        made = Claim(text=text, source=source, basis=basis, predicted=predicted, rule=rule)
        if values is None:
            return judge(made, None, "rows are missing")
        return judge(made, over_runs(values, confidence, f"q = {q:g}"))

    return [
        claim(
            f"success on the worst input, {SEEDED}, against a coin",
            f"{_DERIVED}; a policy that keeps M values leaves some key to a coin",
            Basis.RE_DERIVED,
            Above(CHANCE),
            worst(SEEDED),
        ),
        claim(
            f"the same against M/N + (1 - M/N)/2, within {NEAR:.0%}",
            "a uniformly random M of N values, the minimax policy among those that keep values",
            Basis.RE_DERIVED,
            near,
            worst(SEEDED),
        ),
        claim(f"success on the worst input, {CONSTANT}", _DERIVED, Basis.RE_DERIVED, Below(CHANCE), worst(CONSTANT)),
        claim(
            f"success that 95 % of inputs exceed, {SEEDED} less {CONSTANT}",
            paper,
            ours,
            Above(0.0),
            _percentiles(found, q),
            "Student t over trainings",
        ),
        claim(
            f"success on the worst input, {SEEDED} less {SINGLE}",
            "with one seed for all inputs of a step the objective averages what fixed seeds have, for every q",
            Basis.RE_DERIVED,
            Above(0.0),
            more(worst(SINGLE)),
        ),
        claim(
            f"success on the worst input, {SEEDED}, relaxed less expected risk",
            "an expected loss never needs randomness",
            Basis.RE_DERIVED,
            Above(0.0),
            more(worst(SEEDED, config.exponents[0])) if config.exponents[0] == 1.0 and q > 1.0 else None,
        ),
        _majority_claim(config, found, q, confidence),
        claim(
            f"success on the worst input, {EVOLVED} over gradients",
            "the same objective, from values alone, population " + f"{2 * config.es_pairs}",
            ours,
            Above(SHARE),
            _ratio(worst(EVOLVED), worst(SEEDED)),
        ),
        claim(
            f"success on the worst input, {ROOMY}",
            "without a limit of memory an exact deterministic solution exists",
            Basis.RE_DERIVED,
            Above(0.95),
            worst(ROOMY),
        ),
    ]


def predicted(config: RandomizedRecallConfig, success: float) -> list[float]:
    """The success of majorities, if single answers are right independently with this probability."""
    return [float(randomized.majority(success, S)) for S in config.repetitions]


def _majority_claim(config: RandomizedRecallConfig, found: Found, q: float, confidence: float) -> Claim:
    claim = Claim(
        text="success of majorities of S seeds on the worst input less the binomial law of its single success, every S",
        source="independent seeds; the law of the majority of independent answers",
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.03, 0.06),
        rule="Student t over trainings, at all S together; 0.03 for the law at a success that is itself measured",
        anywhere=True,
    )
    if (SEEDED, q) not in found:
        return judge(claim, None, "rows are missing")
    item = found[SEEDED, q]
    S = config.repetitions
    single = 1.0 - item.columns["confirmed"][:, 0]
    law = np.array([predicted(config, float(p)) for p in single])
    each = 1.0 - (1.0 - confidence) / len(S)
    values = item.repeated(S) - law
    return judge(
        claim,
        decisive(claim.predicted, [over_runs(values[:, i], each, f"S = {S[i]}") for i in range(len(S))]),
    )


def _percentiles(found: Found, q: float) -> np.ndarray | None:
    if (SEEDED, q) not in found or (CONSTANT, q) not in found:
        return None
    one, other = (found[kind, q].percentile() for kind in (SEEDED, CONSTANT))
    runs = min(len(one), len(other))
    return one[:runs] - other[:runs]


def _ratio(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return None
    runs = min(len(one), len(other))
    return one[:runs] / other[:runs]
