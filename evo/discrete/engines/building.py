"""Compiling kernels: in numba's disk cache for the library's own parts, per process for users' parts.

Numba notices edits of the file that holds a kernel, but not of the parts that the kernel calls. Each kernel is
therefore a closure over a fingerprint of all sources of `evo.discrete` and uses it, which makes the fingerprint part
of the cache's key. Users' parts may change at any time (notebooks), so kernels that contain one are never cached on
disk.
"""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from evo.discrete.engines.lowering import is_own


@functools.cache
def fingerprint() -> int:
    """A 31-bit hash of all sources of `evo.discrete`, never 0."""
    digest = hashlib.blake2b(digest_size=8)
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest(), "little") % (2**31 - 1) + 1


class Kernel:
    """A kernel in three forms: cached on disk, compiled per process, and plain Python.

    Args:
        build: takes the fingerprint and returns the function, which must use it.
    """

    def __init__(self, build: Callable[[int], Callable[..., Any]]) -> None:
        self._build = build

    @functools.cached_property
    def python(self) -> Callable[..., Any]:
        """The function as plain Python: what runs with the JIT off."""
        return self._build(fingerprint())

    @functools.cached_property
    def _cached(self) -> Callable[..., Any]:
        try:
            return numba.njit(nogil=True, cache=True)(self._build(fingerprint()))
        except RuntimeError as error:  # numba found no directory that it can write
            _warn_uncached(str(error))
            return self._uncached

    @functools.cached_property
    def _uncached(self) -> Callable[..., Any]:
        return numba.njit(nogil=True)(self._build(fingerprint()))

    def __call__(self, *arguments: Any) -> Any:
        own = all(is_own(item) for item in arguments if isinstance(item, tuple))
        if not own:
            return self._uncached(*arguments)
        try:
            return self._cached(*arguments)
        except OSError as error:  # the directory became unwritable, or the disk is full
            _warn_uncached(str(error))
            self.__dict__["_cached"] = self._uncached
            return self._uncached(*arguments)


@functools.cache
def _warn_uncached(reason: str) -> None:
    warnings.warn(
        f"Compiled kernels cannot be kept on disk ({reason}); every new process will compile for some seconds. Set "
        "the environment variable NUMBA_CACHE_DIR to a folder that you can write.",
        RuntimeWarning,
        stacklevel=3,
    )
