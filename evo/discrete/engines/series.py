"""Runs of compiled engines: one in slices, or many on a pool of threads.

What an engine keeps of a run, and its kernels, are behind a `Setup`.
"""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np

from evo.core.engines import AbstractDriver, Job
from evo.core.keys import Key
from evo.core.optimizers import AskTellState
from evo.core.python_driver import PythonDriver, missing_observable
from evo.core.records import Recorder, Trace
from evo.core.results import Result, Runs, RunState, joined_records
from evo.core.running import not_finite
from evo.core.stops import Reason
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.errors import checked_memory, invalid_rate
from evo.discrete.parts import AbstractFunction, AbstractPart
from evo.discrete.records.observables import lowered_observable
from evo.discrete.records.triggers import LoweredLogGrid, lowered_trigger

_REASONS = list(Reason)
_SLICE_SECONDS = 0.1
_CHUNK_SECONDS = 0.2
#: how many rows a run may write before its kernel returns
ROWS = 4096


class AbstractSetup(ABC):
    """The lowered job, shared by all runs: the arrays of a run, and the kernels that work on them."""

    #: lowered parts, with fields `n`
    parts: Any

    def __init__(self, job: Job) -> None:
        self.job = job
        recorder: Recorder | None = job.record
        observables = tuple(lowered_observable(item) for item in recorder.observables) if recorder is not None else ()
        self.recording = k.Recording(lowered_trigger(recorder), observables)
        limits = job.stop.limits()
        self.limits = k.KernelLimits(limits.steps, limits.evaluations, limits.stagnation, float(limits.target))
        self.seconds = limits.seconds
        problem = job.problem.lower(job.problem.n)
        sizes = [int(f.memory_size(item, problem)) for item in observables]
        self.memory_shape = (len(observables), max(sizes, default=1))

    @abstractmethod
    def work(self, *, single: bool) -> Any:
        """Fresh arrays for a run; `single` if its string will be asked for."""

    @abstractmethod
    def open(self, work: Any) -> Any:
        """The carry of the run whose words are in `work.keys[0]`, at its start."""

    @abstractmethod
    def restore(self, work: Any, resume: RunState) -> Any:
        """The carry of a resumed run; its counters are in `work` already."""

    @abstractmethod
    def advance(
        self, work: Any, limits: Any, out: k.Out, words: Any, first: int, count: int, carry: Any, most: int
    ) -> Any:
        """Go on with the runs `first`, ..., `first + count - 1` of these seed words, for so much work."""

    @abstractmethod
    def closed(self, work: Any, carry: Any) -> tuple[Any, Any, Any]:
        """(arrays with the current string, the best string, what only this engine keeps) after a run."""

    def compile(self, work: Any, carry: Any) -> None:
        """Compile the kernel, so that a WallClock stop does not count the time for it."""
        self.advance(work, self.limits, outcome(0), np.zeros(2, dtype=np.uint64), 0, 0, carry, 0)

    def recorded(self) -> dict[str, np.ndarray]:
        """The arrays that every engine has: counters, rate, keys, and what recorders need."""
        observables = self.memory_shape[0]
        capacity = ROWS if observables else 4
        return {
            "counters": np.zeros(11, dtype=np.int64),
            "stream": np.zeros(4, dtype=np.uint64),
            "function_stream": np.zeros(4, dtype=np.uint64),
            "rate": np.full(1, np.nan),
            "brood": np.zeros(2),
            "keys": np.zeros((5, 2), dtype=np.uint64),
            "memories": np.zeros(self.memory_shape),
            "rows": np.zeros((capacity, 2 + observables)),
            "row_runs": np.zeros(capacity, dtype=np.int64),
        }

    def check_rate(self, work: Any, reason: int) -> None:
        """Raise if a policy returned something that is no probability."""
        if reason == k.INVALID_RATE:
            step = int(work.counters[k.STEPS]) + 1
            raise invalid_rate(self.job.optimizer.scheme(self.parts.n)[0], float(work.rate[0]), step, self.parts.n)

    def check_values(self, reasons: np.ndarray, steps: np.ndarray, first: int | None = None) -> None:
        """Raise if a run (of those from `first` on) met a value that is not finite, unless the user wants such runs."""
        bad = np.flatnonzero(reasons == Reason.NON_FINITE.code)
        if len(bad) and self.job.throw:
            place = int(bad[0])
            raise not_finite(self.job.problem, int(steps[place]), None if first is None else first + place)


class AbstractCompiledDriver(AbstractDriver):
    """An engine whose kernels make runs of algorithms that are built from compiled parts."""

    @abstractmethod
    def setup(self, job: Job, resume: RunState | None) -> AbstractSetup:
        """The lowered job; a resumed run keeps its string as it did before."""

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None, start: Any = None) -> str | None:
        """Refuses black boxes, and recorders and observables that kernels do not know."""
        if not isinstance(problem, AbstractFunction):
            return f"{problem!r} is no compiled function"
        foreign = _foreign_part(problem)
        if foreign is not None:
            return foreign
        for item in record.observables if record is not None else ():
            if lowered_observable(item) is None:
                return f"observable {item.name!r} is not compiled"
        if lowered_trigger(record) is None:
            return f"recorder {record!r} is not compiled"
        return missing_observable(record, problem)

    def run(self, job: Job, resume: RunState | None) -> Result:
        """One run, in slices, so that Ctrl-C and WallClock act within a fraction of a second."""
        if _cannot_start(job):
            result = PythonDriver().run(job, resume)
            return replace(result, engine=self.used, state=result.state._replace(engine=self.used))
        if resume is not None and resume.steps < 0:  # a smaller budget did not reach the start
            resume = None
        return _Single(self, self.setup(job, resume), resume).finish()

    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Runs:
        """Blocks of runs on a pool of threads; the rows depend on the key and the run numbers alone."""
        if _cannot_start(job):
            return replace(PythonDriver().repeat(job, runs, first, threads), engine=self.used)
        return _Many(self, self.setup(job, None), runs, first).finish(threads or _cores())


def _cannot_start(job: Job) -> bool:
    """Whether the budget does not even hold the strings that a run starts with."""
    return job.optimizer.parents() > job.stop.limits().evaluations


def _foreign_part(problem: AbstractFunction) -> str | None:
    """Why kernels would not see what a subclass of a library function changed; None for all others."""
    kind = type(problem)
    if kind.__module__.startswith("evo.") or kind.lower is AbstractPart.lower or "lower" in vars(kind):
        return None if problem.wrapped is None else _foreign_part(problem.wrapped)
    return f"{kind.__name__} derives from a function of the library, whose kernels do not see what it changes"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def outcome(runs: int) -> k.Out:
    """Room for the numbers of so many runs."""
    spent, evaluations, hit, reason = np.zeros((4, runs), dtype=np.int64)
    return k.Out(spent, evaluations, hit, reason, np.full(runs, np.nan))


def _drain(work: Any) -> tuple[np.ndarray, np.ndarray]:
    """Take the recorded rows out of the buffer: (run places, rows)."""
    count = int(work.counters[k.ROWS])
    work.counters[k.ROWS] = 0
    return work.row_runs[:count].copy(), work.rows[:count].copy()


def _is_full(work: Any) -> bool:
    """Whether a kernel returned because there was no more room for rows."""
    return bool(work.counters[k.ROWS] + 2 > len(work.rows) > 4)


class _Pace:
    """How many steps a kernel call may make, such that it takes about a tenth of a second."""

    def __init__(self) -> None:
        self.most = 4096

    def account(self, seconds: float, *, full: bool) -> None:
        """A call that ended because its rows filled the buffer does not say how long a whole one takes."""
        factor = min(1.0 if full else 8.0, max(0.125, _SLICE_SECONDS / max(seconds, 1e-6)))
        self.most = int(min(2**40, max(64, self.most * factor)))


class _Single:
    """One run in progress."""

    def __init__(self, driver: AbstractCompiledDriver, setup: AbstractSetup, resume: RunState | None) -> None:
        self.driver, self.job, self.setup = driver, setup.job, setup
        self.before = 0.0 if resume is None else resume.seconds
        self.work = setup.work(single=True)
        self.rows: list[tuple[float, ...]] = [] if resume is None else list(resume.rows)
        self.work.keys[0] = self.job.key.words()
        if resume is None:
            self.carry = setup.open(self.work)
            checked_memory(self.job.optimizer.scheme(setup.parts.n)[0], self.carry.policy)
        else:
            self._count(resume)
            self.carry = setup.restore(self.work, resume)
        setup.compile(self.work, self.carry)
        self.began = time.monotonic()

    def _count(self, resume: RunState) -> None:
        work, counters = self.work, self.work.counters
        counters[k.OPEN], counters[k.STEPS], counters[k.EVALUATIONS] = 1, resume.steps, resume.evaluations
        counters[k.IMPROVED], counters[k.LAST_ROW] = resume.last_improvement, resume.last_row
        counters[k.HIT] = resume.hit
        trigger = self.setup.recording.trigger
        if isinstance(trigger, LoweredLogGrid):
            counters[k.GRID] = np.searchsorted(trigger.grid, resume.steps, side="right")
        for place, memory in enumerate(resume.memories):
            work.memories[place] = memory

    def _advance(self, limits: Any, out: k.Out, most: int) -> None:
        words = np.zeros(2, dtype=np.uint64)
        self.carry = self.setup.advance(self.work, limits, out, words, 0, 1, self.carry, most)

    def finish(self) -> Result:
        setup, work, out, pace = self.setup, self.work, outcome(1), _Pace()
        while True:
            began = time.monotonic()
            self._advance(setup.limits, out, pace.most)
            now = time.monotonic()
            pace.account(now - began, full=_is_full(work))
            setup.check_rate(work, int(out.reason[0]))
            over = work.counters[k.RUN_PLACE] == 1
            _, rows = _drain(work)
            self.rows.extend(tuple(row) for row in rows.tolist())
            if over:
                setup.check_values(out.reason, out.spent)
                return self._result(_REASONS[int(out.reason[0]) - 1], int(out.hit[0]), float(out.value[0]))
            if self.before + now - self.began >= setup.seconds:
                return self._cut()

    def _cut(self) -> Result:
        """End the run here, because the time is up."""
        out = outcome(1)
        self._advance(self.setup.limits._replace(steps=int(self.work.counters[k.STEPS])), out, 1)
        _, rows = _drain(self.work)
        self.rows.extend(tuple(row) for row in rows.tolist())
        return self._result(Reason.WALL_CLOCK, int(out.hit[0]), float(out.value[0]))

    def _result(self, reason: Reason, hit: int, value: float) -> Result:
        job, counters = self.job, self.work.counters
        steps, evaluations = int(counters[k.STEPS]), int(counters[k.EVALUATIONS])
        kept = self.rows[:-1] if counters[k.EXTRA] else self.rows
        work, best, own = self.setup.closed(self.work, self.carry)
        inner = job.optimizer.packed(work, self.carry.policy, job.problem, job.key, steps)
        # the state that repeated `step` would have reached
        best_value = job.problem.evaluate(best[None], steps, job.key)[0]
        sense, dynamic = job.problem.sense, job.problem.dynamic
        state = RunState(
            engine=self.driver.used,
            optimizer=job.optimizer,
            problem=job.problem,
            key=job.key,
            state=AskTellState(inner, sense, dynamic, steps, evaluations, None, best, best_value),
            steps=steps,
            evaluations=evaluations,
            hit=hit,
            last_improvement=int(counters[k.IMPROVED]),
            seconds=self.before + time.monotonic() - self.began,
            recorder=job.record,
            memories=tuple(memory.copy() for memory in work.memories),
            rows=tuple(kept),
            last_row=int(kept[-1][0]) if kept else int(counters[k.LAST_ROW]) if not counters[k.EXTRA] else -1,
            own=own,
        )
        return Result(
            candidate=best.copy(),
            value=value,
            steps=steps,
            evaluations=evaluations,
            hit=hit or None,
            reason=reason,
            trace=Trace.of(job.record, self.rows),
            state=state,
            engine=self.driver.used,
        )


class _Many:
    """Many runs in progress: chunks of runs are taken by threads until none is left."""

    def __init__(self, driver: AbstractCompiledDriver, setup: AbstractSetup, runs: int, first: int) -> None:
        self.driver, self.job, self.setup = driver, setup.job, setup
        self.runs, self.first = runs, first
        self.out = outcome(runs)
        self.words = Key.words(self.job.key)
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.next = 0
        self.seconds_per_run: float | None = None
        self.tables: list[tuple[np.ndarray, np.ndarray]] = []

    def finish(self, threads: int) -> Runs:
        self._chunk(0, 1)  # in this thread: it may compile, and it tells how long a run takes
        self.next = 1
        threads = min(threads, self.runs - 1)
        if threads <= 1:
            self._take_chunks(1)
        else:
            self._on_threads(threads)
        return self._collected()

    def _on_threads(self, threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            pending = {pool.submit(self._take_chunks, threads) for _ in range(threads)}
            try:
                while pending:
                    done, pending = wait(pending, timeout=0.1)
                    for future in done:
                        future.result()
            except BaseException:  # Ctrl-C, or an error in one thread: the others end after their slice
                self.stopped.set()
                raise

    def _take_chunks(self, threads: int) -> None:
        while not self.stopped.is_set():
            with self.lock:
                left = self.runs - self.next
                if left <= 0:
                    return
                size = int(_CHUNK_SECONDS / max(self.seconds_per_run or 1.0, 1e-7))
                if np.isfinite(self.setup.seconds):
                    size = 1  # WallClock is looked at between kernel calls, and counts for each run
                size = max(1, min(size, -(-left // (2 * threads))))
                low = self.next
                self.next += size
            self._chunk(low, size)

    def _chunk(self, low: int, size: int) -> None:
        """Make the runs low, ..., low + size - 1 of this series."""
        setup, work, pace = self.setup, self.setup.work(single=False), _Pace()
        out = k.Out._make(array[low : low + size] for array in self.out)
        first = self.first + low
        work.keys[0] = self.job.key.child("run", first).words()
        carry = setup.open(work)
        checked_memory(self.job.optimizer.scheme(setup.parts.n)[0], carry.policy)
        if low == 0:
            setup.compile(work, carry)
        began = time.monotonic()
        while work.counters[k.RUN_PLACE] < size:
            slice_began = time.monotonic()
            carry = setup.advance(work, setup.limits, out, self.words, first, size, carry, pace.most)
            now = time.monotonic()
            pace.account(now - slice_began, full=_is_full(work))
            self._keep_rows(first, work)
            place = int(work.counters[k.RUN_PLACE])
            if place < size:
                setup.check_rate(work, int(out.reason[place]))
            if self.stopped.is_set():
                return
            if now - began >= setup.seconds and place < size:
                limits = setup.limits._replace(steps=int(work.counters[k.STEPS]))
                carry = setup.advance(work, limits, out, self.words, first, size, carry, 1)
                out.reason[place] = Reason.WALL_CLOCK.code
                self._keep_rows(first, work)
        setup.check_values(out.reason, out.spent, first)
        seconds = (time.monotonic() - began) / size
        with self.lock:
            self.seconds_per_run = seconds

    def _keep_rows(self, first: int, work: Any) -> None:
        places, rows = _drain(work)
        if len(rows) and self.setup.recording.observables:
            with self.lock:
                self.tables.append((places + first, rows))

    def _collected(self) -> Runs:
        out = self.out
        reached = out.hit > 0
        return Runs(
            first=self.first,
            steps=np.where(reached, out.spent, np.inf),
            spent=out.spent,
            evaluations=out.evaluations,
            hit=out.hit,
            reached=reached,
            value=out.value,
            reason=out.reason,
            records=joined_records(self.job.record, self.tables),
            engine=self.driver.used,
        )
