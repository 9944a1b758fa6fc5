"""Blocks on threads of this process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from evo.core import checks
from evo.studies.executors.base import AbstractExecutor, AbstractPool, Exchange, Work, attempt, available
from evo.studies.plan import Block

__all__ = ["Threads"]

_AHEAD = 4


@final
@dataclass(frozen=True)
class Threads(AbstractExecutor):
    """Threads of this process: the cheapest workers for compiled kernels, which release the interpreter lock.

    Args:
        count: Number of threads, at least 1; by default the processors that this process may use.

    Raises:
        ValueError: If the number is not positive.

    Example:
        >>> from evo.studies import Threads
        >>> Threads(4)
        Threads(count=4)
    """

    count: int | None = None

    def __post_init__(self) -> None:
        if self.count is not None:
            checks.integer("count", self.count, 1, "Pass 1 for one block at a time, or None for one per processor.")

    def start(self, work: Work, blocks: Sequence[Block]) -> AbstractPool:
        count = available() if self.count is None else self.count
        return _ThreadPool(work, blocks, min(count, len(blocks)))


@final
class _ThreadPool(AbstractPool):
    """Daemon threads: an interrupted program ends without waiting for a block that takes long."""

    def __init__(self, work: Work, blocks: Sequence[Block], threads: int) -> None:
        self.exchange = Exchange(blocks, _AHEAD * threads)
        self._work = work
        for i in range(threads):
            threading.Thread(target=self._loop, name=f"block-{i}", daemon=True).start()

    def close(self) -> None:
        """Let the threads end after the block they are at."""
        self.exchange.cancel()

    def _loop(self) -> None:
        for block in self.exchange.blocks():
            self.exchange.put(attempt(self._work, block))
