"""The errors of a store, and the sentences that turn an operating system's refusal into advice."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

__all__ = ["PlanChangedError", "StoreError", "StoreLockedError", "explained"]


class StoreError(RuntimeError):
    """A store refused to go on; the message says what is safe and what to do."""


@final
class PlanChangedError(StoreError):
    """The folder holds the blocks of another plan."""


@final
class StoreLockedError(StoreError):
    """Another driver works on the folder."""


_NO_ROOM = ("the disk is full", "Make room or choose another --out")
_NO_PERMISSION = ("permission is missing", "Ask for it or choose another --out")
_NO_FOLDER = ("a part of that path is not a folder", "Move that file away or choose another --out")
_REASONS = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: ("your disk quota is used up", "Make room or choose another --out"),
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: ("the file system is read-only", "Mount it for writing or choose another --out"),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: ("a folder stands where a file belongs", "Move it away or choose another --out"),
    errno.ENOENT: ("the folder has gone", "Bring it back or choose another --out"),
    errno.ENAMETOOLONG: ("the path is too long for the file system", "Choose a shorter --out"),
}


@contextmanager
def explained(action: str, folder: Path) -> Iterator[None]:
    """Turn an `OSError` of the enclosed lines into a `StoreError` that a person can act on.

    Args:
        action: What was tried, as in "write a block".
        folder: The folder of the store.

    Raises:
        StoreError: In place of any `OSError`, which stays its cause.
    """
    try:
        yield
    except OSError as error:
        unknown = ("the operating system refused", "Mend that or choose another --out")
        reason, advice = _REASONS.get(error.errno or 0, unknown)
        raise StoreError(
            f"Cannot {action} in `folder` {folder}: {reason} ({error.strerror or error}). A store needs a folder where "
            "files can be created, with room for them. Nothing was half-written, and finished blocks are safe. "
            f"{advice}, then run the same command again: it goes on with the missing blocks."
        ) from error
