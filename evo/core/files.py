"""Files that appear whole or not at all, and their checksums."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["checksum", "checksum_of_file", "is_temporary", "probe", "remove_temporaries", "why_refused", "write_whole"]

_TEMPORARY = re.compile(r"\.evo-[0-9a-f]{16}\.partial")
_DIGEST_SIZE = 16
_NOT_FOR_FOLDERS = (errno.EINVAL, errno.EOPNOTSUPP)  # some network file systems sync files only
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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a kill or a power cut at any moment leaves either the old state or the whole new file.

    The bytes go to a temporary name in the same folder and reach the disk before the rename, which is atomic.

    Args:
        path: The file to create or replace.
        data: Its content.

    Raises:
        OSError: If the operating system refuses; no temporary file is left then.
    """
    temporary = _temporary(path.parent)
    try:
        with open_new(temporary) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def open_new(path: Path) -> IO[bytes]:
    """Create a file that must not exist yet."""
    return path.open("xb")


def probe(folder: Path) -> None:
    """Create, fill and remove a temporary file: the one reliable test of whether files can be written here.

    Args:
        folder: An existing folder.

    Raises:
        OSError: If they cannot.
    """
    temporary = _temporary(folder)
    try:
        with open_new(temporary) as file:
            file.write(b"probe")
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            temporary.unlink()


def is_temporary(name: str) -> bool:
    """Tell whether a file name is one that `write_whole` gives to unfinished files."""
    return _TEMPORARY.fullmatch(name) is not None


def remove_temporaries(folder: Path) -> None:
    """Remove what killed drivers left half-written; only the holder of the lock may call this."""
    for entry in folder.iterdir():
        if is_temporary(entry.name):
            entry.unlink(missing_ok=True)


def why_refused(error: OSError) -> tuple[str, str]:
    """Why the operating system refused to write, and what to do, in words."""
    return _REASONS.get(error.errno or 0, _OTHER)


def checksum(data: bytes, key: bytes) -> str:
    """Hash bytes with BLAKE2b under a key, as 32 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=_DIGEST_SIZE, key=key).hexdigest()


def checksum_of_file(path: Path, key: bytes) -> str:
    """Hash a file with BLAKE2b under a key, without holding it in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_SIZE, key=key)).hexdigest()


def _temporary(folder: Path) -> Path:
    return folder / f".evo-{secrets.token_hex(8)}.partial"


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the platform lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise
    finally:
        os.close(descriptor)
