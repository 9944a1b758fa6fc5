"""Blocks on processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from evo.core import checks
from evo.studies.executors._importable import refuse_parts_of_main
from evo.studies.executors._joblib import JoblibPool
from evo.studies.executors._workers import belong_to, code_here
from evo.studies.executors.base import AbstractExecutor, AbstractPool, Work, available
from evo.studies.plan import Block

__all__ = ["Loky"]


@final
@dataclass(frozen=True)
class Loky(AbstractExecutor):
    """Processes of this machine, each with one thread; for work that holds the interpreter lock.

    The processes are spawned, never forked, share the disk cache of compiled kernels, and stay for the next execution
    until they were idle for five minutes or a module of the user changed.

    Args:
        count: Number of processes, at least 1; by default the processors that this process may use. A single one is
            this process itself.

    Raises:
        ValueError: If the number is not positive.

    Example:
        >>> from evo.studies import Loky
        >>> Loky(4)
        Loky(count=4)
    """

    count: int | None = None

    def __post_init__(self) -> None:
        if self.count is not None:
            checks.integer("count", self.count, 1, "Pass a number of processes, or None for one per processor.")

    def start(self, work: Work, blocks: Sequence[Block]) -> AbstractPool:
        from joblib.parallel import BACKENDS

        refuse_parts_of_main(work)
        count = min(available() if self.count is None else self.count, len(blocks))
        backend = BACKENDS["loky"](inner_max_num_threads=1, initializer=belong_to, initargs=(os.getpid(), code_here()))
        return JoblibPool(work, blocks, backend, count, _explained)


def _explained(error: BaseException) -> tuple[str, str] | None:
    from joblib.externals.loky.process_executor import BrokenProcessPool

    if not isinstance(error, BrokenProcessPool):
        return None
    return (
        "A worker process died: it was killed, ran out of memory or crashed",
        "If memory is short, take fewer processes, as in --executor loky:2",
    )
