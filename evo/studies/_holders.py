"""Who works on a folder, found out without taking its lock."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from evo.core.file_lock import described, is_dead
from evo.studies._lock import HOLDER, LOCK, LOCKS

__all__ = ["Holder", "holders"]


class Holder(NamedTuple):
    """A process that holds a lock of a folder, as it says itself."""

    pid: int | None
    host: str
    since: str
    #: the part of the plan that it computes, such as "3/100"; empty for all of it
    part: str = ""

    def __str__(self) -> str:
        part = f", part {self.part}" if self.part else ""
        return f"process {self.pid} on host {self.host}, since {self.since}{part}"


def holders(folder: Path) -> list[Holder]:
    """The processes that work on a folder, those aside that certainly ended.

    Args:
        folder: of a store.

    Returns:
        None of a folder on which nobody works. What a process that was killed on another host left cannot be told
        from a living one.
    """
    found: list[Holder] = []
    for path in (folder / LOCK, folder / HOLDER, *sorted((folder / LOCKS).glob("part-*"))):
        try:
            content = path.read_bytes()
        except OSError:  # there is none, or it was let go in this moment
            continue
        told = described(content)
        if told and not is_dead(content):
            part = path.name.partition(".")[0].removeprefix("part-").replace("-of-", "/")
            which = part if path.parent.name == LOCKS else ""
            host, since = str(told.get("host", "unknown")), str(told.get("since", "unknown"))
            found.append(Holder(told.get("pid"), host, since, which))
    return found
