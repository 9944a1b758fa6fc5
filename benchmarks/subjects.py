"""What is measured of this library: whole runs, on each engine that is exact for a combination."""

from __future__ import annotations

from typing import Any

import evo
from benchmarks.timing import Subject, timed
from evo import discrete as d

#: the engine that simulates only steps in which a zero-bit flips; peers are compared with it
EVENT = evo.Engine.EVENT


def standard() -> d.OnePlusOne:
    """The (1+1)-EA of all tables that do not say otherwise."""
    return d.OnePlusOne(rate=d.Static(strength=1.0))


def engines_for(optimizer: Any, problem: d.AbstractFunction) -> list[evo.Engine]:
    """The compiled engines that are exact here, slowest first."""
    verdicts = evo.explain(optimizer, problem).engines
    exact = [used.engine for used, refusal in verdicts if refusal is None and used.engine is not evo.Engine.PYTHON]
    return exact[::-1]


def whole_runs(optimizer: Any, problem: d.AbstractFunction, engine: evo.Engine, cap: int | None = None) -> Subject:
    """Runs until the optimum, or the cap, on one thread; its start makes one step per run."""
    stop = None if cap is None else evo.Steps(cap)

    def work(runs: int) -> tuple[int, int]:
        made = evo.repeat(optimizer, problem, runs=runs, seed=1, engine=engine, threads=1, stop=stop)
        return int(made.spent.sum()), runs

    def start(runs: int) -> None:
        evo.repeat(optimizer, problem, runs=runs, seed=1, engine=engine, threads=1, stop=evo.Steps(1))

    return Subject(timed(work), start)
