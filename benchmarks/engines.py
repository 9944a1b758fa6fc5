"""Engines by problem and size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import evo
import theory
from benchmarks.markdown import number, table
from benchmarks.plain_loop import cumulative, plain_run
from benchmarks.subjects import EVENT, engines_for, standard, whole_runs
from benchmarks.timing import Measured, Subject, measure, timed
from evo import discrete as d

#: a cell is left out where one run would take longer, in seconds
LONGEST = 3.0


class Case(NamedTuple):
    """A row of the table for every size.

    `candidates` is the expected number of steps of a run in which a zero-bit flips, divided by n; nan if not known.
    """

    problem: Callable[[int], d.AbstractFunction]
    sizes: tuple[int, ...]
    candidates: float
    expected: Callable[[int], float] | None = None


SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
CASES = {
    "OneMax": Case(d.OneMax, SIZES, 0.896, lambda n: float(theory.onemax.expected_steps(n, strength=1.0))),
    "RandomLinear": Case(d.RandomLinear, SIZES, 0.935),
    "BinVal": Case(d.BinVal, SIZES, 0.987),
    "DynamicBinVal": Case(d.DynamicBinVal, SIZES, 1.07),
    "LeadingOnes": Case(
        d.LeadingOnes, (500,), np.nan, lambda n: float(theory.leading_ones.expected_steps(n, strength=1.0))
    ),
}
NOTES = (
    "One core, one thread, CPU time, best of interleaved rounds in one process, compiled and tables made before (those "
    "of the chain engine take about 1 s at n = 10^6 and 13 s at 10^7, once). An evaluation is an offspring, that is a "
    "step. As many runs are measured as fill a round (column runs). Seconds per 1000 runs are the "
    "set-up of one call (stated where it is above one per cent) and 1000 times the expected run, by the exact E[T] on "
    "OneMax and LeadingOnes, by the mean of the measured runs elsewhere. Cells whose single run would take over "
    f"{LONGEST:.0f} s are left out. A candidate is a step in which a zero-bit flips, the only steps that the event "
    "engine carries out: in expectation 0.896 n on OneMax, 0.935 n on RandomLinear, 0.987 n on BinVal, 1.07 n on "
    "DynamicBinVal. The plain loop is a compiled (1+1)-EA on OneMax and nothing else."
)
HEAD = ("problem", "n", "engine", "runs", "s per 1000 runs", "of which set-up", "ns per evaluation", "ns per candidate")


def plain(n: int) -> Subject:
    """Runs of the plain loop."""
    chances = cumulative(n, 1.0)

    def work(runs: int) -> tuple[int, int]:
        return sum(plain_run(n, chances, np.uint64(run), np.uint64(7), 10**12) for run in range(runs)), runs

    return Subject(timed(work))


def cell(name: str, n: int, left_out: set[str], rounds: int) -> dict[str, Measured]:
    """The engines on one problem of one size."""
    problem = CASES[name].problem(n)
    found = engines_for(standard(), problem)
    subjects = {engine.name: whole_runs(standard(), problem, engine) for engine in found}
    if name == "OneMax":
        subjects = {"plain loop": plain(n)} | subjects
    return measure({label: subject for label, subject in subjects.items() if label not in left_out}, rounds)


def mean_steps(measured: dict[str, Measured]) -> float:
    """The mean number of steps over all runs measured."""
    costs = [item.cost for item in measured.values()]
    return sum(cost.steps for cost in costs) / sum(cost.runs for cost in costs)


def lines(name: str, n: int, measured: dict[str, Measured]) -> list[list[str]]:
    """The rows of one cell."""
    case = CASES[name]
    expected = case.expected(n) if case.expected is not None else mean_steps(measured)
    reference = measured.get(evo.Engine.REFERENCE.name)
    rows = []
    for label, item in measured.items():
        per_candidate = ""
        if label == EVENT.name and not np.isnan(case.candidates):
            per_candidate = number(item.per_step * expected / (case.candidates * n) * 1e9)
        total = item.setup + 1000 * item.per_step * expected
        rows.append(
            [
                name,
                f"{n:,}".replace(",", " "),
                label.lower(),
                str(item.cost.runs),
                number(total),
                number(item.setup) if item.setup > total / 100 else "",
                number(item.per_step * 1e9),
                per_candidate,
                number(reference.per_step / item.per_step) if reference is not None else "",
            ]
        )
    return rows


def show(rounds: int) -> None:
    """Measure and print, size by size."""
    rows = []
    for name, case in CASES.items():
        left_out: set[str] = set()
        for n in case.sizes:
            measured = cell(name, n, left_out, rounds)
            if not measured:
                break
            rows += lines(name, n, measured)
            for label, item in measured.items():
                if 10 * item.cost.seconds / item.cost.runs > LONGEST:
                    left_out.add(label)
    print("### Engines, (1+1)-EA, strength 1\n")
    print(table((*HEAD, "times faster than reference"), rows))
    print(f"\n{NOTES}")
