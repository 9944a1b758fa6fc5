"""Prints the speed tables of the README: python benchmarks/engines.py

One thread, CPU time, steady state (compiled before), the best of several interleaved rounds in one process. Ratios to
the plain loop carry over to other machines; nanoseconds do not.
"""

from __future__ import annotations

import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import evo
from benchmarks.plain_loop import cumulative, plain_run
from evo import discrete as d

ROUNDS = 5
STEPS_PER_ROUND = 2_000_000


def per_step(work: Callable[[], int]) -> float:
    """Nanoseconds of CPU time per step of one round."""
    began = time.process_time()
    steps = work()
    return (time.process_time() - began) / steps * 1e9


def plain(n: int) -> Callable[[], int]:
    """Runs of the plain loop on OneMax."""
    table = cumulative(n, 1.0)
    runs = max(1, int(STEPS_PER_ROUND / (2.7 * n * np.log(n))))
    return lambda: sum(plain_run(n, table, np.uint64(run), np.uint64(7), 10**9) for run in range(runs))


def engine(rate: d.AbstractRate, problem: d.AbstractFunction) -> Callable[[], int]:
    """Runs of the reference engine, as many steps as the plain loop makes, or fewer on slow problems."""
    optimizer = d.OnePlusOne(rate=rate)
    stop = evo.Steps(STEPS_PER_ROUND)
    expected = 2.7 * problem.n * np.log(problem.n)
    runs = max(1, int(STEPS_PER_ROUND / expected))
    return lambda: int(evo.repeat(optimizer, problem, runs=runs, seed=1, stop=stop, threads=1).spent.sum())


def algorithm(optimizer: Any, problem: d.AbstractFunction) -> Callable[[], int]:
    """One run of another algorithm; it returns the number of evaluations."""
    stop = evo.Evaluations(STEPS_PER_ROUND)
    return lambda: evo.run(optimizer, problem, seed=1, stop=stop).evaluations


def algorithms() -> None:
    """Measure and print the algorithms with several offspring or parents."""
    static, problem = d.Static(strength=1.0), d.OneMax(10**4)
    rows = [
        ("(1+1)-EA", algorithm(d.OnePlusOne(rate=static), problem)),
        ("(1+10)-EA", algorithm(d.OnePlusLambda(10, rate=static), problem)),
        ("(1,10)-EA", algorithm(d.OneCommaLambda(10, rate=static), problem)),
        (
            "(1,lambda)-EA, self-adjusting (F = 1.5, s = 1)",
            algorithm(d.OneCommaLambda(d.OffspringRule(1.5, 1.0), rate=static), problem),
        ),
        ("(10+1)-EA", algorithm(d.MuPlusOne(10, rate=static), problem)),
        ("(10+1)-GA, crossover 1/2", algorithm(d.MuPlusOne(10, rate=static, crossover=0.5), problem)),
        ("(1+(10,10))-GA", algorithm(d.OnePlusLambdaLambda(10), problem)),
    ]
    for _, work in rows:
        work()
    best = [min(per_step(work) for _ in range(ROUNDS)) for _, work in rows]
    print("| algorithm, OneMax, n = 10 000 | ns per evaluation | times the (1+1)-EA |")
    print("| --- | --: | --: |")
    for (name, _), value in zip(rows, best, strict=True):
        print(f"| {name} | {value:.0f} | {value / best[0]:.1f} |")


def main() -> None:
    """Measure and print the (1+1)-EA beside a plain loop."""
    static = d.Static(strength=1.0)
    rows: list[tuple[str, int, Callable[[], int]]] = []
    for n in (10**3, 10**4, 10**5):
        rows.append(("plain loop, OneMax", n, plain(n)))
        rows.append(("OneMax", n, engine(static, d.OneMax(n))))
        rows.append(("RandomLinear", n, engine(static, d.RandomLinear(n))))
        rows.append(("BinVal", n, engine(static, d.BinVal(n))))
        rows.append(("DynamicBinVal", n, engine(static, d.DynamicBinVal(n))))
    rows.append(("LeadingOnes", 500, engine(static, d.LeadingOnes(500))))
    rows.append(("OneMax, SuccessRule(1.5, s=4)", 10**4, engine(d.SuccessRule(1.5, 4.0), d.OneMax(10**4))))
    rows.append(("OneMax, LogSchedule", 10**4, engine(d.LogSchedule(), d.OneMax(10**4))))
    hot_topic = d.HotTopic(10**4, levels=1000, alpha=0.25, beta=0.2, eps=0.05)
    rows.append(("HotTopic, L=1000, strength 1", 10**4, engine(static, hot_topic)))
    rows.append(("HotTopic, L=1000, strength 3.5", 10**4, engine(d.Static(strength=3.5), hot_topic)))
    for _, _, work in rows:
        work()
    best = [min(per_step(work) for _ in range(ROUNDS)) for _, _, work in rows]
    reference = {n: value for (name, n, _), value in zip(rows, best, strict=True) if name.startswith("plain")}
    print("| problem | n | ns per step | times the plain loop |")
    print("| --- | --: | --: | --: |")
    for (name, n, _), value in zip(rows, best, strict=True):
        ratio = f"{value / reference[n]:.1f}" if n in reference else ""
        print(f"| {name} | {n} | {value:.0f} | {ratio} |")


if __name__ == "__main__":
    main()
    print()
    algorithms()
