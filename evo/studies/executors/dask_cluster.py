"""Blocks on a Dask cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from evo.core import checks
from evo.studies._errors import StoreError
from evo.studies.executors._importable import refuse_parts_of_main
from evo.studies.executors._joblib import JoblibPool
from evo.studies.executors._workers import ONE_THREAD, leave_interrupts
from evo.studies.executors.base import AbstractExecutor, AbstractPool, Work, available
from evo.studies.plan import Block

if TYPE_CHECKING:
    from distributed import Client, LocalCluster  # pyright: ignore[reportMissingImports]

__all__ = ["Dask"]

_SECONDS_FOR_WORKERS = 60
_SECONDS_BETWEEN_LOOKS = 2.0


@final
@dataclass(frozen=True)
class Dask(AbstractExecutor):
    """Workers of a Dask cluster: one that runs, or one that is made here for the time of the execution.

    Dask runs the blocks of a worker that died again, elsewhere; a block with which several workers died one after the
    other ends the execution. While a cluster has no workers, the execution waits for some. The environments of the
    workers must have this library, in the same version.

    Args:
        address: Of the scheduler, as in "tcp://host:8786"; by default the client that this process has, else a cluster
            on this machine.
        count: How many blocks run at once; by default as many as the cluster has threads. For a cluster on this machine
            the number of worker processes, by default the processors that this process may use.

    Raises:
        ValueError: If the number is not positive.

    Example:
        >>> from evo.studies import Dask
        >>> Dask("tcp://host:8786").address
        'tcp://host:8786'
    """

    address: str | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        checks.instance_of("address", self.address, (str, type(None)), 'Pass a text such as "tcp://host:8786".')
        if self.count is not None:
            checks.integer("count", self.count, 1, "Pass how many blocks run at once, or None for all threads.")

    def start(self, work: Work, blocks: Sequence[Block]) -> AbstractPool:
        refuse_parts_of_main(work)
        client, release = self._connect(len(blocks))
        try:
            from evo.studies.executors._tasks import DaskTasks

            cores: Any = client.ncores()
            backend = DaskTasks(client, self.count or sum(cores.values()))
            return JoblibPool(work, blocks, backend, backend.effective_n_jobs(-1), _explained, release)
        except BaseException:
            release()
            raise

    def _connect(self, blocks: int) -> tuple[Client, Callable[[], object]]:
        """A client with at least one worker, and what lets it go."""
        try:
            from distributed import Client, get_client  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise StoreError(
                "The executor 'dask' needs the package distributed, which is not installed. Install it with "
                "pip install 'evo-theory[dask]', or use --executor loky."
            ) from error
        if self.address is not None:
            try:
                client = Client(self.address, set_as_default=False)
                client.wait_for_workers(1, timeout=_SECONDS_FOR_WORKERS)
            except (OSError, ValueError) as error:
                raise StoreError(
                    f"The executor 'dask' needs a scheduler with workers at its address; {self.address} has none: "
                    f"{error}. Start `dask scheduler` and `dask worker {self.address}`, and look at the address."
                ) from error
            return client, client.close
        try:
            return get_client(), _nothing
        except ValueError:
            return self._cluster_here(min(self.count or available(), blocks))

    def _cluster_here(self, count: int) -> tuple[Client, Callable[[], object]]:
        """A cluster of processes on this machine, for the time of the execution."""
        from distributed import Client, LocalCluster  # pyright: ignore[reportMissingImports]

        options: dict[str, Any] = {"dashboard_address": None, "env": ONE_THREAD}
        try:
            cluster = LocalCluster(n_workers=count, threads_per_worker=1, processes=True, **options)
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"The executor 'dask' needs a cluster; one on this machine could not be started: {error} In a script, "
                'run studies below the line `if __name__ == "__main__":`, since its processes import the script too; '
                "or use --executor loky."
            ) from error
        client, ended = Client(cluster, set_as_default=False), threading.Event()
        client.run(leave_interrupts)
        threading.Thread(target=_replace_workers, args=(cluster, count, ended), name="workers", daemon=True).start()

        def release() -> None:
            ended.set()
            client.close()
            cluster.close()

        return client, release


def _replace_workers(cluster: LocalCluster, count: int, ended: threading.Event) -> None:
    """Start workers for those that are gone: Dask gives one up that dies while it is started again."""
    scheduler: Any = cluster.scheduler
    while not ended.wait(_SECONDS_BETWEEN_LOOKS):
        if len(scheduler.workers) < count:
            cluster.scale(count)


def _nothing() -> None:
    """Leave the client of somebody else as it is."""


def _explained(error: BaseException) -> tuple[str, str] | None:
    from distributed.scheduler import KilledWorker  # pyright: ignore[reportMissingImports]

    if isinstance(error, KilledWorker):
        return (
            f"Dask gave a block up after several workers died with it ({error})",
            "Give the workers more memory or look into their logs",
        )
    if type(error).__module__.startswith("distributed") or isinstance(error, OSError | TimeoutError):
        return f"The Dask cluster failed: {type(error).__name__}: {error}", "Mend the cluster"
    return None
