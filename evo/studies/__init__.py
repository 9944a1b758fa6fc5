"""Many runs, safely: a frozen plan, its finished blocks on disk, and what runs the missing ones."""

from evo.studies._errors import PlanChangedError, StoreError, StoreLockedError
from evo.studies.codec import Json, decode, dumps, encode, loads
from evo.studies.executor import execute
from evo.studies.plan import Block, Plan
from evo.studies.store import Columns, Store

__all__ = [
    "Block",
    "Plan",
    "Store",
    "Columns",
    "execute",
    "StoreError",
    "PlanChangedError",
    "StoreLockedError",
    "Json",
    "encode",
    "decode",
    "dumps",
    "loads",
]
