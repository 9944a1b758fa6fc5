"""The reference engine: every step of every run, compiled, on a pool of threads."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np

from evo.core.engines import AbstractDriver, Engine, Job
from evo.core.keys import Key
from evo.core.optimizers import AskTellState
from evo.core.python_driver import PythonDriver, missing_observable, not_finite
from evo.core.records import Recorder, Trace
from evo.core.results import Result, Runs, RunState, joined_records
from evo.core.stops import Reason
from evo.discrete.engines import functions as f
from evo.discrete.engines import kernels as k
from evo.discrete.engines.errors import checked_memory, invalid_rate
from evo.discrete.engines.instances import value_of
from evo.discrete.parts import AbstractFunction, AbstractPart
from evo.discrete.records.observables import lowered_observable
from evo.discrete.records.triggers import LoweredLogGrid, lowered_trigger

_REASONS = list(Reason)
_SLICE_SECONDS = 0.1
_CHUNK_SECONDS = 0.2
_ROWS = 4096


class ReferenceDriver(AbstractDriver):
    """One mutation per step: exact for everything that is built from compiled parts."""

    engine = Engine.REFERENCE
    version = 1

    def refusal(self, optimizer: Any, problem: Any, record: Recorder | None) -> str | None:
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
        return _Single(self, job, resume).finish()

    def repeat(self, job: Job, runs: int, first: int, threads: int | None) -> Runs:
        """Blocks of runs on a pool of threads; the rows depend on the key and the run numbers alone."""
        if _cannot_start(job):
            return replace(PythonDriver().repeat(job, runs, first, threads), engine=self.used)
        return _Many(self, job, runs, first).finish(threads or _cores())


REFERENCE_DRIVER = ReferenceDriver()


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


class Setup:
    """The lowered job, shared by all runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.parts: k.Parts = job.optimizer.lowered(job.problem, job.start)
        recorder: Recorder | None = job.record
        observables = tuple(lowered_observable(item) for item in recorder.observables) if recorder is not None else ()
        self.recording = k.Recording(lowered_trigger(recorder), observables)
        limits = job.stop.limits()
        self.limits = k.KernelLimits(limits.steps, limits.evaluations, limits.stagnation, float(limits.target))
        self.seconds = limits.seconds
        sizes = [int(f.memory_size(item, self.parts.problem)) for item in observables]
        self.memory_shape = (len(observables), max(sizes, default=1))

    def work(self) -> k.Work:
        """Fresh arrays for a run."""
        n, observables = self.parts.n, self.memory_shape[0]
        capacity = _ROWS if observables else 4
        strings, buffers = f.storage(self.parts.algorithm)
        return k.Work(
            x=np.zeros(n, dtype=np.uint8),
            best=np.zeros(n if self.parts.tracked else 0, dtype=np.uint8),
            best_value=np.full(1, np.nan),
            flips=np.zeros(n, dtype=np.int64),
            second=np.zeros(n if buffers > 0 else 0, dtype=np.int64),
            third=np.zeros(n if buffers > 1 else 0, dtype=np.int64),
            population=np.zeros((strings, n), dtype=np.uint8),
            scores=np.zeros(strings),
            population_zeros=np.zeros(strings, dtype=np.int64),
            brood=np.zeros(2),
            stream=np.zeros(4, dtype=np.uint64),
            function_stream=np.zeros(4, dtype=np.uint64),
            counters=np.zeros(11, dtype=np.int64),
            rate=np.full(1, np.nan),
            memo=np.zeros(128),
            keys=np.zeros((5, 2), dtype=np.uint64),
            memories=np.zeros(self.memory_shape),
            rows=np.zeros((capacity, 2 + observables)),
            row_runs=np.zeros(capacity, dtype=np.int64),
        )

    def compile(self, work: k.Work, carry: Any) -> None:
        """Compile the kernel, so that a WallClock stop does not count the time for it."""
        words = np.zeros(2, dtype=np.uint64)
        k.advance_kernel(self.parts, self.recording, self.limits, work, _out(0), words, 0, 0, carry, 0)

    def check_rate(self, work: k.Work, reason: int) -> None:
        """Raise if a policy returned something that is no probability."""
        if reason == k.INVALID_RATE:
            step = int(work.counters[k.STEPS]) + 1
            raise invalid_rate(self.job.optimizer.scheme(self.parts.n)[0], float(work.rate[0]), step, self.parts.n)

    def check_values(self, reasons: np.ndarray, steps: np.ndarray) -> None:
        """Raise if a run met a value that is not finite, unless the user wants such runs."""
        bad = np.flatnonzero(reasons == Reason.NON_FINITE.code)
        if len(bad) and self.job.throw:
            raise not_finite(int(steps[bad[0]]))


def _out(runs: int) -> k.Out:
    spent, evaluations, hit, reason = np.zeros((4, runs), dtype=np.int64)
    return k.Out(spent, evaluations, hit, reason, np.full(runs, np.nan))


def _drain(work: k.Work) -> tuple[np.ndarray, np.ndarray]:
    """Take the recorded rows out of the buffer: (run places, rows)."""
    count = int(work.counters[k.ROWS])
    work.counters[k.ROWS] = 0
    return work.row_runs[:count].copy(), work.rows[:count].copy()


class _Pace:
    """How many steps a kernel call may make, such that it takes about a tenth of a second."""

    def __init__(self) -> None:
        self.most = 4096

    def account(self, seconds: float) -> None:
        factor = min(8.0, max(0.125, _SLICE_SECONDS / max(seconds, 1e-6)))
        self.most = int(min(2**40, max(64, self.most * factor)))


class _Single:
    """One run in progress."""

    def __init__(self, driver: ReferenceDriver, job: Job, resume: RunState | None) -> None:
        self.driver, self.job, self.setup = driver, job, Setup(job)
        self.before = 0.0 if resume is None else resume.seconds
        self.work = self.setup.work()
        self.rows: list[tuple[float, ...]] = [] if resume is None else list(resume.rows)
        self.work.keys[0] = job.key.words()
        if resume is None:
            self.carry = k.open_kernel(self.setup.parts, self.setup.recording, self.work)
            checked_memory(job.optimizer.scheme(self.setup.parts.n)[0], self.carry.policy)
        else:
            self.carry = self._restored(resume)
        self.setup.compile(self.work, self.carry)
        self.began = time.monotonic()

    def _restored(self, resume: RunState) -> Any:
        job, work, key = self.job, self.work, self.job.key
        inner = resume.state.inner
        for place, label in enumerate(("start", "step", "instance", "function"), start=1):
            work.keys[place] = key.child(label).words()
        job.optimizer.unpack(inner, work)
        counters = work.counters
        counters[k.OPEN], counters[k.STEPS], counters[k.EVALUATIONS] = 1, resume.steps, resume.evaluations
        counters[k.ZEROS] = len(work.x) - int(np.count_nonzero(work.x))
        counters[k.IMPROVED], counters[k.LAST_ROW] = resume.last_improvement, resume.last_row
        counters[k.HIT] = resume.hit
        trigger = self.setup.recording.trigger
        if isinstance(trigger, LoweredLogGrid):
            counters[k.GRID] = np.searchsorted(trigger.grid, resume.steps, side="right")
        for place, memory in enumerate(resume.memories):
            work.memories[place] = memory
        carry = k.restore_kernel(self.setup.parts, work, inner.policy, resume.steps)
        if self.setup.parts.tracked:
            work.best[:] = resume.state.best
            work.best_value[0] = value_of(carry.instance, work.best)
        return carry

    def finish(self) -> Result:
        setup, work, out, pace = self.setup, self.work, _out(1), _Pace()
        seed_words = np.zeros(2, dtype=np.uint64)
        while True:
            began = time.monotonic()
            self.carry = k.advance_kernel(
                setup.parts, setup.recording, setup.limits, work, out, seed_words, 0, 1, self.carry, pace.most
            )
            now = time.monotonic()
            pace.account(now - began)
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
        limits = self.setup.limits._replace(steps=int(self.work.counters[k.STEPS]))
        out = _out(1)
        words = np.zeros(2, dtype=np.uint64)
        setup = self.setup
        self.carry = k.advance_kernel(setup.parts, setup.recording, limits, self.work, out, words, 0, 1, self.carry, 1)
        _, rows = _drain(self.work)
        self.rows.extend(tuple(row) for row in rows.tolist())
        return self._result(Reason.WALL_CLOCK, int(out.hit[0]), float(out.value[0]))

    def _result(self, reason: Reason, hit: int, value: float) -> Result:
        work, job = self.work, self.job
        counters = work.counters
        steps, evaluations = int(counters[k.STEPS]), int(counters[k.EVALUATIONS])
        kept = self.rows[:-1] if counters[k.EXTRA] else self.rows
        x = work.x.copy()
        best = work.best.copy() if self.setup.parts.tracked else x
        policy = self.carry.policy
        state = RunState(
            engine=self.driver.used,
            optimizer=job.optimizer,
            problem=job.problem,
            key=job.key,
            state=self._ask_tell_state(best, policy, steps, evaluations),
            steps=steps,
            evaluations=evaluations,
            hit=hit,
            last_improvement=int(counters[k.IMPROVED]),
            seconds=self.before + time.monotonic() - self.began,
            recorder=job.record,
            memories=tuple(memory.copy() for memory in work.memories),
            rows=tuple(kept),
            last_row=int(kept[-1][0]) if kept else int(counters[k.LAST_ROW]) if not counters[k.EXTRA] else -1,
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

    def _ask_tell_state(self, best: np.ndarray, policy: Any, steps: int, evaluations: int) -> AskTellState:
        """The state that repeated `step` would have reached."""
        job = self.job
        inner = job.optimizer.packed(self.work, policy, job.problem, job.key, steps)
        best_value = job.problem.evaluate(best[None], steps, job.key)[0]
        sense, dynamic = job.problem.sense, job.problem.dynamic
        return AskTellState(inner, sense, dynamic, steps, evaluations, None, best, best_value)


class _Many:
    """Many runs in progress: chunks of runs are taken by threads until none is left."""

    def __init__(self, driver: ReferenceDriver, job: Job, runs: int, first: int) -> None:
        self.driver, self.job, self.setup = driver, job, Setup(job)
        self.runs, self.first = runs, first
        self.out = _out(runs)
        self.words = Key.words(job.key)
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
        setup, work, pace = self.setup, self.setup.work(), _Pace()
        out = k.Out._make(array[low : low + size] for array in self.out)
        first = self.first + low
        work.keys[0] = self.job.key.child("run", first).words()
        carry = k.open_kernel(setup.parts, setup.recording, work)
        checked_memory(self.job.optimizer.scheme(setup.parts.n)[0], carry.policy)
        if low == 0:
            setup.compile(work, carry)
        began = time.monotonic()
        while work.counters[k.RUN_PLACE] < size:
            slice_began = time.monotonic()
            carry = k.advance_kernel(
                setup.parts, setup.recording, setup.limits, work, out, self.words, first, size, carry, pace.most
            )
            now = time.monotonic()
            pace.account(now - slice_began)
            self._keep_rows(first, work)
            place = int(work.counters[k.RUN_PLACE])
            if place < size:
                setup.check_rate(work, int(out.reason[place]))
            if self.stopped.is_set():
                return
            if now - began >= setup.seconds and place < size:
                limits = setup.limits._replace(steps=int(work.counters[k.STEPS]))
                carry = k.advance_kernel(
                    setup.parts, setup.recording, limits, work, out, self.words, first, size, carry, 1
                )
                out.reason[place] = Reason.WALL_CLOCK.code
                self._keep_rows(first, work)
        setup.check_values(out.reason, out.spent)
        seconds = (time.monotonic() - began) / size
        with self.lock:
            self.seconds_per_run = seconds

    def _keep_rows(self, first: int, work: k.Work) -> None:
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
