"""Compiling kernels: in numba's disk cache for the library's own parts, per process for users' parts.

Numba notices edits of the file that holds a kernel, but not of the parts that the kernel calls, and would silently
run an old part. A fingerprint of all sources of `evo.discrete` is therefore part of the name under which a kernel is
kept. Users' parts may change at any time (notebooks), so kernels that contain one are never kept on disk.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import signal
import threading
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from evo.discrete.engines.lowering import is_own


@functools.cache
def fingerprint() -> str:
    """A hash of all sources of `evo.discrete`."""
    digest = hashlib.blake2b(digest_size=6)
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class PartError(TypeError):
    """A part's functions could not be compiled."""


class Kernel:
    """A kernel in three forms: kept on disk, compiled per process, and plain Python; a decorator.

    Which compiled form is called depends on whether all parts among the arguments belong to the library.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        #: the function as plain Python: what runs with the JIT off
        self.python = function
        self.__doc__ = function.__doc__

    @functools.cached_property
    def _kept(self) -> Callable[..., Any]:
        named = types.FunctionType(self.python.__code__, self.python.__globals__, self.python.__name__)
        named.__module__ = self.python.__module__
        named.__qualname__ = f"{self.python.__qualname__}_{fingerprint()}"
        try:
            return with_own_files(numba.njit(nogil=True, cache=True)(named))
        except RuntimeError as error:  # numba found no directory that it can write
            _warn_not_kept(str(error))
            return self._compiled

    @functools.cached_property
    def _compiled(self) -> Callable[..., Any]:
        return numba.njit(nogil=True)(self.python)

    def __call__(self, *arguments: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            return _with_ctrl_c_held(self._call, arguments)
        return self._call(*arguments)

    def _call(self, *arguments: Any) -> Any:
        own = all(is_own(item) for item in arguments)
        try:
            return self._kept(*arguments) if own else self._compiled(*arguments)
        except OSError as error:  # the directory became unwritable, or the disk is full
            _warn_not_kept(str(error))
            self.__dict__["_kept"] = self._compiled
            return self._compiled(*arguments)
        except (NumbaError, UnsupportedBytecodeError) as error:
            if own:
                raise
            raise PartError(_explained(error)) from error


def with_own_files(dispatcher: Any) -> Any:
    """The dispatcher, whose compiled code goes to files that no other process writes.

    Numba numbers these files without a lock, so that two processes that compile at once could leave an index that
    names the other's code. With names of their own the worst that can happen is a lost entry, and a recompilation.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if file is not None:
        base = file._index_name.removesuffix(".nbi")
        file._data_name_pattern = f"{base}.{os.getpid():x}-{secrets.token_hex(4)}.{{number:d}}.nbc"
    return dispatcher


def _with_ctrl_c_held(call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """A call during which Ctrl-C waits: numba crashes if it meets an exception while it returns a named tuple.

    Python looks for signals whenever it runs bytecode, and making a named tuple does. Kernels of long runs return
    several times a second.
    """
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        return call(*arguments)
    held: list[Any] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append(frame))
    try:
        result = call(*arguments)
    finally:
        signal.signal(signal.SIGINT, handler)
    if held:
        handler(signal.SIGINT, held[-1])
    return result


def _explained(error: Exception) -> str:
    """What numba found, without its trace through our kernels."""
    return (
        "A part could not be compiled by numba. Its functions may use numbers, arrays, tuples, `math` and other "
        "compiled functions, and must return the same types in every call; d.check(part) names the function. Numba "
        f"says: {first_useful(str(error))}"
    )


_NOISE = (
    "Failed in",
    "During:",
    "- ",
    "File ",
    "def ",
    "@",
    "There are",
    ">>>",
    "<source",
    "Overload",
    "With argument",
)


def first_useful(text: str) -> str:
    """The first line of a numba error that says what is wrong."""
    lines = [line.strip() for line in text.splitlines()]
    useful = [place for place, line in enumerate(lines) if set(line) - set("^~-= ") and not line.startswith(_NOISE)]
    if not useful:
        return " ".join(text.split())[:200]
    found = lines[useful[0]]
    call = next((line for line in lines[useful[0] :] if line.startswith(">>>")), "")
    return f"{found} {call}" if found.endswith(":") else found


_told: list[str] = []


def _warn_not_kept(reason: str) -> None:
    """Warn once per process; numba's reason names the first kernel that it met."""
    if _told:
        return
    _told.append(reason)
    warnings.warn(
        f"Compiled kernels cannot be kept on disk ({reason}); every new process will compile for some seconds. Set "
        "the environment variable NUMBA_CACHE_DIR to a folder that you can write.",
        RuntimeWarning,
        stacklevel=3,
    )
