"""The one place where `theory` meets numba's compiler and its disk cache.

A kernel and every kernel that it calls live in one file: numba renews a cached kernel when its own file changes, and
looks at no other file.
"""

import os
import secrets
import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])
_warned = False


def kernel(function: Function) -> Function:
    """Compiles `function` with a disk cache, or without one where no cache folder is writable.

    Args:
        function: a function of numbers and arrays that uses `math` and loops only.

    Returns:
        The compiled function. It releases the interpreter lock and divides by zero as numpy does.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast("Function", _with_own_files(numba.njit(cache=True, **options)(function)))
    except RuntimeError as problem:
        if "cannot cache" not in str(problem):
            raise
        _warn_once()
        return cast("Function", numba.njit(**options)(function))


def _with_own_files(dispatcher: Any) -> Any:
    """Lets compiled code go to files that no other process writes.

    Numba numbers them without a lock: two processes that compile at once could leave an index that names the other's
    code. With names of their own the worst that can happen is a lost entry, and a recompilation.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if file is not None:
        base = file._index_name.removesuffix(".nbi")
        file._data_name_pattern = f"{base}.{os.getpid():x}-{secrets.token_hex(4)}.{{number:d}}.nbc"
    return dispatcher


def _warn_once() -> None:
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            "numba finds no writable cache folder, so theory compiles its kernels anew in this process; "
            "set NUMBA_CACHE_DIR to a writable folder to keep them",
            RuntimeWarning,
            stacklevel=4,
        )
