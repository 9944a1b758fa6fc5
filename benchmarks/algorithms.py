"""The other algorithms, on the reference engine."""

from __future__ import annotations

from typing import Any

import evo
from benchmarks.markdown import number, table
from benchmarks.subjects import standard
from benchmarks.timing import Subject, measure, timed
from evo import discrete as d

N = 10**4
BUDGET = 1_000_000


def capped(optimizer: Any, problem: d.AbstractFunction) -> Subject:
    """Runs that end at the optimum or when the budget is spent; what counts are evaluations."""

    def work(runs: int) -> tuple[int, int]:
        stop = evo.Evaluations(BUDGET)
        made = evo.repeat(optimizer, problem, runs=runs, seed=1, stop=stop, engine=evo.Engine.REFERENCE, threads=1)
        return int(made.evaluations.sum()), runs

    return Subject(timed(work))


def show(rounds: int) -> None:
    """Measure and print."""
    static, problem = d.Static(strength=1.0), d.OneMax(N)
    topics = d.HotTopic(N, levels=1000, alpha=0.25, beta=0.2, eps=0.05)
    subjects = {
        "(1+1)-EA": capped(standard(), problem),
        "(1+10)-EA": capped(d.OnePlusLambda(10, rate=static), problem),
        "(1,10)-EA": capped(d.OneCommaLambda(10, rate=static), problem),
        "(1,λ)-EA, self-adjusting (F = 1.5, s = 1)": capped(
            d.OneCommaLambda(d.OffspringRule(1.5, 1.0), rate=static), problem
        ),
        "(10+1)-EA": capped(d.MuPlusOne(10, rate=static), problem),
        "(10+1)-GA, crossover 1/2": capped(d.MuPlusOne(10, rate=static, crossover=0.5), problem),
        "(1+(10,10))-GA": capped(d.OnePlusLambdaLambda(10), problem),
        "(1+1)-EA, strength 3.5, HotTopic, L = 1000": capped(d.OnePlusOne(rate=d.Static(strength=3.5)), topics),
    }
    measured = measure(subjects, rounds)
    first = measured["(1+1)-EA"].per_step
    rows = [[name, number(item.per_step * 1e9), number(item.per_step / first)] for name, item in measured.items()]
    print(f"### Algorithms on the reference engine, OneMax unless stated, n = {N}\n")
    print(table(("algorithm", "ns per evaluation", "times the (1+1)-EA"), rows))
