"""A lock on a file, held by a process until it lets go or ends."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast, final

__all__ = ["FileLock", "Refusal", "described", "is_dead", "refuse_living_holder"]

Refusal: TypeAlias = Callable[[bytes, str], Exception]

_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_SECONDS_FOR_THE_DEAD = 5.0
_UNSUPPORTED = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL)


class _Flock(Protocol):
    """What this module uses of the standard library's `fcntl`."""

    LOCK_EX: int
    LOCK_SH: int
    LOCK_NB: int
    LOCK_UN: int

    def flock(self, fd: int, operation: int, /) -> None: ...


def _system_locks() -> _Flock | None:
    try:
        import fcntl
    except ImportError:
        return None
    return cast("_Flock", fcntl)


@final
class FileLock:
    """One lock, on a file that stays or, where the system has no locks, by a file that exists.

    Args:
        path: The file; the other one is called `....holder`.
        refusal: The error, from the note of who holds it and a hint.
        shared: Whether others may share it. Without locks of the system, nothing is held then.
    """

    def __init__(self, path: Path, refusal: Refusal, *, shared: bool = False) -> None:
        locks = _system_locks()
        descriptor = _flock(path, locks, refusal, shared) if locks is not None else None
        self.by_system = descriptor is not None
        if descriptor is not None and locks is not None:
            self.release = weakref.finalize(self, _close, descriptor, locks, shared, os.getpid())
        elif not shared:
            holder = path.with_name(f"{path.name}.holder")
            self.release = weakref.finalize(self, _remove_if_ours, holder, _create_holder(holder, refusal))
        else:
            self.release = weakref.finalize(self, _nothing)


def _flock(path: Path, locks: _Flock, refusal: Refusal, shared: bool) -> int | None:
    """Lock by the operating system; None where the file system has no locks.

    A process that was killed while it started another leaves its locks to that one, which lets go within moments.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    deadline = time.monotonic() + _SECONDS_FOR_THE_DEAD
    while True:
        try:
            locks.flock(descriptor, (locks.LOCK_SH if shared else locks.LOCK_EX) | locks.LOCK_NB)
            os.ftruncate(descriptor, 0)
            if not shared:
                os.write(descriptor, _me())
            return descriptor
        except OSError as error:
            holder = os.pread(descriptor, 4096, 0)
            if error.errno in _HELD and is_dead(holder) and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            os.close(descriptor)
            if error.errno in _HELD:
                raise refusal(holder, "") from error
            if error.errno in _UNSUPPORTED:
                return None
            raise


def _close(descriptor: int, locks: _Flock, shared: bool, owner: int) -> None:
    """Let go in the process that took the lock; one forked from it only closes its own end."""
    if os.getpid() == owner:
        with suppress(OSError):
            if not shared:
                os.ftruncate(descriptor, 0)
            locks.flock(descriptor, locks.LOCK_UN)  # closing would leave it to processes forked in the meantime
    os.close(descriptor)


def _nothing() -> None:
    """Release what was not held."""


def _create_holder(path: Path, refusal: Refusal) -> bytes:
    """Lock by creating a file, after taking over what a dead process of this host left."""
    content = _me()
    for _ in range(2):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            stale = refuse_living_holder(path, refusal)
            if stale is not None:
                with suppress(FileNotFoundError):
                    _take_away(path, stale)
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return content
    raise refusal(b"", "")


def refuse_living_holder(path: Path, refusal: Refusal) -> bytes | None:
    """Refuse a holder that may live; returns what a dead one wrote, or None if there is none."""
    try:
        holder = path.read_bytes()
    except FileNotFoundError:
        return None
    if not is_dead(holder):
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


def described(holder: bytes) -> dict[str, Any]:
    """What the note of a holder tells: process, host and time; nothing if it cannot be read."""
    try:
        return dict(json.loads(holder))
    except ValueError:
        return {}


def is_dead(holder: bytes) -> bool:
    """Tell whether the holder certainly ended: only its own host knows, and only POSIX can ask without harm."""
    told = described(holder)
    if sys.platform == "win32" or told.get("host") != socket.gethostname() or not isinstance(told.get("pid"), int):
        return False
    try:
        os.kill(told["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
