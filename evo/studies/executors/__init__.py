"""Where blocks are run: threads and processes of this machine, and clusters. The rows do not depend on it."""

from evo.studies.executors.base import AbstractExecutor, AbstractPool, Exchange, Outcome
from evo.studies.executors.dask_cluster import Dask
from evo.studies.executors.loky import Loky
from evo.studies.executors.parsing import as_executor
from evo.studies.executors.ray_cluster import Ray
from evo.studies.executors.threads import Threads

__all__ = [
    "AbstractExecutor",
    "AbstractPool",
    "Exchange",
    "Outcome",
    "Threads",
    "Loky",
    "Dask",
    "Ray",
    "as_executor",
]
