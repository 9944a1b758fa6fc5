"""The driver of training: compiled blocks of steps between the rows that need the parameters."""

from __future__ import annotations

import math
import time
from typing import Any, final

import jax

from evo.core.engines import AbstractDriver, Engine, Job
from evo.core.problems import AbstractProblem
from evo.core.python_driver import missing_observable, one_step
from evo.core.records import AbstractObservable, BestValue, Recorder, Value, View
from evo.core.results import Result, Runs, RunState
from evo.core.running import Running, not_finite, repeated
from evo.core.stops import Limits, Reason
from evo.oracles import AbstractTask
from evo.training.blocks import LENGTH, Block, bounds, run_block
from evo.training.observables import Info, check_info
from evo.training.steps import RunKeys, run_keys

#: how long a block takes: Ctrl-C and WallClock act between blocks
_SECONDS = 0.1
#: observables that need nothing but what every step of a block reports
_LIGHT = (Value, BestValue, Info)
_OWN_JUDGEMENT = ("solved", "solved_in", "reported", "reported_in")


@final
class ScanDriver(AbstractDriver):
    """Runs gradient descent in compiled loops whose length is data: nothing is compiled twice."""

    engine = Engine.SCAN
    version = 1

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses problems that are no tasks, and those that judge candidates in Python."""
        del optimizer, start
        if not isinstance(problem, AbstractTask):
            return "it trains tasks, whose loss is written in JAX"
        for name in _OWN_JUDGEMENT:
            if getattr(type(problem), name) is not getattr(AbstractProblem, name):
                return f"{type(problem).__name__} has a `{name}` of its own, which Python must ask after every step"
        return missing_observable(record, problem)

    def run(self, job: Job, resume: RunState | None) -> Result:
        """One run."""
        return Running(job, self.used, resume).finish(Blocks())

    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Runs:
        """Runs one after the other: each uses all that the device has."""
        del threads
        return repeated(job, self.used, Blocks, runs, first)


@final
class Blocks:
    """Carries out one run in blocks of about a tenth of a second; their lengths do not show in the results."""

    def __init__(self) -> None:
        self.length = 1
        self.keys: RunKeys | None = None

    def __call__(self, run: Running, limits: Limits) -> Reason | None:
        """Make the start, or a block of steps."""
        state, optimizer = run.state, run.job.optimizer
        if state.steps < 0:
            return one_step(run, limits)
        fitting = (limits.evaluations - state.evaluations) // optimizer.cost(state.state)
        if fitting < 1:
            return Reason.EVALUATIONS
        steps = min(self.length, LENGTH, fitting, limits.steps - state.steps)
        steps, at_improvements = _until_needed(state.recorder, state.steps, steps)
        self.keys = self.keys or run_keys(run.job.key)
        goal = goal_of(run.job.problem, limits)
        bound = bounds(state.state, steps, goal, limits.stagnation, state.last_improvement, at_improvements)
        began = time.monotonic()
        found = run_block(self.keys, optimizer.estimator, optimizer.transformation, run.job.problem, state.state, bound)
        made = jax.device_get(found._replace(state=None))
        self._pace(int(made.steps), time.monotonic() - began)
        return _account(run, found.state, made)

    def _pace(self, steps: int, seconds: float) -> None:
        fitting = int(steps * _SECONDS / max(seconds, 1e-9))
        self.length = max(1, min(LENGTH, fitting, 8 * self.length))


def goal_of(problem: AbstractTask, limits: Limits) -> float:
    """The largest value that ends the run; nan if none does."""
    optimum = problem.optimum()
    goals = [goal for goal in (limits.target, optimum) if goal is not None and not math.isnan(goal)]
    return max(goals, default=math.nan)


def _until_needed(recorder: Recorder | None, step: int, steps: int) -> tuple[int, bool]:
    """How many steps may be made before observables must look, and whether an improvement ends them."""
    if recorder is None or all(isinstance(item, _LIGHT) for item in recorder.observables):
        return steps, False
    if any(type(item).after is not AbstractObservable.after for item in recorder.observables):
        return 1, False
    at_improvements = False
    for count in range(1, steps + 1):
        if recorder.due(step + count, False):
            return count, at_improvements
        at_improvements = at_improvements or recorder.due(step + count, True)
    return steps, at_improvements


def _account(run: Running, inner: Any, made: Block) -> Reason | None:
    """Count the steps of a block and write their rows."""
    count, state = int(made.steps), run.state
    cost = run.job.optimizer.cost(state.state)
    first, recorder = state.steps, state.recorder
    light = recorder is not None and all(isinstance(item, _LIGHT) for item in recorder.observables)
    if recorder is not None:
        for item in recorder.observables:
            if isinstance(item, Info):
                check_info(item.entry, made.info)
    evaluations = state.evaluations
    for place in range(count - 1 if light else 0):
        step = first + place + 1
        if recorder is not None and recorder.due(step, bool(made.improved[place])):
            value = float(made.values[place])
            detail = _detail(made, place)
            view = View(run.job.problem, state.key, step, evaluations + (place + 1) * cost, None, value, value, detail)
            state = state._replace(steps=step, evaluations=view.evaluations, last_row=step)
            run.rows.append(run.row(state, view))
    after = state._replace(
        state=inner,
        steps=first + count,
        evaluations=evaluations + count * cost,
        hit=evaluations + count * cost if made.hit else state.hit,
        last_improvement=int(made.improvement),
        detail=_detail(made, count - 1),
    )
    run.state = run.recorded(after, bool(made.improved[count - 1]))
    if not made.finite:
        if run.job.throw:
            raise not_finite(run.job.problem, after.steps, run.place, run.job.optimizer.remedy(after.detail))
        return Reason.NON_FINITE
    return None


def _detail(made: Block, place: int) -> dict[str, float]:
    return {name: float(column[place]) for name, column in made.info.items()}
