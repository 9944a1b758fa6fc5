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


_NO_PERMISSION = ("permission is missing", "Ask for permission")
_NO_FOLDER = ("a part of that path is not a folder", "Move that file away")
_REASONS = {
    errno.ENOSPC: ("the disk is full", "Make room"),
    errno.EDQUOT: ("your disk quota is used up", "Make room"),
    errno.EFBIG: ("a file may not be that large", "Raise the limit (ulimit -f)"),
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: ("the file system is read-only", "Mount it for writing"),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: ("a folder stands where a file belongs", "Move it away"),
    errno.ENOENT: ("the folder has gone", "Bring it back"),
    errno.ENAMETOOLONG: ("the path is too long for the file system", "Use a shorter path"),
}
_OTHER = ("the operating system refused", "Mend that")


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
        reason, advice = _REASONS.get(error.errno or 0, _OTHER)
        raise StoreError(
            f"Cannot {action} in `folder` {folder}: {reason} ({error.strerror or error}). A store needs a folder where "
            "files can be created, with room for them. Nothing was half-written, and finished blocks are safe. "
            f"{advice}, then run the same command again to go on with the missing blocks, or choose another --out."
        ) from error
