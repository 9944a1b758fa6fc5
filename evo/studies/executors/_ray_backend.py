"""A joblib backend of Ray tasks, whose results come in order of completion; the one that Ray brings has none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, final

import ray  # pyright: ignore[reportMissingImports]
from joblib.parallel import ParallelBackendBase

__all__ = ["RayBackend"]

_RETRIES = 3
_FEWEST = 2  # joblib runs everything in the calling process where a backend has a single worker


@final
class RayBackend(ParallelBackendBase):
    """Tasks of one processor each; Ray runs those of a worker that died again.

    Args:
        count: How many blocks run at once.
    """

    supports_retrieve_callback = True

    def __init__(self, count: int) -> None:
        super().__init__(nesting_level=0)
        self._count = count
        self._remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_call)
        self._pending: dict[Future[Any], Any] = {}

    def configure(self, n_jobs: int = 1, parallel: Any = None, **options: Any) -> int:
        """Take note of the computation; returns the number of blocks that run at once."""
        self.parallel = parallel
        return self.effective_n_jobs(n_jobs)

    def effective_n_jobs(self, n_jobs: int) -> int:
        """The number of blocks that run at once."""
        del n_jobs
        return max(_FEWEST, self._count)

    def submit(self, func: Any, callback: Callable[[Any], Any] | None = None) -> Any:
        """Send a task."""
        reference = self._remote.remote(func)
        future: Future[Any] = reference.future()
        self._pending[future] = reference

        def ended(done: Future[Any]) -> None:
            self._pending.pop(done, None)
            if callback is not None:
                callback(done)

        future.add_done_callback(ended)
        return future

    def retrieve_result_callback(self, out: Any) -> Any:
        """What a task gave; raises what ended it."""
        return out.result()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Give up the tasks that were sent."""
        del ensure_ready
        for reference in tuple(self._pending.values()):
            ray.cancel(reference, force=True)


def _call(batch: Callable[[], Any]) -> Any:
    return batch()
