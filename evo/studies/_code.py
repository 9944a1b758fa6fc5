"""Fingerprints of code outside the library: a study refuses to go on with other code than it began with."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import inspect
import linecache
import sys
import sysconfig
import types
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["fingerprints"]

_LIBRARY = ("evo", "theory", "numpy", "numba", "scipy", "builtins")


def fingerprints(thing: Any) -> dict[str, str]:
    """The code that a class or function comes from, as name -> fingerprint; none for the library and Python's own.

    A module that can be imported is taken whole: its source is hashed. What is defined in a script, a notebook or at
    the prompt is taken alone, with the functions, classes and plain constants of the same place that it names, so
    that the script may change elsewhere. Of an installed package, the version counts.

    Args:
        thing: A class or a function.
    """
    found: dict[str, str] = {}
    for item in (thing, *_implementations(thing)):
        name = getattr(item, "__module__", None)
        if not isinstance(name, str) or _is_known(name):
            continue
        module = sys.modules.get(name)
        path = getattr(module, "__file__", None)
        if name != "__main__" and path is not None:
            found[name] = _of_file(name, path, _stamp(path))
        else:
            found[f"{name}.{getattr(item, '__qualname__', repr(item))}"] = _digest("\n".join(_sources(item)))
    return found


def _implementations(thing: Any) -> list[Any]:
    """What is registered for a part of the discrete half: it may stand elsewhere than the class."""
    parts = sys.modules.get("evo.discrete.parts")
    if parts is None or not isinstance(thing, type) or not issubclass(thing, parts.AbstractPart):
        return []
    if thing.__module__.startswith("evo."):
        return []
    from evo.discrete.engines.generic import registered
    from evo.discrete.engines.lowering import LOWERED

    return registered(LOWERED[thing]) if thing in LOWERED else []


def _is_known(module: str) -> bool:
    top = module.partition(".")[0]
    return top in _LIBRARY or (top in sys.stdlib_module_names and top != "__main__")


def _stamp(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=256)
def _of_file(name: str, path: str, stamp: float) -> str:
    del stamp  # a file that is edited is read again
    if path.startswith((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))):
        top = name.partition(".")[0]
        for distribution in importlib.metadata.packages_distributions().get(top, []):
            return f"{distribution} {importlib.metadata.version(distribution)}"
    try:
        data = Path(path).read_bytes()
    except OSError:
        return "unreadable"
    return _digest(data.replace(b"\r\n", b"\n"))


def _sources(thing: Any) -> list[str]:
    """The source of a class or function, and of what it names in the same place, in the order of names."""
    place = thing.__module__
    todo, seen = [thing], {}
    while todo:
        item = todo.pop()
        key = getattr(item, "__qualname__", repr(item))
        if key in seen:
            continue
        seen[key] = _source(item)
        for name, value in _named(item):
            value = getattr(value, "py_func", value)
            if isinstance(value, type | types.FunctionType) and value.__module__ == place:
                todo.append(value)
            elif isinstance(value, bool | int | float | str | tuple | None):
                seen[name] = f"{name} = {value!r}"
            elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
                seen[name] = f"{name} = {value.dtype} {value.shape} {_digest(value.tobytes())}"
    return [seen[key] for key in sorted(seen)]


def _named(item: Any) -> list[tuple[str, Any]]:
    """The globals that the code of a function, or of the methods of a class, names; and the bases of a class."""
    found: dict[str, Any] = {base.__qualname__: base for base in getattr(item, "__bases__", ())}
    for function in _methods(item) if isinstance(item, type) else [getattr(item, "py_func", item)]:
        code = getattr(function, "__code__", None)
        todo = [code] if code is not None else []
        while todo:
            part = todo.pop()
            found.update({name: function.__globals__[name] for name in part.co_names if name in function.__globals__})
            todo += [constant for constant in part.co_consts if isinstance(constant, types.CodeType)]
    return sorted(found.items())


def _methods(cls: type) -> list[Any]:
    """The functions that a class defines, properties and class methods among them."""
    plain = [getattr(value, "fget", None) or getattr(value, "__func__", value) for value in vars(cls).values()]
    return [value for value in plain if isinstance(value, types.FunctionType)]


def _source(item: Any) -> str:
    code = getattr(item, "__code__", None)
    try:
        return _of_lambda(code) if code is not None and code.co_name == "<lambda>" else inspect.getsource(item)
    except (OSError, TypeError, SyntaxError):  # of a notebook or prompt: classes have no source there
        if code is not None:
            return _compiled(code)
        methods = _methods(item) if isinstance(item, type) else []
        return "\n".join([repr(getattr(item, "__qualname__", item)), *(_source(method) for method in methods)])


def _of_lambda(code: types.CodeType) -> str:
    """The source of a lambda alone, without the rest of its line."""
    linecache.checkcache(code.co_filename)
    tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    starts = [(line, column) for line, _, column, _ in code.co_positions() if line is not None and column is not None]
    inner = max(starts, default=(code.co_firstlineno, 0))
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda)
        and (node.lineno, node.col_offset) <= inner < (node.end_lineno or 0, node.end_col_offset or 0)
        and node.lineno == code.co_firstlineno
    ]
    if not around:
        raise OSError
    return ast.unparse(max(around, key=lambda node: node.col_offset))


def _compiled(code: types.CodeType) -> str:
    return repr((code.co_code, code.co_names, [_constant(item) for item in code.co_consts]))


def _constant(item: Any) -> str:
    if isinstance(item, frozenset):  # whose order differs from process to process
        return repr(sorted(map(repr, item)))
    return _compiled(item) if isinstance(item, types.CodeType) else repr(item)


def _digest(data: bytes | str) -> str:
    return hashlib.blake2b(data.encode() if isinstance(data, str) else data, digest_size=16).hexdigest()
