"""The driver that calls any optimizer step by step from Python."""

from __future__ import annotations

from typing import Any

from evo.core.engines import AbstractDriver, Engine, Job
from evo.core.optimizers import AskTell
from evo.core.problems import AbstractProblem
from evo.core.records import Recorder
from evo.core.results import Result, Runs, RunState
from evo.core.running import Running, first_optimal, not_finite, repeated
from evo.core.stops import Limits, Reason


class PythonDriver(AbstractDriver):
    """Runs any optimizer on any problem; the law is whatever the optimizer's own `step` does."""

    engine = Engine.PYTHON
    version = 1

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses only observables that the problem does not have."""
        del optimizer
        return missing_observable(record, problem)

    def run(self, job: Job, resume: RunState | None) -> Result:
        """One run."""
        return Running(job, self.used, resume).finish(one_step)

    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Runs:
        """Runs one after the other: Python callables hold the interpreter's lock, so threads would not help."""
        del threads
        return repeated(job, self.used, lambda: one_step, runs, first)


def missing_observable(record: Recorder | None, problem: Any) -> str | None:
    """Why an observable of the recorder cannot be read from the problem; None if all can."""
    for item in record.observables if record is not None else ():
        reason = item.refusal(problem)
        if reason is not None:
            return f"observable {item.name!r}: {reason}"
    return None


def one_step(run: Running, limits: Limits) -> Reason | None:
    """Make one step, unless it would exceed the budget of evaluations."""
    job, state = run.job, run.state
    problem: AbstractProblem = job.problem
    hit = 0
    if isinstance(job.optimizer, AskTell):
        candidates, asked = job.optimizer.ask(job.key, state.state)
        if state.evaluations + len(candidates) + job.optimizer.later(asked.inner) > limits.evaluations:
            return Reason.EVALUATIONS
        after, info, candidates, values = job.optimizer.complete(job.key, asked, candidates, problem)
        place = first_optimal(problem, job.key, candidates, values, limits.target)
        hit = state.evaluations + place if place else 0
    else:
        if state.evaluations + job.optimizer.cost(state.state) > limits.evaluations:
            return Reason.EVALUATIONS
        after, info = job.optimizer.step(job.key, state.state, problem)
        candidate, value = job.optimizer.current(after)
        if first_optimal(problem, job.key, [candidate], [value], limits.target):
            hit = state.evaluations + info.evaluations
    steps = state.steps + 1
    state = state._replace(
        state=after,
        steps=steps,
        evaluations=state.evaluations + info.evaluations,
        hit=hit,
        last_improvement=steps if info.improved or steps == 0 else state.last_improvement,
        detail=None if steps == 0 else info.detail,
    )
    run.state = run.recorded(state, info.improved)
    if not info.finite:
        if job.throw:
            raise not_finite(problem, steps, run.place, job.optimizer.remedy(state.detail))
        return Reason.NON_FINITE
    return None
