"""Every policy of the table on every engine that is exact for it: the first 20 000 steps of a run."""

from __future__ import annotations

import pytest

from benchmarks.policies import POLICIES, N
from benchmarks.subjects import engines_for, whole_runs
from evo import discrete as d

STEPS = 20_000
CELLS = [
    (name, engine)
    for name, (rate, _) in POLICIES.items()
    for engine in engines_for(d.OnePlusOne(rate=rate), d.RandomLinear(N))
]


@pytest.mark.parametrize(("name", "engine"), CELLS, ids=[f"{name}-{engine.name.lower()}" for name, engine in CELLS])
def bench_policy(benchmark, name, engine):
    subject = whole_runs(d.OnePlusOne(rate=POLICIES[name][0]), d.RandomLinear(N), engine, cap=STEPS)
    benchmark.pedantic(subject.work, args=(1,), rounds=5, warmup_rounds=1)
