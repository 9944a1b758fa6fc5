"""Every engine on every problem that it is exact for, by size; and runs of one bit: what is left is their start."""

from __future__ import annotations

import pytest

import evo
from benchmarks.subjects import engines_for, standard, whole_runs
from evo import discrete as d

#: runs per call: a tenth of a second on the reference engine, still milliseconds where most steps are skipped
RUNS = {500: 20, 10**3: 200, 10**4: 20, 10**5: 2}
PROBLEMS = [make(n) for n in (10**3, 10**4, 10**5) for make in (d.OneMax, d.RandomLinear, d.BinVal, d.DynamicBinVal)]
PROBLEMS.append(d.LeadingOnes(500))
CELLS = [(engine, problem) for problem in PROBLEMS for engine in engines_for(standard(), problem)]
NAMES = [f"{type(problem).__name__}-{problem.n}-{engine.name.lower()}" for engine, problem in CELLS]


@pytest.mark.parametrize(("engine", "problem"), CELLS, ids=NAMES)
def bench_runs(benchmark, engine, problem):
    subject = whole_runs(standard(), problem, engine)
    runs = RUNS[problem.n]
    cost = benchmark.pedantic(subject.work, args=(runs,), rounds=5, warmup_rounds=1)
    benchmark.extra_info |= {"runs": cost.runs, "evaluations": cost.steps}


@pytest.mark.parametrize("engine", engines_for(standard(), d.OneMax(1)), ids=lambda engine: engine.name.lower())
def bench_starts(benchmark, engine):
    """A thousand runs of one bit."""

    def runs():
        evo.repeat(standard(), d.OneMax(1), runs=1000, seed=1, engine=engine, threads=1)

    benchmark.pedantic(runs, rounds=5, warmup_rounds=1)
