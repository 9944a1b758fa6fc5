"""Joblib backends that send tasks to a cluster, by its own futures.

Why not the backends that joblib and Ray bring: the former never calls back for a task that Dask gave up, which is then
awaited for ever; the latter gives results in the order of the tasks only; and both run everything in the driver where a
cluster has a single processor.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, final

from joblib.parallel import ParallelBackendBase

if TYPE_CHECKING:
    from distributed import Client  # pyright: ignore[reportMissingImports]

__all__ = ["DaskTasks", "RayTasks"]

_RETRIES = 3
_FEWEST = 2  # joblib runs everything in the calling process where a backend has a single worker


class _Sent(Protocol):
    """A future of whatever library."""

    def result(self) -> Any: ...

    def add_done_callback(self, function: Callable[[Any], Any], /) -> Any: ...


class _AbstractTasks(ParallelBackendBase):
    """Tasks that are sent one by one; their success and their failure both reach joblib.

    Args:
        count: How many run at once.
    """

    supports_retrieve_callback = True

    def __init__(self, count: int) -> None:
        super().__init__(nesting_level=0)
        self._count = count
        self._pending: set[_Sent] = set()

    @abstractmethod
    def send(self, task: Callable[[], Any]) -> _Sent:
        """Send a task."""

    @abstractmethod
    def give_up(self, sent: _Sent) -> None:
        """Cancel a task, so that nobody waits for it."""

    def configure(self, n_jobs: int = 1, parallel: Any = None, *unused: Any, **options: Any) -> int:  # pyright: ignore
        """Take note of the computation; returns the number of tasks that run at once."""
        self.parallel = parallel
        return self.effective_n_jobs(n_jobs)

    def effective_n_jobs(self, n_jobs: int) -> int:  # pyright: ignore
        """The number of tasks that run at once."""
        return max(_FEWEST, self._count)

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], Any] | None = None) -> Any:
        """Send a task, and call back once it ended, however it did."""
        sent = self.send(func)
        self._pending.add(sent)

        def ended(future: Any) -> None:
            try:
                if callback is not None:
                    callback(future)
            finally:
                self._pending.discard(sent)

        sent.add_done_callback(ended)
        return sent

    def retrieve_result_callback(self, out: Any) -> Any:
        """What a task gave; raises what ended it."""
        return out.result()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Give up all tasks."""
        for sent in tuple(self._pending):
            self.give_up(sent)


@final
class DaskTasks(_AbstractTasks):
    """Tasks of a Dask client; Dask runs those of a worker that died again."""

    def __init__(self, client: Client, count: int) -> None:
        super().__init__(count)
        self._client = client

    def send(self, task: Callable[[], Any]) -> _Sent:
        return self._client.submit(_call, task, pure=False, retries=_RETRIES)

    def give_up(self, sent: _Sent) -> None:
        self._client.cancel([sent], force=True)


@final
class RayTasks(_AbstractTasks):
    """Tasks of one processor each; Ray runs those of a worker that died again."""

    def __init__(self, count: int) -> None:
        import ray  # pyright: ignore[reportMissingImports]

        super().__init__(count)
        self._cancel = ray.cancel
        self._remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(_call)
        self._references: dict[_Sent, Any] = {}

    def send(self, task: Callable[[], Any]) -> _Sent:
        reference = self._remote.remote(task)
        sent = reference.future()
        self._references[sent] = reference
        sent.add_done_callback(lambda future: self._references.pop(future, None))
        return sent

    def give_up(self, sent: _Sent) -> None:
        if sent in self._references:
            self._cancel(self._references[sent], force=True)


def _call(task: Callable[[], Any]) -> Any:
    return task()
