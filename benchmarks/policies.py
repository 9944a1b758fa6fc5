"""What rate policies cost."""

from __future__ import annotations

import math

from benchmarks.markdown import number, table
from benchmarks.subjects import engines_for, whole_runs
from benchmarks.timing import measure
from evo import discrete as d

N = 10**4
#: about the expected number of steps of the static policy
HORIZON = math.e * N * math.log(N)


def falling(t):
    """The rate of a strength that falls from 3 to 1/2 while a static policy would run."""
    return max(0.5, 3.0 - 2.5 * t / HORIZON) / N


#: the policies, and after how many steps a run is cut off: by default the rule that asks for improvements lowers the
#: rate to 1 / n^2 where these get rare, and the power law spends n^2 ln n steps
POLICIES: dict[str, tuple[d.AbstractRate, int]] = {
    "Static(strength=1)": (d.Static(strength=1.0), 2_000_000),
    "SuccessRule(1.5, 4, success=BETTER)": (d.SuccessRule(1.5, 4.0, success=d.Success.BETTER), 2_000_000),
    "SuccessRule(1.5, 4, success=BETTER, low=0.5 / n)": (
        d.SuccessRule(1.5, 4.0, low=0.5 / N, success=d.Success.BETTER),
        2_000_000,
    ),
    "SuccessRule(1.5^(1/4), 4, success=BETTER, low=0.5 / n)": (
        d.SuccessRule(1.5**0.25, 4.0, low=0.5 / N, success=d.Success.BETTER),
        2_000_000,
    ),
    "SuccessRule(1.5, 4)": (d.SuccessRule(1.5, 4.0), 2_000_000),
    "Schedule, strength 3 to 0.5": (d.Schedule(falling), 2_000_000),
    "LogSchedule()": (d.LogSchedule(), 2_000_000),
    "HeavyTailed(1.5)": (d.HeavyTailed(1.5), 2_000_000),
    "PowerLawStatic(1)": (d.PowerLawStatic(1.0), 50_000),
    "EqualFitnessRule(1.1)": (d.EqualFitnessRule(1.1), 2_000_000),
}
HEAD = ("policy", "engine", "steps per run", "s per run", "ns per evaluation", "times static")


def show(rounds: int) -> None:
    """Measure and print."""
    problem = d.RandomLinear(N)
    subjects = {}
    for name, (rate, cap) in POLICIES.items():
        optimizer = d.OnePlusOne(rate=rate)
        for engine in engines_for(optimizer, problem):
            subjects[name, engine.name] = whole_runs(optimizer, problem, engine, cap)
    measured = measure(subjects, rounds)
    rows = []
    for (name, engine), item in measured.items():
        static = measured["Static(strength=1)", engine]
        steps = item.cost.steps / item.cost.runs
        cut = " (cut off)" if steps >= POLICIES[name][1] else ""
        rows.append(
            [
                name,
                engine.lower(),
                number(steps) + cut,
                number(item.per_step * steps),
                number(item.per_step * 1e9),
                number(item.per_step / static.per_step),
            ]
        )
    print(f"### Rate policies, (1+1)-EA, RandomLinear, n = {N}\n")
    print(table(HEAD, rows, texts=2))
    print("\nDrawing the weights included; ratios to the static policy on the same engine.")
