"""The driver that calls any optimizer step by step from Python."""

from __future__ import annotations

import copy
import time
from typing import Any

import numpy as np

from evo.core.checks import shown
from evo.core.engines import AbstractDriver, Engine, Job
from evo.core.keys import Key
from evo.core.optimizers import AskTell, StepInfo
from evo.core.problems import AbstractProblem, Sense
from evo.core.records import Recorder, Trace, View
from evo.core.results import Result, Runs, RunState, joined_records
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
        return _Run(job, self, resume).finish()

    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Runs:
        """Runs one after the other: Python callables hold the interpreter's lock, so threads would not help."""
        del threads
        results = [
            _Run(job._replace(key=job.key.child("run", index)), self, None, index).finish()
            for index in range(first, first + runs)
        ]
        tables = [
            (np.full(len(result.trace), first + place), np.column_stack(list(result.trace.columns.values())))
            for place, result in enumerate(results)
        ]
        spent = np.array([result.steps for result in results], dtype=np.int64)
        reached = np.array([result.reached for result in results], dtype=bool)
        return Runs(
            first=first,
            steps=np.where(reached, spent, np.inf),
            spent=spent,
            evaluations=np.array([result.evaluations for result in results], dtype=np.int64),
            hit=np.array([result.hit or 0 for result in results], dtype=np.int64),
            reached=reached,
            value=np.array([result.value for result in results], dtype=np.float64),
            reason=np.array([result.reason.code for result in results], dtype=np.int64),
            records=joined_records(job.record, tables),
            engine=self.used,
        )


def missing_observable(record: Recorder | None, problem: Any) -> str | None:
    """Why an observable of the recorder cannot be read from the problem; None if all can."""
    for item in record.observables if record is not None else ():
        reason = item.refusal(problem)
        if reason is not None:
            return f"observable {item.name!r}: {reason}"
    return None


def not_finite(problem: Any, step: int, run: int | None = None) -> ValueError:
    """The error for a problem that returned nan or an infinite value, in one run or in a run of a series."""
    place, call = f"in step {step}", "pass throw=False"
    if run is not None:
        place += f" of run {run}"
        call = f'call evo.run(..., seed=evo.Key(seed).child("run", {run}), throw=False)'
    return ValueError(
        f"`problem` must return finite values; got a value that is not finite from {shown(problem)} {place}. Return a "
        f"large finite loss (a low value where it is maximised) for infeasible candidates, or {call} to get the run so "
        "far."
    )


class _Run:
    """One run in progress; mutable only here."""

    def __init__(self, job: Job, driver: PythonDriver, resume: RunState | None, place: int | None = None) -> None:
        self.job, self.driver, self.place = job, driver, place
        self.began = time.monotonic()
        if resume is None:
            state = job.optimizer.init(job.key, job.problem, job.start)
            resume = RunState(
                driver.used, job.optimizer, job.problem, job.key, state, -1, 0, 0, 0, 0.0, job.record, (), (), -1
            )
        self.state = resume._replace(hit=self._hit(resume))
        self.rows = list(resume.rows)

    def _hit(self, resume: RunState) -> int:
        """The hit of the run so far, judged by the target of this stop, which may differ from the one before."""
        problem = self.job.problem
        if resume.steps < 0 or problem.dynamic:
            return resume.hit
        candidate, value = self.job.optimizer.best(resume.state)
        if not _first_optimal(problem, resume.key, [candidate], [value], self.job.stop.limits().target):
            return 0
        return resume.hit or resume.evaluations

    def finish(self) -> Result:
        limits = self.job.stop.limits()
        while True:
            reason = self._over(limits)
            if reason is None:
                reason = self._step(limits)
            if reason is not None:
                return self._result(reason)

    def _over(self, limits: Limits) -> Reason | None:
        state = self.state
        if state.steps < 0:
            return None
        if state.hit:
            return Reason.TARGET
        if state.steps >= limits.steps:
            return Reason.STEPS
        if state.steps - state.last_improvement >= limits.stagnation:
            return Reason.STAGNATION
        if state.seconds + time.monotonic() - self.began >= limits.seconds:
            return Reason.WALL_CLOCK
        return None

    def _step(self, limits: Limits) -> Reason | None:
        """Make one step, unless it would exceed the budget of evaluations."""
        job, state = self.job, self.state
        problem: AbstractProblem = job.problem
        hit = 0
        if isinstance(job.optimizer, AskTell):
            candidates, asked = job.optimizer.ask(job.key, state.state)
            if state.evaluations + len(candidates) + job.optimizer.later(asked.inner) > limits.evaluations:
                return Reason.EVALUATIONS
            after, info, candidates, values = job.optimizer.complete(job.key, asked, candidates, problem)
            place = _first_optimal(problem, job.key, candidates, values, limits.target)
            hit = state.evaluations + place if place else 0
        else:
            if state.evaluations + job.optimizer.cost(state.state) > limits.evaluations:
                return Reason.EVALUATIONS
            after, info = job.optimizer.step(job.key, state.state, problem)
            candidate, value = job.optimizer.current(after)
            if _first_optimal(problem, job.key, [candidate], [value], limits.target):
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
        self.state = self._recorded(state, info)
        if not info.finite:
            if job.throw:
                raise not_finite(problem, steps, self.place)
            return Reason.NON_FINITE
        return None

    def _view(self, state: RunState) -> View:
        problem, optimizer = self.job.problem, self.job.optimizer
        candidate, value = optimizer.current(state.state)
        best, best_value = optimizer.best(state.state)
        return View(
            problem,
            state.key,
            state.steps,
            state.evaluations,
            candidate,
            problem.reported_in(candidate, value, state.key),
            problem.reported_in(best, best_value, state.key),
            state.detail,
        )

    def _recorded(self, state: RunState, info: StepInfo) -> RunState:
        recorder = state.recorder
        if recorder is None:
            return state
        view = self._view(state)
        if state.steps == 0:
            memories = tuple(item.begin(view) for item in recorder.observables)
        else:
            pairs = zip(recorder.observables, state.memories, strict=True)
            memories = tuple(item.after(memory, view) for item, memory in pairs)
        state = state._replace(memories=memories)
        if recorder.due(state.steps, info.improved):
            self.rows.append(self._row(state, view))
            state = state._replace(last_row=state.steps)
        return state

    def _row(self, state: RunState, view: View) -> tuple[float, ...]:
        recorder = state.recorder
        pairs = zip(recorder.observables if recorder else (), state.memories, strict=True)
        return (state.steps, state.evaluations, *(float(item.read(memory, view)) for item, memory in pairs))

    def _result(self, reason: Reason) -> Result:
        seconds = self.state.seconds + time.monotonic() - self.began
        state = self.state._replace(seconds=seconds, rows=tuple(self.rows))
        best, best_value = self.job.optimizer.best(state.state)
        rows = list(state.rows)
        if state.recorder is not None and state.last_row != state.steps >= 0:
            rows.append(self._row(state, self._view(state)))
        return Result(
            candidate=copy.deepcopy(best),
            value=self.job.problem.reported_in(best, best_value, state.key),
            steps=max(state.steps, 0),
            evaluations=state.evaluations,
            hit=state.hit or None,
            reason=reason,
            trace=Trace.of(state.recorder, rows),
            state=state,
            engine=self.driver.used,
        )


def _first_optimal(problem: AbstractProblem, key: Key, candidates: Any, values: Any, target: float) -> int:
    """The place, counted from 1, of the first candidate that is optimal or reaches the target; 0 if none does."""
    optimum = problem.optimum()
    for place, (candidate, value) in enumerate(zip(candidates, values, strict=True), start=1):
        solved = problem.solved_in(candidate, key)
        if solved:
            return place
        # An optimum that was rounded to a float does not overrule a problem that knows its optima.
        goals = [goal for goal in (target, optimum if solved is None else None) if goal is not None and goal == goal]
        if any(float(value) <= goal if problem.sense is Sense.MINIMISE else float(value) >= goal for goal in goals):
            return place
    return 0
