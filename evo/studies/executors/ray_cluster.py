"""Blocks on a Ray cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from evo.core import checks
from evo.studies._errors import StoreError
from evo.studies.executors._importable import refuse_parts_of_main
from evo.studies.executors._joblib import JoblibPool
from evo.studies.executors.base import AbstractExecutor, AbstractPool, Work
from evo.studies.plan import Block

__all__ = ["Ray"]


@final
@dataclass(frozen=True)
class Ray(AbstractExecutor):
    """Processes of a Ray cluster: one that runs, or one that Ray starts here and that ends with this process.

    The environments of its nodes must have this library, in the same version.

    Args:
        address: Of the cluster, as in "auto" or "ray://host:10001"; by default the one that this process is connected
            to, else what Ray takes (a cluster on this machine unless RAY_ADDRESS names one).

    Raises:
        TypeError: If the address is no text.

    Example:
        >>> from evo.studies import Ray
        >>> Ray("auto")
        Ray(address='auto')
    """

    address: str | None = None

    def __post_init__(self) -> None:
        checks.instance_of("address", self.address, (str, type(None)), 'Pass a text such as "auto".')

    def start(self, work: Work, blocks: Sequence[Block]) -> AbstractPool:
        try:
            import ray  # pyright: ignore[reportMissingImports]
        except ImportError as error:
            raise StoreError(
                "The executor 'ray' needs the package ray, which is not installed. Install it with "
                "pip install 'evo-theory[ray]', or use --executor loky."
            ) from error
        from evo.studies.executors._tasks import RayTasks

        refuse_parts_of_main(work)
        try:
            if not ray.is_initialized():
                ray.init(address=self.address, log_to_driver=False, logging_level="WARNING")
            count = int(ray.cluster_resources().get("CPU", 0))
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise StoreError(
                f"The executor 'ray' needs a cluster; {self.address or 'the default address'} has none: {error}. Start "
                "one with `ray start --head`, and look at the address."
            ) from error
        backend = RayTasks(count)
        return JoblibPool(work, blocks, backend, backend.effective_n_jobs(-1), _explained)


def _explained(error: BaseException) -> tuple[str, str] | None:
    from ray.exceptions import RayError  # pyright: ignore[reportMissingImports]

    if not isinstance(error, RayError):
        return None
    return f"The Ray cluster failed: {type(error).__name__}: {error}", "Mend the cluster"
