"""Runs the missing blocks of a store on a pool of threads."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, final

from evo.studies._errors import StoreError
from evo.studies._progress import AbstractProgress, progress_for
from evo.studies.plan import Block
from evo.studies.store import Columns, Store

__all__ = ["execute"]

_POLL_SECONDS = 0.25
_GRACE_SECONDS = 10.0
_AHEAD = 4


def execute(
    store: Store,
    work: Callable[[Block], Columns],
    *,
    threads: int | None = None,
    on_block: Callable[[int, int], None] | None = None,
    progress: bool = True,
    stop: threading.Event | None = None,
) -> int:
    """Run the missing blocks of a store, in plan order, and write each as soon as it is finished.

    Whatever ends the execution early leaves a valid store with the blocks that were finished. On Ctrl-C, and when a
    block raises, blocks that wait are dropped and running ones may finish, for at most ten seconds; a second Ctrl-C
    leaves at once.

    Args:
        store: A store opened with `Store.open`.
        work: Computes the columns of a block, as a pure function of it; called from several threads, so that it pays
            to release the interpreter lock. It may raise `KeyboardInterrupt` to end the execution like Ctrl-C.
        threads: Number of threads; by default, the processors that this process may use.
        on_block: Called from this thread after each written block with the numbers of finished and of all blocks, until
            the execution ends early.
        progress: Whether to show progress on standard error.
        stop: An event that is set when the execution ends early, so that long blocks can look at it and give up by
            raising; setting it from outside ends the execution like Ctrl-C.

    Returns:
        The number of blocks that were run.

    Raises:
        KeyboardInterrupt: After Ctrl-C, with one line on standard error that says how to go on.
        Exception: What a block, `on_block` or the store raised.
    """
    count = _available() if threads is None else threads
    if type(count) is not int or count < 1:
        raise ValueError(
            f"`threads` must be a positive integer or None; got {threads!r}. Pass 1 for one block at a time."
        )
    if not store.is_open:
        raise StoreError(f"`store` must be open to be written; {store.folder} is not. Use Store.open, not Store.read.")
    missing = store.missing()
    total = len(store.plan.blocks)
    before = total - len(missing)
    pool = _Pool(work, min(count, len(missing)))
    try:
        with progress_for(store.plan.name, before, total, shown=progress) as display:
            run = _Run(store, pool, missing, display, on_block, threading.Event() if stop is None else stop)
            run.all()
    except KeyboardInterrupt:
        done = len(store.done())
        print(
            f"Stopped: {done} of {total} blocks are finished and safe in {store.folder}; "
            "run the same command again to go on.",
            file=sys.stderr,
            flush=True,
        )
        raise
    finally:
        pool.close()
    return len(missing)


class _Outcome(NamedTuple):
    """What became of a block: what the work returned, or the error it raised."""

    block: Block
    columns: Any
    error: BaseException | None


@final
class _Pool:
    """Threads that take blocks from one queue and put outcomes into another.

    The threads are daemons: an interrupted program ends without waiting for a block that takes long.
    """

    def __init__(self, work: Callable[[Block], Columns], threads: int) -> None:
        self._work = work
        self._todo: queue.Queue[Block | None] = queue.Queue()
        self._finished: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._loop, name=f"block-{i}", daemon=True) for i in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def room(self) -> bool:
        """Whether more blocks should be submitted: a few per thread, so that results never pile up in memory."""
        return self._todo.unfinished_tasks + self._finished.qsize() < _AHEAD * len(self._threads)

    @property
    def idle(self) -> bool:
        """Whether no block is waiting or running and no outcome waits to be taken."""
        return self._todo.unfinished_tasks == 0 and self._finished.empty()

    def submit(self, block: Block) -> None:
        self._todo.put(block)

    def take(self, seconds: float) -> _Outcome | None:
        """Wait for the next outcome; None if there is none in time."""
        try:
            return self._finished.get(timeout=seconds)
        except queue.Empty:
            return None

    def cancel(self) -> None:
        """Drop the blocks that no thread has begun."""
        try:
            while True:
                self._todo.get_nowait()
                self._todo.task_done()
        except queue.Empty:
            return

    def close(self) -> None:
        """Let the threads end after the block they are at."""
        self.cancel()
        for _ in self._threads:
            self._todo.put(None)

    def _loop(self) -> None:
        while (block := self._todo.get()) is not None:
            try:
                outcome = _Outcome(block, self._work(block), None)
            except BaseException as error:  # carried to the main thread, KeyboardInterrupt included
                outcome = _Outcome(block, None, error)
            self._finished.put(outcome)
            self._todo.task_done()


@final
class _Run:
    """One execution: feeds the pool, and writes what comes back from the thread that called `execute`."""

    def __init__(
        self,
        store: Store,
        pool: _Pool,
        missing: list[Block],
        display: AbstractProgress,
        on_block: Callable[[int, int], None] | None,
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._pool = pool
        self._waiting = deque(missing)
        self._ready: deque[_Outcome] = deque()
        self._display = display
        self._on_block = on_block
        self._stop = stop
        self._total = len(store.plan.blocks)
        self._done = self._total - len(missing)

    def all(self) -> None:
        """Run everything; on any error, keep what is finished and pass the error on."""
        try:
            while self._waiting or self._ready or not self._pool.idle:
                if self._stop.is_set():
                    raise KeyboardInterrupt
                while self._waiting and self._pool.room:
                    self._pool.submit(self._waiting.popleft())
                self._collect()
        except BaseException:
            self._stop.set()
            self._pool.cancel()
            self._keep_running_blocks()
            raise

    def _collect(self) -> None:
        outcome = self._pool.take(_POLL_SECONDS)
        if outcome is None:
            return
        if outcome.error is not None:
            if not isinstance(outcome.error, KeyboardInterrupt):
                outcome.error.add_note(
                    f"This happened in block {outcome.block.stem}. Finished blocks are safe in {self._store.folder}: "
                    "mend the cause, then run the same command again to go on."
                )
            raise outcome.error
        self._ready.append(outcome)
        self._write(outcome)
        self._ready.popleft()  # only now: an interrupted write is repeated
        if self._on_block is not None:
            self._on_block(self._done, self._total)

    def _keep_running_blocks(self) -> None:
        """Wait for the blocks that run and write them; a further error is dropped, since the first one is passed on."""
        deadline = time.monotonic() + _GRACE_SECONDS
        while (self._ready or not self._pool.idle) and time.monotonic() < deadline:
            outcome = self._ready.popleft() if self._ready else self._pool.take(_POLL_SECONDS)
            if outcome is not None and outcome.error is None:
                with suppress(Exception):
                    self._write(outcome)

    def _write(self, outcome: _Outcome) -> None:
        self._store.write(outcome.block, outcome.columns)
        self._done += 1
        self._display.update(self._done)


def _available() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
