"""What an executor is: something that runs blocks somewhere and hands back what they gave."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeAlias, final

from evo.studies._rows import Columns, Encoded, encoded
from evo.studies.plan import Block

__all__ = ["AbstractExecutor", "AbstractPool", "Exchange", "Outcome", "Work", "attempt", "available"]

Work: TypeAlias = Callable[[Block], Columns]

_POLL_SECONDS = 0.25


class Outcome(NamedTuple):
    """What became of a block: the rows that the work returned, or the error it raised.

    Attributes:
        block: The block.
        columns: What the work returned, ready to be written; None if it raised.
        error: What it raised, else None.
        trace: Where that was in another process, as text.
    """

    block: Block
    columns: Encoded | None
    error: BaseException | None
    trace: str = ""


@final
class Exchange:
    """Hands blocks out in order, and takes outcomes in until the driver writes them.

    Blocks are handed out only while few outcomes wait, so that results never pile up in memory. Outcomes alone decide:
    a pool that has blocks but cannot pass its outcomes on would wait for itself otherwise.

    Args:
        blocks: What is to be run.
        most: Number of waiting outcomes from which on no block is handed out, at least 1.
    """

    def __init__(self, blocks: Iterable[Block], most: int) -> None:
        self._waiting = deque(blocks)
        self._running: dict[Block, None] = {}
        self._finished: deque[Outcome | BaseException] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung for each of them
        self._most = most
        self._change = threading.Condition()

    @property
    def idle(self) -> bool:
        """Whether no block is waiting or running and every outcome is settled."""
        return not self._waiting and not self._running and not self._finished

    @property
    def running(self) -> list[Block]:
        """The blocks that were handed out and did not come back."""
        with self._change:
            return list(self._running)

    def next(self) -> Block | None:
        """Wait for the next block to run; None if there is none any more. Called by workers, from any thread."""
        with self._change:
            while self._waiting and len(self._finished) >= self._most:
                self._change.wait(_POLL_SECONDS)
            if not self._waiting:
                return None
            block = self._waiting[0]
            self._running[block] = None  # first, so that it is never nowhere, which would look idle
            self._waiting.popleft()
            return block

    def blocks(self) -> Iterator[Block]:
        """The blocks to run, each when there is room for what it gives."""
        while (block := self.next()) is not None:
            yield block

    def put(self, outcome: Outcome) -> None:
        """Hand in what became of a block."""
        self._finished.append(outcome)
        self._bell.put(None)
        with self._change:
            self._running.pop(outcome.block, None)

    def fail(self, error: BaseException) -> None:
        """Hand in that nothing comes back any more, because the workers failed."""
        self._finished.append(error)
        self._bell.put(None)
        with self._change:
            self._waiting.clear()
            self._running.clear()

    def take(self, seconds: float) -> Outcome | None:
        """Wait for the next outcome; None if there is none in time. Called by the driver alone.

        It is given again until it is `settle`d, and stays here until then: a driver that is interrupted, even on the
        way out of this function, loses none.

        Raises:
            BaseException: What the workers failed with.
        """
        with self._change:
            self._change.notify_all()
        if not self._finished:
            with suppress(Empty):
                self._bell.get(timeout=seconds)
        if not self._finished:
            return None
        found = self._finished[0]
        if isinstance(found, BaseException):
            self._finished.popleft()
            raise found
        return found

    def settle(self) -> None:
        """Be done with the outcome that was taken."""
        self._finished.popleft()

    def cancel(self) -> None:
        """Hand out no further block."""
        with self._change:
            self._waiting.clear()
            self._change.notify_all()


class AbstractPool(ABC):
    """Workers that are at the blocks of an exchange."""

    exchange: Exchange

    @abstractmethod
    def close(self) -> None:
        """Give up what still runs and let the workers go; called once, from the thread that started them."""


class AbstractExecutor(ABC):
    """Where blocks are run. The rows do not depend on it.

    An executor is a frozen dataclass of plain values; it holds no connection until it is started.
    """

    @abstractmethod
    def start(self, work: Work, blocks: Sequence[Block]) -> AbstractPool:
        """Begin to run blocks, in order.

        Args:
            work: Computes the columns of a block.
            blocks: At least one.

        Returns:
            The pool, through whose exchange the outcomes arrive in whatever order.

        Raises:
            StoreError: If there are no workers; the message says what to do.
        """


def attempt(work: Work, block: Block) -> Outcome:
    """Run one block, and make the bytes of its file; an error is carried to the driver, `KeyboardInterrupt` too."""
    try:
        columns = work(block)
        for patience in (0.01, 0.1, 0.5):
            with suppress(KeyboardInterrupt):  # polars raises it in whichever thread computes; the rows are there
                return Outcome(block, encoded(block, columns), None)
            time.sleep(patience)
        return Outcome(block, encoded(block, columns), None)
    except BaseException as error:
        return Outcome(block, None, error)


def available() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
