"""One driver per folder, or one per part of its plan."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast, final

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

_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_UNSUPPORTED = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL)


class _Flock(Protocol):
    """What this module uses of the standard library's `fcntl`."""

    LOCK_EX: int
    LOCK_SH: int
    LOCK_NB: int

    def flock(self, fd: int, operation: int, /) -> None: ...


def _system_locks() -> _Flock | None:
    try:
        import fcntl
    except ImportError:
        return None
    return cast("_Flock", fcntl)


_Refusal: TypeAlias = Callable[[bytes, str], StoreLockedError]


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
            lock = _FileLock(folder / LOCKS / _PLANNING, lambda holder, hint: _refusal(folder, holder, hint))
            break
        except StoreLockedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()


def _everything(folder: Path) -> _FileLock:
    def refusal(holder: bytes, hint: str) -> StoreLockedError:
        return _refusal_by_parts(folder) or _refusal(folder, holder, hint)

    lock = _FileLock(folder / LOCK, refusal)
    error = None if lock.by_system else _refusal_by_parts(folder)
    if error is not None:
        lock.release()
        raise error
    return lock


def _one_part(folder: Path, part: Part) -> list[_FileLock]:
    """The folder's lock, shared with other parts, and the one of this part."""
    path = folder / LOCKS / _PART.format(*part)
    path.parent.mkdir(exist_ok=True)
    taken = [_FileLock(folder / LOCK, lambda holder, hint: _refusal(folder, holder, hint), shared=True)]
    try:
        taken.append(_FileLock(path, lambda holder, hint: _refusal(folder, holder, hint, part)))
        if not taken[0].by_system:
            _refuse_living_holder(folder / HOLDER, lambda holder, hint: _refusal(folder, holder, hint))
    except BaseException:
        for lock in reversed(taken):
            lock.release()
        raise
    return taken


@final
class _FileLock:
    """One lock, on a file that stays or, where the system has no locks, by a file that exists.

    Args:
        path: The file; the other one is called `....holder`.
        refusal: The error, from the note of who holds it and a hint.
        shared: Whether others may share it. Without locks of the system, nothing is held then.
    """

    def __init__(self, path: Path, refusal: _Refusal, *, shared: bool = False) -> None:
        locks = _system_locks()
        descriptor = _flock(path, locks, refusal, shared) if locks is not None else None
        self.by_system = descriptor is not None
        if descriptor is not None:
            self.release = weakref.finalize(self, _close, descriptor, shared)
        elif not shared:
            holder = path.with_name(f"{path.name}.holder")
            self.release = weakref.finalize(self, _remove_if_ours, holder, _create_holder(holder, refusal))
        else:
            self.release = weakref.finalize(self, _nothing)


def _flock(path: Path, locks: _Flock, refusal: _Refusal, shared: bool) -> int | None:
    """Lock by the operating system; None where the file system has no locks."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        locks.flock(descriptor, (locks.LOCK_SH if shared else locks.LOCK_EX) | locks.LOCK_NB)
        if not shared:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, _me())
    except OSError as error:
        holder = os.read(descriptor, 4096)
        os.close(descriptor)
        if error.errno in _HELD:
            raise refusal(holder, "") from error
        if error.errno in _UNSUPPORTED:
            return None
        raise
    return descriptor


def _close(descriptor: int, shared: bool) -> None:
    if not shared:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _nothing() -> None:
    """Release what was not held."""


def _create_holder(path: Path, refusal: _Refusal) -> bytes:
    """Lock by creating a file, after taking over what a dead process of this host left."""
    content = _me()
    for _ in range(2):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            stale = _refuse_living_holder(path, refusal)
            if stale is not None:
                with suppress(FileNotFoundError):
                    _take_away(path, stale)
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return content
    raise refusal(b"", "")


def _refuse_living_holder(path: Path, refusal: _Refusal) -> bytes | None:
    """Refuse a holder that may live; returns what a dead one wrote, or None if there is none."""
    try:
        holder = path.read_bytes()
    except FileNotFoundError:
        return None
    if not _is_dead(holder):
        raise refusal(holder, f" If no driver runs any more, delete {path}.")
    return holder


def _take_away(path: Path, stale: bytes) -> None:
    """Remove a stale lock file, and put back what another process created there in the meantime."""
    aside = path.with_name(f".evo-{secrets.token_hex(8)}.partial")
    path.rename(aside)
    if aside.read_bytes() != stale:
        with suppress(FileExistsError):
            os.link(aside, path)
    aside.unlink()


def _remove_if_ours(path: Path, content: bytes) -> None:
    with suppress(OSError):
        if path.read_bytes() == content:
            path.unlink()


def _me() -> bytes:
    """Describe this process; the nonce tells two locks of one process apart."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    me = {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "nonce": secrets.token_hex(8)}
    return json.dumps(me).encode()


def _described(holder: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(holder))
    except ValueError:
        return {}


def _is_dead(holder: bytes) -> bool:
    """Tell whether the holder certainly ended: only its own host knows, and only POSIX can ask without harm."""
    told = _described(holder)
    if sys.platform == "win32" or told.get("host") != socket.gethostname() or not isinstance(told.get("pid"), int):
        return False
    try:
        os.kill(told["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _who(holder: bytes) -> str:
    told = _described(holder)
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
        if holder and not _is_dead(holder):
            number, count = path.name.removeprefix("part-").partition(".")[0].split("-of-")
            running.append(f"part {number}/{count} by {_who(holder)}")
    if not running:
        return None
    return StoreLockedError(
        f"`folder` {folder} is in use by drivers of parts of its plan: {few(running)}. A driver of everything excludes "
        "all others. Wait for them, stop them, or run one part beside them with --block i/m (part=(i, m))."
    )
