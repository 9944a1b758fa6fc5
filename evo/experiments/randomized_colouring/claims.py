"""What the rows are said to show, written before they are seen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.claims import Above, Basis, Below, Claim, Exactly, judge, level, not_applicable
from evo.experiments.randomized_arms import Solved, outcomes
from evo.experiments.randomized_colouring.cells import run_cells
from evo.experiments.randomized_colouring.config import RandomizedColouringConfig
from evo.experiments.randomized_colouring.names import CONSTANT, CUBIC, CYCLE, EVOLVED, NAMED, SEEDS, Solver
from evo.experiments.training_arms import over_runs
from theory import randomized

if TYPE_CHECKING:
    import polars as pl

#: a deviation of success over inputs that is called none
LEAST = 0.001
#: answers together, where repetition is judged
TOGETHER = 3

_STUDENT = "Student t over trainings"
_ALIKE = "nodes that look alike act alike, in any number of rounds (Angluin 1980)"
_PILOT = "pilot runs from other starts, by which sizes were chosen"
_WORST = "on the worst of all inputs, under fresh seeds"

Found = dict[tuple[str, float], Solved]


@lru_cache(maxsize=64)
def repaired(nodes: int, rounds: int) -> float:
    """P[proper] of random colours and as many rounds of repair, on a cycle without identifiers."""
    return float(randomized.colour_repair(nodes, rounds).proper)


def forbidden(config: RandomizedColouringConfig) -> bool:
    """Whether every deterministic solver fails on some order of the identifiers."""
    return not _exists(config.named_nodes)


@lru_cache(maxsize=8)
def _exists(nodes: int) -> bool:
    return randomized.local_colouring_exists(nodes, rounds=1)


def claims_of(config: RandomizedColouringConfig, table: pl.DataFrame, family_error: float) -> list[Claim]:
    """All claims for this configuration, judged."""
    confidence, q = level(family_error, 11), config.exponents[-1]
    found = outcomes(table, run_cells(config))
    return [
        _symmetric_claim(found, Solver(CYCLE, CONSTANT), 1.0, confidence),
        _symmetric_claim(found, Solver(CUBIC, CONSTANT), q, confidence),
        _deterministic_claim(config, found, confidence),
        *(_repair_claim(config.nodes, found, Solver(CYCLE, SEEDS, r), 1.0, confidence) for r in (1, 2, 3)),
        _repair_claim(config.nodes, found, Solver(CYCLE, EVOLVED), 1.0, confidence),
        _cubic_claim(config, found, confidence),
        _repair_claim(config.named_nodes, found, Solver(NAMED, SEEDS), q, confidence),
        _even_claim(config, found, confidence),
        _repetition_claim(config, found, confidence),
    ]


def _symmetric_claim(found: Found, solver: Solver, q: float, confidence: float) -> Claim:
    claim = Claim(
        text=f"share of proper colourings {_WORST}: {solver.kind}, no identifiers",
        source=_ALIKE,
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.01),
        rule=_STUDENT,
    )
    return _judged(claim, found, solver, q, confidence)


def _repair_claim(nodes: int, found: Found, solver: Solver, q: float, confidence: float) -> Claim:
    claim = Claim(
        text=f"share of proper colourings {_WORST}: {solver.kind}; more than random colours and as much repair",
        source=f"{_PILOT}; the exact law of the repair (theory.randomized.colour_repair)",
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Above(repaired(nodes, solver.rounds)),
        rule=_STUDENT,
    )
    return _judged(claim, found, solver, q, confidence)


def _cubic_claim(config: RandomizedColouringConfig, found: Found, confidence: float) -> Claim:
    solver = Solver(CUBIC, SEEDS)
    claim = Claim(
        text=f"share of proper colourings {_WORST}: {solver.kind}; more than the best without seeds",
        source=_ALIKE,
        basis=Basis.RE_DERIVED,
        predicted=Above(0.0),
        rule=_STUDENT,
    )
    return _judged(claim, found, solver, config.exponents[-1], confidence)


def _deterministic_claim(config: RandomizedColouringConfig, found: Found, confidence: float) -> Claim:
    solver = Solver(NAMED, CONSTANT)
    claim = Claim(
        text=f"share of proper colourings {_WORST}: {solver.kind}",
        source=(
            f"no deterministic solver colours all cycles of {config.named_nodes} nodes in a round, by search "
            "(theory.randomized.local_colouring_exists; Linial 1992)"
        ),
        basis=Basis.RE_DERIVED,
        predicted=Exactly(0.0, 0.0, 0.01),
        rule=_STUDENT,
    )
    if not forbidden(config):
        return not_applicable(claim, "some deterministic solver colours all of them")
    return _judged(claim, found, solver, config.exponents[-1], confidence)


def _even_claim(config: RandomizedColouringConfig, found: Found, confidence: float) -> Claim:
    solver, low, high = Solver(NAMED, SEEDS), config.exponents[0], config.exponents[-1]
    claim = Claim(
        text=f"ln of the deviation of success over inputs, relaxed risk less expected risk: {solver.kind}",
        source=_PILOT,
        basis=Basis.MEASURED_ELSEWHERE,
        predicted=Below(0.0),
        rule=f"Student t over trainings from the same start; deviations below {LEAST:g} count as {LEAST:g}",
    )
    if low != 1.0 or high == 1.0 or (solver.kind, low) not in found or (solver.kind, high) not in found:
        return judge(claim, None, f"not run: {solver.kind} at q = 1 and more")
    logs = [np.log(np.maximum(found[solver.kind, q].success.std(axis=1), LEAST)) for q in (high, low)]
    runs = min(map(len, logs))
    return judge(claim, over_runs(logs[0][:runs] - logs[1][:runs], confidence, f"q = {high:g}"))


def _repetition_claim(config: RandomizedColouringConfig, found: Found, confidence: float) -> Claim:
    solver, q = Solver(NAMED, SEEDS), config.exponents[-1]
    claim = Claim(
        text=f"best of {TOGETHER} seeds on the worst input, less 1 - (1 - p)^{TOGETHER}: {solver.kind}",
        source="seeds are independent of each other and of the input",
        basis=Basis.RE_DERIVED,
        # p is estimated from 8,192 seeds: its variance, below 1/32768, times half the second derivative, at most 3
        predicted=Exactly(0.0, 0.001, 0.1),
        rule=_STUDENT,
    )
    if (solver.kind, q) not in found or TOGETHER not in config.repetitions:
        return judge(claim, None, f"not run: {solver.kind}, {TOGETHER} together")
    item = found[solver.kind, q]
    measured = item.repeated([TOGETHER])[:, 0]
    p = 1.0 - item.columns["confirmed"][:, 0]
    predicted = np.array([float(randomized.amplified(float(each), TOGETHER)) for each in p])
    return judge(claim, over_runs(measured - predicted, confidence, f"{solver.kind}, q = {q:g}"))


def _judged(claim: Claim, found: Found, solver: Solver, q: float, confidence: float) -> Claim:
    """By the success on the worst input."""
    if (solver.kind, q) not in found:
        return judge(claim, None, f"not run: {solver.kind}")
    return judge(claim, over_runs(found[solver.kind, q].worst, confidence, f"{solver.kind}, q = {q:g}"))
