"""One driver per folder, or one per part of its plan."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from evo.core.file_lock import FileLock, described, is_dead, refuse_living_holder
from evo.studies._errors import StoreLockedError
from evo.studies.parts import Part
from evo.studies.plan import few

__all__ = ["HOLDER", "LOCK", "LOCKS", "FolderLock", "planning"]

LOCK = "store.lock"
HOLDER = "store.lock.holder"
LOCKS = "locks"

_PART = "part-{}-of-{}.lock"
_PLANNING = "plan.lock"
_SECONDS_FOR_A_PLAN = 1800.0


@final
class FolderLock:
    """The right to write into a folder, held until `release` or the end of the process.

    A driver of everything excludes all others; drivers of different parts work side by side. Where the platform has
    `flock`, the operating system drops the lock with the process, so a lock is never stale: not even after a kill. The
    files `store.lock` and `locks/part-3-of-100.lock` stay and only tell who holds them; the drivers of parts share the
    former. Elsewhere files named `....lock.holder` are the locks; what a killed process left is taken over if that
    process ran on this host and is gone.
    """

    def __init__(self, folder: Path, part: Part | None = None) -> None:
        """Take the lock.

        Raises:
            StoreLockedError: If another driver holds it.
            OSError: If the lock file cannot be created.
        """
        self._locks = [_everything(folder)] if part is None else _one_part(folder, part)

    def release(self) -> None:
        """Let the next driver in; a second call does nothing."""
        for lock in reversed(self._locks):
            lock.release()


@contextmanager
def planning(folder: Path) -> Iterator[None]:
    """Hold the plan of a folder while drivers of parts work on it, waiting for one that plans.

    Raises:
        StoreLockedError: If another driver plans for half an hour.
        OSError: If the lock file cannot be created.
    """
    deadline = time.monotonic() + _SECONDS_FOR_A_PLAN
    while True:
        try:
            lock = FileLock(folder / LOCKS / _PLANNING, lambda holder, hint: _refusal(folder, holder, hint))
            break
        except StoreLockedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()


def _everything(folder: Path) -> FileLock:
    def refusal(holder: bytes, hint: str) -> StoreLockedError:
        return _refusal_by_parts(folder) or _refusal(folder, holder, hint)

    lock = FileLock(folder / LOCK, refusal)
    error = None if lock.by_system else _refusal_by_parts(folder)
    if error is not None:
        lock.release()
        raise error
    return lock


def _one_part(folder: Path, part: Part) -> list[FileLock]:
    """The folder's lock, shared with other parts, and the one of this part."""
    path = folder / LOCKS / _PART.format(*part)
    path.parent.mkdir(exist_ok=True)
    taken = [FileLock(folder / LOCK, lambda holder, hint: _refusal(folder, holder, hint), shared=True)]
    try:
        taken.append(FileLock(path, lambda holder, hint: _refusal(folder, holder, hint, part)))
        if not taken[0].by_system:
            refuse_living_holder(folder / HOLDER, lambda holder, hint: _refusal(folder, holder, hint))
    except BaseException:
        for lock in reversed(taken):
            lock.release()
        raise
    return taken


def _who(holder: bytes) -> str:
    told = described(holder)
    if not told:
        return "an unknown process"
    mine = " (this process)" if told.get("pid") == os.getpid() and told.get("host") == socket.gethostname() else ""
    return f"process {told.get('pid')}{mine} on host {told.get('host')}, since {told.get('since')}"


def _refusal(folder: Path, holder: bytes, hint: str, part: Part | None = None) -> StoreLockedError:
    what = f"part {part[0]}/{part[1]} of `folder` {folder}" if part is not None else f"`folder` {folder}"
    return StoreLockedError(
        f"{what} is in use by another driver: {_who(holder)}. A folder takes one driver at a time, or one for each "
        f"part of its plan, and any number of readers. Wait for that driver, stop it (or close its store), or choose "
        f"another --out.{hint}"
    )


def _refusal_by_parts(folder: Path) -> StoreLockedError | None:
    """The error that names the drivers of parts that seem to run; None if there are none."""
    running: list[str] = []
    for path in sorted((folder / LOCKS).glob("part-*")):
        holder = path.read_bytes()
        if holder and not is_dead(holder):
            number, count = path.name.removeprefix("part-").partition(".")[0].split("-of-")
            running.append(f"part {number}/{count} by {_who(holder)}")
    if not running:
        return None
    return StoreLockedError(
        f"`folder` {folder} is in use by drivers of parts of its plan: {few(running)}. A driver of everything excludes "
        "all others. Wait for them, stop them, or run one part beside them with --block i/m (part=(i, m))."
    )
