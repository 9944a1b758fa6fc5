"""Blocks on the workers of a joblib backend: processes here or on a cluster."""

from __future__ import annotations

import contextlib
import pickle
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, final

from evo.studies._errors import StoreError
from evo.studies.executors.base import AbstractPool, Exchange, Outcome, Work, attempt
from evo.studies.plan import Block, few

if TYPE_CHECKING:
    from joblib.parallel import ParallelBackendBase

__all__ = ["JoblibPool"]

_SECONDS_TO_END = 5.0


@final
class JoblibPool(AbstractPool):
    """A thread that feeds `joblib.Parallel` and hands in what it gives, in order of completion.

    One block more than there are workers is with them, and joblib holds at most as many in its hand as there are
    workers; so an interruption waits for few blocks, and a death costs few.

    Args:
        work: Computes the columns of a block; it is sent to the workers with each block.
        blocks: What is to be run.
        backend: The backend, with its workers.
        count: Number of blocks that run at once.
        explained: Says of an error of the workers (not of a block) what happened and what to do, each as the beginning
            of a sentence; None if it does not know that error.
        release: Called in the end.
    """

    def __init__(
        self,
        work: Work,
        blocks: Sequence[Block],
        backend: ParallelBackendBase,
        count: int,
        explained: Callable[[BaseException], tuple[str, str] | None],
        release: Callable[[], object] = lambda: None,
    ) -> None:
        self.exchange = Exchange(blocks, 2 * count)
        self._work = work
        self._backend = backend
        self._count = count
        self._explained = explained
        self._release = release
        self._thread = threading.Thread(target=self._loop, name="blocks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the workers go if nothing runs, else abort what runs: its blocks count as missing."""
        try:
            self.exchange.cancel()
            if self.exchange.idle:
                self._thread.join(_SECONDS_TO_END)
            if self._thread.is_alive():
                with contextlib.suppress(Exception):
                    self._backend.abort_everything(ensure_ready=False)
                self._thread.join(_SECONDS_TO_END)
        finally:
            self._release()

    def _loop(self) -> None:
        from joblib import Parallel, delayed

        try:
            sizes: dict[str, Any] = {"batch_size": 1, "pre_dispatch": self._count + 1, "max_nbytes": None}
            parallel: Any = Parallel(
                n_jobs=self._count, backend=self._backend, return_as="generator_unordered", **sizes
            )
            for outcome in parallel(delayed(_attempt)(self._work, block) for block in self.exchange.blocks()):
                self.exchange.put(outcome)
        except BaseException as error:
            self.exchange.fail(self._told(error))

    def _told(self, error: BaseException) -> StoreError:
        reason, advice = self._explained(error) or (f"The workers failed: {type(error).__name__}: {error}", "Mend that")
        lost = few([block.stem for block in self.exchange.running])
        told = StoreError(
            f"{reason}. Lost were the blocks that ran or waited there: {lost}. All others that were finished are safe. "
            f"{advice}, then run the same command again to go on."
        )
        told.__cause__ = error
        return told


def _attempt(work: Work, block: Block) -> Outcome:
    """Run a block in a worker; an error travels with the place where it happened."""
    outcome = attempt(work, block)
    if outcome.error is None:
        return outcome
    trace = "".join(traceback.format_exception(outcome.error))
    return outcome._replace(error=_portable(outcome.error), trace=trace)


def _portable(error: BaseException) -> BaseException:
    """The error itself if it can travel, else one that says the same."""
    with contextlib.suppress(Exception):
        if str(pickle.loads(pickle.dumps(error))) == str(error):
            return error
    return RuntimeError(f"{type(error).__name__}: {error}")
