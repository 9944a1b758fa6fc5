"""Runs the missing blocks of a store and writes what they give."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import final

from evo.studies._errors import StoreError
from evo.studies._progress import AbstractProgress, progress_for
from evo.studies.executors import AbstractExecutor, Exchange, Outcome, Threads, as_executor
from evo.studies.plan import Block
from evo.studies.store import Columns, Store

__all__ = ["execute"]

_POLL_SECONDS = 0.25
_GRACE_SECONDS = 10.0


def execute(
    store: Store,
    work: Callable[[Block], Columns],
    *,
    executor: AbstractExecutor | str | None = None,
    threads: int | None = None,
    on_block: Callable[[int, int], None] | None = None,
    progress: bool = True,
    stop: threading.Event | None = None,
) -> int:
    """Run the missing blocks of a store, in plan order, and write each as soon as it is finished.

    Whatever ends the execution early leaves a valid store with the blocks that were finished. On Ctrl-C, and when a
    block raises, blocks that wait are dropped and running ones may finish, for at most ten seconds; a second Ctrl-C
    leaves at once. Only this process writes to the store, wherever the blocks are run.

    Args:
        store: A store opened with `Store.open`; opened for a part of the plan, only the blocks of that part are run.
        work: Computes the columns of a block, as a pure function of it. Threads call it side by side, so that it pays
            to release the interpreter lock; for other processes it must be something that `pickle` or `cloudpickle`
            takes, best a frozen dataclass or a `functools.partial` of an importable function. It may raise
            `KeyboardInterrupt` to end the execution like Ctrl-C.
        executor: Where blocks are run: `Threads`, `Loky`, `Dask`, `Ray`, or what `as_executor` reads, such as "loky:4";
            by default, threads. The rows do not depend on it.
        threads: Number of threads, in place of an executor; by default, the processors that this process may use.
        on_block: Called from this thread after each written block with the numbers of finished and of all blocks, until
            the execution ends early.
        progress: Whether to show progress on standard error.
        stop: An event that is set when the execution ends early, so that long blocks on threads can look at it and give
            up by raising; setting it from outside ends the execution like Ctrl-C.

    Returns:
        The number of blocks that were run.

    Raises:
        KeyboardInterrupt: After Ctrl-C, with one line on standard error that says how to go on.
        StoreError: If workers died, or a block could not be written.
        Exception: What a block, `on_block` or the store raised.
    """
    chosen = _chosen(executor, threads)
    if not store.is_open:
        raise StoreError(f"`store` must be open to be written; {store.folder} is not. Use Store.open, not Store.read.")
    missing = store.missing()
    if not missing:
        return 0
    total = len(store.blocks)
    pool = chosen.start(work, missing)
    try:
        with progress_for(store.plan.name, total - len(missing), total, shown=progress) as display:
            ended = threading.Event() if stop is None else stop
            _Run(store, pool.exchange, len(missing), display, on_block, ended).all()
    except KeyboardInterrupt:
        done = total - len(store.missing())
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


def _chosen(executor: AbstractExecutor | str | None, threads: int | None) -> AbstractExecutor:
    if threads is None:
        return as_executor(executor)
    if executor is not None:
        raise ValueError(
            f"`threads` must be None where an executor is given; got threads={threads!r} and executor={executor!r}. "
            'Pass one of the two, as in executor="threads:4".'
        )
    if type(threads) is not int or threads < 1:
        raise ValueError(
            f"`threads` must be a positive integer or None; got {threads!r}. Pass 1 for one block at a time."
        )
    return Threads(threads)


@final
class _Run:
    """One execution: writes what comes back, from the thread that called `execute`."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        missing: int,
        display: AbstractProgress,
        on_block: Callable[[int, int], None] | None,
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._display = display
        self._on_block = on_block
        self._stop = stop
        self._total = len(store.blocks)
        self._done = self._total - missing

    def all(self) -> None:
        """Run everything; on any error, keep what is finished and pass the error on."""
        try:
            while not self._exchange.idle:
                if self._stop.is_set():
                    raise KeyboardInterrupt
                self._collect()
        except BaseException:
            self._stop.set()
            self._exchange.cancel()
            self._keep_running_blocks()
            raise

    def _collect(self) -> None:
        outcome = self._exchange.take(_POLL_SECONDS)
        if outcome is None:
            return
        if outcome.error is not None:
            self._exchange.settle()
            raise self._told(outcome, outcome.error)
        self._write(outcome)
        self._exchange.settle()  # only now: an interrupted write is repeated
        if self._on_block is not None:
            self._on_block(self._done, self._total)

    def _told(self, outcome: Outcome, error: BaseException) -> BaseException:
        """The error, with the block in which it happened and the way on."""
        if outcome.trace:
            error.__cause__ = _InWorkerError(f"\n{outcome.trace}")
        if not isinstance(error, KeyboardInterrupt):
            error.add_note(
                f"This happened in block {outcome.block.stem}. Finished blocks are safe in {self._store.folder}: "
                "mend the cause, then run the same command again to go on."
            )
        return error

    def _keep_running_blocks(self) -> None:
        """Wait for the blocks that run and write them; a further error is dropped, since the first one is passed on."""
        deadline = time.monotonic() + _GRACE_SECONDS
        while not self._exchange.idle and time.monotonic() < deadline:
            with suppress(Exception):
                outcome = self._exchange.take(_POLL_SECONDS)
                if outcome is not None:
                    self._exchange.settle()  # before, as what cannot be written is not tried for ever
                    if outcome.error is None:
                        self._write(outcome)

    def _write(self, outcome: Outcome) -> None:
        if outcome.columns is not None:
            self._store.write(outcome.block, outcome.columns)
        self._done += 1
        self._display.update(self._done)


class _InWorkerError(Exception):
    """The trace of an error in another process, as its cause."""
