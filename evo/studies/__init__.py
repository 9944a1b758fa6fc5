"""Many runs, safely: a frozen plan, its finished blocks on disk, and what runs the missing ones."""

from evo.core.codec import Json, decode, dumps, encode, loads
from evo.studies._errors import PlanChangedError, StoreError, StoreLockedError
from evo.studies.execution import execute
from evo.studies.executors import AbstractExecutor, Dask, Loky, Ray, Threads, as_executor
from evo.studies.ioh import IohFunction, IohTables, export_ioh, read_ioh
from evo.studies.merging import merge
from evo.studies.parts import as_part
from evo.studies.plan import Block, Plan
from evo.studies.resimulation import Difference, Resimulation, resimulate
from evo.studies.spec import SpecError, StudySpec, load_toml
from evo.studies.store import Columns, Store
from evo.studies.study import Study

__all__ = [
    "Study",
    "Block",
    "Plan",
    "Store",
    "Columns",
    "execute",
    "AbstractExecutor",
    "Threads",
    "Loky",
    "Dask",
    "Ray",
    "as_executor",
    "as_part",
    "merge",
    "export_ioh",
    "read_ioh",
    "IohFunction",
    "IohTables",
    "resimulate",
    "Resimulation",
    "Difference",
    "load_toml",
    "StudySpec",
    "SpecError",
    "StoreError",
    "PlanChangedError",
    "StoreLockedError",
    "Json",
    "encode",
    "decode",
    "dumps",
    "loads",
]
