"""The Dask backend of joblib, which passes on what it cannot run and never runs blocks in the driver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, final

from joblib._dask import DaskDistributedBackend

if TYPE_CHECKING:
    from distributed import Client  # pyright: ignore[reportMissingImports]

__all__ = ["DaskBackend"]

_RETRIES = 2
_FEWEST = 2  # joblib runs everything in the calling process where a backend has a single worker


@final
class DaskBackend(DaskDistributedBackend):
    """Departs from joblib's in three points.

    A task that Dask gives up (its worker died several times) ends the computation, and so does a task that is given up
    here; in joblib both are awaited for ever. And a cluster with a single thread is used, too.

    Args:
        client: Of the cluster.
        count: How many blocks run at once; as many as the cluster has threads if None.
    """

    def __init__(self, client: Client, count: int | None) -> None:
        super().__init__(client=client, retries=_RETRIES)
        self._count = count
        self._pending: set[Future[Any]] = set()

    def effective_n_jobs(self, n_jobs: int) -> int:
        """The number of blocks that run at once."""
        del n_jobs
        return max(_FEWEST, self._count or sum(self.client.ncores().values()))

    def submit(self, func: Any, callback: Callable[[Any], Any] | None = None) -> Any:
        """Send a task, whose failure reaches the callback as its success does."""
        future = super().submit(func, callback)

        def ended(done: Future[Any]) -> None:
            self._pending.discard(done)
            if callback is not None and done.exception() is not None:
                callback(done)

        self._pending.add(future)
        future.add_done_callback(ended)
        return future

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Give up the tasks that were sent, so that nobody waits for them."""
        super().abort_everything(ensure_ready)
        for future in tuple(self._pending):
            if not future.done():
                future.set_exception(CancelledError())

    def retrieve_result_callback(self, out: Any) -> Any:
        """What a task gave; raises what ended it."""
        if isinstance(out, Future):
            return out.result()
        return super().retrieve_result_callback(out)
