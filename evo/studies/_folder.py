"""What lies in the folder of a store: names, plan and environments, and whether the folder is one at all."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evo.core import files
from evo.core.codec import Json, dumps, loads
from evo.core.differences import differences
from evo.studies._environment import environment
from evo.studies._errors import StoreError
from evo.studies._lock import HOLDER, LOCK, LOCKS
from evo.studies.plan import FORMAT_FAMILY, Block, Plan

__all__ = [
    "BLOCKS",
    "ENVIRONMENT",
    "PLAN",
    "add_environments",
    "SOURCE",
    "block_name",
    "checksum_in",
    "is_harmless",
    "listdir",
    "parse_block_name",
    "read_environments",
    "read_plan",
    "record_environment",
    "refuse_foreign",
]

PLAN = "plan.json"
ENVIRONMENT = "environment.json"
#: the file that a study was run from, kept beside its rows
SOURCE = "study.toml"
BLOCKS = "blocks"

_BLOCK_NAME = re.compile(r"(?P<stem>.+)\.(?P<checksum>[0-9a-f]{32})\.parquet")
_HARMLESS = {".DS_Store", "Thumbs.db", ".gitignore", ".gitkeep"}
_WHEN = "first_used"


def block_name(block: Block, checksum: str) -> str:
    """Name the file of a finished block."""
    return f"{block.stem}.{checksum}.parquet"


def parse_block_name(name: str) -> Block | None:
    """Read the block from a file name; None for the name of anything else."""
    match = _BLOCK_NAME.fullmatch(name)
    try:
        return Block.parse(match["stem"]) if match else None
    except ValueError:
        return None


def checksum_in(name: str) -> str:
    """Read the checksum from the file name of a block."""
    return name.split(".")[-2]


def listdir(folder: Path) -> list[str]:
    """List the names in a folder, sorted; none if there is no such folder."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def refuse_foreign(folder: Path) -> None:
    """Refuse a path where a store can neither be nor be made.

    Raises:
        StoreError: If it is a file, or a folder that holds something else than a store.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(
            f"`folder` must be a folder or a new path; {folder} is a file. Choose another --out or move the file away."
        )
    if (folder / PLAN).exists():
        _read_tagged(folder)
        return
    own = {LOCK, HOLDER, LOCKS, BLOCKS, SOURCE}
    names = [name for name in listdir(folder) if name not in own]
    names += [f"{BLOCKS}/{name}" for name in listdir(folder / BLOCKS)]
    foreign = [name for name in names if not is_harmless(name.removeprefix(f"{BLOCKS}/"))]
    if foreign:
        shown = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise StoreError(
            f"`folder` must be empty, new or a store; {folder} has no {PLAN} but holds {shown}. Nothing was touched. "
            "Choose another --out, or empty the folder yourself."
        )


def read_plan(folder: Path) -> Plan | None:
    """Read the plan of a store; None if there is no plan.json.

    Raises:
        StoreError: If there is one that this version cannot read.
    """
    try:
        _read_tagged(folder)
        return Plan.from_json((folder / PLAN).read_bytes().decode())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"`folder` {folder} must have a {PLAN} that this version can read; {error} Nothing was touched. "
            "Choose another --out, or start over with --fresh (fresh=True)."
        ) from error


def read_environments(folder: Path) -> list[dict[str, Json]]:
    """Read the environments in which a store was driven; none where the file is missing or unreadable."""
    try:
        plain: Any = loads((folder / ENVIRONMENT).read_bytes().decode())
    except (FileNotFoundError, ValueError):
        return []
    return [item for item in plain if isinstance(item, dict)] if isinstance(plain, list) else []


def record_environment(folder: Path) -> str | None:
    """Add this environment to the list of a store, unless it is there.

    Returns:
        A notice of what differs from the environment before, if it is not the first.
    """
    here = environment()
    known = read_environments(folder)
    past = [_without_when(item) for item in known]
    if here in past:
        return None
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    add_environments(folder, [{**here, _WHEN: now}])
    if not past:
        return None
    lines = "; ".join(differences("environment", past[-1], here))
    return f"{folder}: finished blocks come from another environment ({lines}); {ENVIRONMENT} lists both."


def add_environments(folder: Path, environments: Sequence[dict[str, Json]]) -> None:
    """Add environments to the list of a store, each once."""
    known = read_environments(folder)
    past = [_without_when(item) for item in known]
    new = [item for item in environments if _without_when(item) not in past]
    if new:
        files.write_whole(folder / ENVIRONMENT, (dumps([*known, *new], indent=1) + "\n").encode())


def is_harmless(name: str) -> bool:
    """Tell whether a name is one that systems and killed drivers leave behind."""
    return name in _HARMLESS or files.is_temporary(name)


def _without_when(environment: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in environment.items() if name != _WHEN}


def _read_tagged(folder: Path) -> None:
    """Read plan.json as far as it takes to know that a store wrote it.

    Raises:
        StoreError: If it was not written by a store, of this version or another.
    """
    try:
        plain: Any = loads((folder / PLAN).read_bytes().decode())
        if isinstance(plain, dict) and str(plain.get("format", "")).startswith(FORMAT_FAMILY):
            return
        problem = "it names no format of a store"
    except ValueError as error:
        problem = f"it cannot be read ({error})"
    raise StoreError(
        f"`folder` must be empty, new or a store; {folder} has a {PLAN} that no store wrote: {problem}. Nothing was "
        "touched. Choose another --out, or move that file away yourself."
    )
