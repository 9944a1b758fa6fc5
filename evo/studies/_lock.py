"""One driver per folder."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import sys
import weakref
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast, final

from evo.studies._errors import StoreLockedError

__all__ = ["HOLDER", "LOCK", "FolderLock"]

LOCK = "store.lock"
HOLDER = "store.lock.holder"

_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_UNSUPPORTED = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL)


class _Flock(Protocol):
    """What this module uses of the standard library's `fcntl`."""

    LOCK_EX: int
    LOCK_NB: int

    def flock(self, fd: int, operation: int, /) -> None: ...


def _system_locks() -> _Flock | None:
    try:
        import fcntl
    except ImportError:
        return None
    return cast("_Flock", fcntl)


@final
class FolderLock:
    """The right to write into a folder, held until `release` or the end of the process.

    Where the platform has `flock`, the operating system drops the lock with the process, so a lock is never stale: not
    even after a kill. The file `store.lock` stays and only tells who holds it. Elsewhere the file `store.lock.holder`
    is the lock; what a killed process left is taken over if that process ran on this host and is gone.
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            StoreLockedError: If another driver holds it.
            OSError: If the lock file cannot be created.
        """
        locks = _system_locks()
        descriptor = _flock(folder, locks) if locks is not None else None
        if descriptor is not None:
            self._release = weakref.finalize(self, _close, descriptor)
        else:
            content = _create_holder(folder)
            self._release = weakref.finalize(self, _remove_if_ours, folder / HOLDER, content)

    def release(self) -> None:
        """Let the next driver in; a second call does nothing."""
        self._release()


def _flock(folder: Path, locks: _Flock) -> int | None:
    """Lock by the operating system; None where the file system has no locks."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        locks.flock(descriptor, locks.LOCK_EX | locks.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, _me())
    except OSError as error:
        holder = os.read(descriptor, 4096)
        os.close(descriptor)
        if error.errno in _HELD:
            raise _refusal(folder, holder, "") from error
        if error.errno in _UNSUPPORTED:
            return None
        raise
    return descriptor


def _close(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _create_holder(folder: Path) -> bytes:
    """Lock by creating a file, after taking over what a dead process of this host left."""
    content = _me()
    path = folder / HOLDER
    for _ in range(2):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError as error:
            with suppress(FileNotFoundError):
                holder = path.read_bytes()
                if not _is_dead(holder):
                    raise _refusal(folder, holder, f" If no driver runs any more, delete {path}.") from error
                _take_away(path, holder)
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return content
    raise _refusal(folder, b"", "")


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


def _refusal(folder: Path, holder: bytes, hint: str) -> StoreLockedError:
    told = _described(holder)
    who = "an unknown process"
    if told:
        mine = " (this process)" if told.get("pid") == os.getpid() and told.get("host") == socket.gethostname() else ""
        who = f"process {told.get('pid')}{mine} on host {told.get('host')}, since {told.get('since')}"
    return StoreLockedError(
        f"`folder` {folder} is in use by another driver: {who}. A folder takes one driver at a time, and any number "
        f"of readers. Wait for that driver, stop it (or close its store), or choose another --out.{hint}"
    )
