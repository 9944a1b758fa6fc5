"""Fingerprints of code outside the library: what goes on later refuses other code than it began with."""

from __future__ import annotations

import ast
import dataclasses
import enum
import functools
import hashlib
import importlib
import importlib.machinery
import importlib.metadata
import inspect
import linecache
import sys
import sysconfig
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["closure", "fingerprints"]

_DATA = (
    *(bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, enum.Enum),
    *(np.ndarray, np.generic, functools.partial, types.MethodType),
)
_LIBRARY = ("evo", "theory", "numpy", "numba", "scipy", "builtins")


def fingerprints(thing: Any, tell: Callable[[Any], object]) -> dict[str, str]:
    """The code that a class or function comes from, as name -> fingerprint; none for the library and Python's own.

    A module that can be imported is taken whole: its source is hashed. What is defined in a script, a notebook or at
    the prompt is taken alone, with what it names: functions, classes and values of the same place, and modules that
    were imported there. So the script may change elsewhere. Of an installed package, the version counts.

    Args:
        thing: A class or a function.
        tell: Describes a value to which code refers, and takes note of the code that this value consists of; what it
            cannot describe is left out.
    """
    found: dict[str, str] = {}
    for item in (thing, *_implementations(thing)):
        name = getattr(item, "__module__", None)
        if not isinstance(name, str) or _is_known(name):
            continue
        path = getattr(sys.modules.get(name), "__file__", None)
        if name != "__main__" and path is not None:
            found[name] = _of_file(name, path, _stamp(path)) + _imported_before(item, path)
        else:
            texts, modules = _sources(item, tell)
            found |= {home: _of_file(home, file, _stamp(file)) for home, file in modules.items()}
            found[f"{name}.{getattr(item, '__qualname__', repr(item))}"] = _digest("\n".join(texts))
    return found


def closure(function: types.FunctionType) -> dict[str, Any]:
    """The values of enclosing functions to which a function refers, as far as they are there yet."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # not assigned yet
            found[name] = cell.cell_contents
    return found


def _implementations(thing: Any) -> list[Any]:
    """What is registered for a part of the discrete half: it may stand elsewhere than the class."""
    parts = sys.modules.get("evo.discrete.parts")
    if parts is None or not isinstance(thing, type) or not issubclass(thing, parts.AbstractPart):
        return []
    if thing.__module__.startswith("evo."):
        return []
    engines = "evo.discrete.engines"  # by name: this layer does not depend on it
    lowered = importlib.import_module(f"{engines}.lowering").LOWERED
    return importlib.import_module(f"{engines}.generic").registered(lowered[thing]) if thing in lowered else []


def _is_known(module: str) -> bool:
    top = module.partition(".")[0]
    if top in _LIBRARY:
        return True
    file = getattr(sys.modules.get(top), "__file__", None)
    own = file is None or file.startswith(sysconfig.get_path("stdlib"))  # else a file of the user hides a module
    return top in sys.stdlib_module_names and top != "__main__" and own


def _stamp(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0


@functools.lru_cache(maxsize=256)
def _of_file(name: str, path: str, stamp: float) -> str:
    del stamp  # a file that is edited is read again
    if path.startswith((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))):
        top = name.partition(".")[0]
        for distribution in _distributions().get(top, []):
            return f"{distribution} {importlib.metadata.version(distribution)}"
    try:
        data = Path(path).read_bytes()
    except OSError:
        return "unreadable"
    return _digest(data.replace(b"\r\n", b"\n"))


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _imported_before(item: Any, path: str) -> str:
    """A word about code that its file does not hold any more, since it was edited after the import."""
    loader = getattr(getattr(sys.modules.get(item.__module__), "__spec__", None), "loader", None)
    if type(loader) is not importlib.machinery.SourceFileLoader:  # others, such as that of pytest, rewrite code
        return ""
    codes = [_compiled(function.__code__) for function in _functions(item) if function.__code__.co_filename == path]
    old = [code for code in codes if code not in _codes_of_file(path, _stamp(path))]
    return f", imported before it was edited: {_digest(repr(old))}" if old else ""


@functools.lru_cache(maxsize=256)
def _codes_of_file(path: str, stamp: float) -> frozenset[str]:
    del stamp
    try:
        todo = [compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    found: set[str] = set()
    while todo:
        inner = [item for item in todo.pop().co_consts if isinstance(item, types.CodeType)]
        found.update(map(_compiled, inner))
        todo += inner
    return frozenset(found)


def _sources(thing: Any, tell: Callable[[Any], object]) -> tuple[list[str], dict[str, str]]:
    """The texts of a class or function and of what it names in the same place, sorted; and the modules it names."""
    todo, seen = [("", thing)], set[tuple[str, int]]()
    texts: set[str] = set()
    modules: dict[str, str] = {}
    while todo:
        name, item = todo.pop()
        if (name, id(item)) in seen:
            continue
        seen.add((name, id(item)))
        texts.add(_labelled(name, item, _source(item)))
        for held, value in (*_named(item), *_held(item)):
            value = _unwrapped(value)
            if isinstance(value, type | types.FunctionType | types.ModuleType):
                home = value.__name__ if isinstance(value, types.ModuleType) else value.__module__
                file = getattr(sys.modules.get(home), "__file__", None)
                if home == thing.__module__:
                    todo.append((held, value))
                elif file is not None and home != "__main__" and not _is_known(home):
                    modules[home] = file
            elif _says_much(value):
                with suppress(Exception):  # whatever objects of others do when they are looked at
                    texts.add(f"{held} = {tell(value)!r}")
    return sorted(texts), modules


def _unwrapped(value: Any) -> Any:
    """The Python function of a compiled or cached one."""
    value = getattr(value, "py_func", value)
    return value.__wrapped__ if isinstance(value, functools._lru_cache_wrapper) else value


def _labelled(name: str, item: Any, source: str) -> str:
    return source if name in ("", getattr(item, "__name__", "")) else f"{name} = {source}"


def _says_much(value: Any) -> bool:
    """Whether a value is data, such as numbers and containers, or an object of the user's or of a part."""
    cls = type(value)
    return value is None or isinstance(value, _DATA) or dataclasses.is_dataclass(cls) or not _is_known(cls.__module__)


def _named(item: Any) -> list[tuple[str, Any]]:
    """The globals that the code of a function, or of the methods of a class, names; and the bases of a class."""
    found: dict[str, Any] = {base.__qualname__: base for base in getattr(item, "__bases__", ())}
    for function in _functions(item):
        todo = [function.__code__]
        while todo:
            part = todo.pop()
            for name in part.co_names:
                if name in function.__globals__:
                    found[name] = value = function.__globals__[name]
                    if isinstance(value, types.ModuleType) and not _is_known(value.__name__):
                        inner = {f"{name}.{key}": vars(value)[key] for key in part.co_names if key in vars(value)}
                        found.update({key: here for key, here in inner.items() if _has_home(here)})
            todo += [constant for constant in part.co_consts if isinstance(constant, types.CodeType)]
    return sorted(found.items())


def _has_home(value: Any) -> bool:
    return isinstance(_unwrapped(value), type | types.FunctionType | types.ModuleType)


def _held(item: Any) -> list[tuple[str, Any]]:
    """What functions hold beside their source, their defaults and closures; and the attributes of a class."""
    found: list[tuple[str, Any]] = []
    if isinstance(item, type):
        found += [(f"{item.__qualname__}.{name}", value) for name, value in vars(item).items() if name[:2] != "__"]
    for function in _functions(item):
        place = function.__qualname__
        found += [(f"{place}[{name}]", value) for name, value in closure(function).items() if name != "__class__"]
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        found += [(f"{place}({number})", value) for number, value in enumerate(defaults)]
    return found


def _functions(item: Any) -> list[types.FunctionType]:
    """A function itself; of a class the functions that its author wrote."""
    if isinstance(item, type):
        made = "<string>" if dataclasses.is_dataclass(item) else None  # where dataclasses write their methods
        return [function for function in _methods(item) if function.__code__.co_filename != made]
    function = getattr(item, "py_func", item)
    return [function] if isinstance(function, types.FunctionType) else []


def _methods(cls: type) -> list[Any]:
    """The functions that a class defines, properties and class methods among them."""
    plain = [getattr(value, "fget", None) or getattr(value, "__func__", value) for value in vars(cls).values()]
    return [value for value in plain if isinstance(value, types.FunctionType)]


def _source(item: Any) -> str:
    code = getattr(item, "__code__", None)
    try:
        return _of_lambda(code) if code is not None and code.co_name == "<lambda>" else inspect.getsource(code or item)
    except (OSError, TypeError, SyntaxError):  # of a notebook or prompt: classes have no source there
        if code is not None:
            return _compiled(code)
        methods = _methods(item) if isinstance(item, type) else []
        return "\n".join([repr(getattr(item, "__qualname__", item)), *(_source(method) for method in methods)])


def _of_lambda(code: types.CodeType) -> str:
    """The source of a lambda alone, without the rest of its line."""
    linecache.checkcache(code.co_filename)
    tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    ranges = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]
    first = min(((line, column) for line, _, column, _ in ranges), default=(code.co_firstlineno, 0))
    last = max(((line, column) for _, line, _, column in ranges), default=first)
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda)
        and (node.lineno, node.col_offset) <= first
        and last <= (node.end_lineno or 0, node.end_col_offset or 0)
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
