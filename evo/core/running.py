"""One run in progress: counters, rows and result, whatever carries out its steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, final

import numpy as np

from evo.core.checks import shown
from evo.core.engines import EngineUsed, Job
from evo.core.keys import Key
from evo.core.optimizers import AskTell
from evo.core.problems import AbstractProblem, Sense
from evo.core.records import Trace, View
from evo.core.results import Result, Runs, RunState, joined_records
from evo.core.stops import Limits, Reason


@final
class Running:
    """One run in progress; mutable only here.

    Args:
        job: what runs.
        used: the engine that carries it out.
        resume: the state of an earlier run, or None.
        place: the number of the run in a series, or None.
    """

    def __init__(self, job: Job, used: EngineUsed, resume: RunState | None, place: int | None = None) -> None:
        self.job, self.used, self.place = job, used, place
        self.began = time.monotonic()
        if resume is None:
            state = job.optimizer.init(job.key, job.problem, job.start)
            resume = RunState(
                used, job.optimizer, job.problem, job.key, state, -1, 0, 0, 0, 0.0, job.record, (), (), -1
            )
        self.state = resume._replace(hit=self._hit(resume))
        self.rows = list(resume.rows)

    def _hit(self, resume: RunState) -> int:
        """The hit of the run so far, judged by the target of this stop, which may differ from the one before."""
        problem = self.job.problem
        optimizer = self.job.optimizer
        if resume.steps < 0 or (problem.dynamic and isinstance(optimizer, AskTell)):
            return resume.hit  # the values of the last generation, by which it was judged, are not kept
        candidate, value = optimizer.current(resume.state) if problem.dynamic else optimizer.best(resume.state)
        if not first_optimal(problem, resume.key, [candidate], [value], self.job.stop.limits().target):
            return 0
        return resume.hit or resume.evaluations

    def finish(self, advance: Callable[[Running, Limits], Reason | None]) -> Result:
        """The result; `advance` makes at least one step, or says why not, and stops wherever the run is over."""
        limits = self.job.stop.limits()
        while True:
            reason = self._over(limits)
            if reason is None:
                reason = advance(self, limits)
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

    def view(self, state: RunState) -> View:
        """What observables see of a state."""
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

    def recorded(self, state: RunState, improved: bool) -> RunState:
        """The state after its row was written, if one is due."""
        recorder = state.recorder
        if recorder is None:
            return state
        view = self.view(state)
        if state.steps == 0:
            memories = tuple(item.begin(view) for item in recorder.observables)
        else:
            pairs = zip(recorder.observables, state.memories, strict=True)
            memories = tuple(item.after(memory, view) for item, memory in pairs)
        state = state._replace(memories=memories)
        if recorder.due(state.steps, improved):
            self.rows.append(self.row(state, view))
            state = state._replace(last_row=state.steps)
        return state

    def row(self, state: RunState, view: View) -> tuple[float, ...]:
        """The row of a state."""
        recorder = state.recorder
        pairs = zip(recorder.observables if recorder else (), state.memories, strict=True)
        return (state.steps, state.evaluations, *(float(item.read(memory, view)) for item, memory in pairs))

    def _result(self, reason: Reason) -> Result:
        seconds = self.state.seconds + time.monotonic() - self.began
        state = self.state._replace(seconds=seconds, rows=tuple(self.rows))
        best, best_value = self.job.optimizer.best(state.state)
        rows = list(state.rows)
        if state.recorder is not None and state.last_row != state.steps >= 0:
            rows.append(self.row(state, self.view(state)))
        return Result(
            candidate=self.job.optimizer.exported(best),
            value=self.job.problem.reported_in(best, best_value, state.key),
            steps=max(state.steps, 0),
            evaluations=state.evaluations,
            hit=state.hit or None,
            reason=reason,
            trace=Trace.of(state.recorder, rows),
            state=state,
            engine=self.used,
        )


def repeated(
    job: Job, used: EngineUsed, advance: Callable[[], Callable[[Running, Limits], Reason | None]], runs: int, first: int
) -> Runs:
    """The runs `first`, ..., `first + runs - 1`, one after the other; `advance` makes what carries out the next one."""
    results = [
        Running(job._replace(key=job.key.child("run", index)), used, None, index).finish(advance())
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
        engine=used,
    )


def not_finite(problem: Any, step: int, run: int | None = None, remedy: str | None = None) -> ValueError:
    """The error for values that are nan or infinite, in one run or in a run of a series."""
    place, call = f"in step {step}", "pass throw=False"
    if run is not None:
        place += f" of run {run}"
        call = f'call evo.run(..., seed=evo.Key(seed).child("run", {run}), throw=False)'
    if remedy is None:
        remedy = "Return a large finite loss (a low value where it is maximised) for infeasible candidates"
    return ValueError(
        f"`problem` must return finite values; got a value that is not finite from {shown(problem)} {place}. {remedy}, "
        f"or {call} to get the run so far."
    )


def first_optimal(problem: AbstractProblem, key: Key, candidates: Any, values: Any, target: float) -> int:
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
