"""Descriptions of optimizers, problems and stops as plain JSON, and of the user's code that they consist of."""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import math
import re
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, final

import numpy as np

from evo.core import code_prints
from evo.core.codec import Json, dumps, type_name
from evo.core.keys import Key

__all__ = ["Description", "described"]

_LISTED = 16
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc)


@final
@dataclasses.dataclass(frozen=True)
class Description:
    """What an object consists of.

    Args:
        plain: its type and fields, as plain JSON values; long arrays and texts by their hash.
        code: the fingerprint of each module or function outside the library that its behaviour comes from, by name.
    """

    plain: Json
    code: dict[str, str]


def described(name: str, value: object) -> Description:
    """Describe an object so that two that behave alike have equal descriptions, and a changed one another.

    Args:
        name: what it is called in messages, such as "optimizer".
        value: dataclasses, functions and objects with plain attributes, nested as they like.

    Raises:
        TypeError: For an object that shows neither fields nor a text of its own.
    """
    writer = _Writer(name)
    plain = writer.plain(value)
    return Description(plain, {place: "+".join(sorted(writer.code[place])) for place in sorted(writer.code)})


@final
class _Writer:
    def __init__(self, name: str) -> None:
        self.name = name
        self.code: dict[str, set[str]] = {}
        self._inside: set[int] = set()
        self._known: dict[int, object] = {}

    def plain(self, value: Any) -> Json:
        cls = type(value)
        if value is None or cls in (bool, int):
            return value
        if cls is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if cls is str:
            return value if len(value) <= 200 else {"text": _digest(value.encode())}
        if isinstance(value, enum.Enum):
            return f"{cls.__name__}.{value.name}"
        if isinstance(value, np.generic):
            plain = value.item()
            return repr(value) if isinstance(plain, np.generic) else self.plain(plain)  # a longdouble gives itself
        if isinstance(value, bytes):
            return {"bytes": _digest(value)}
        if isinstance(value, Key):
            return repr(value)
        if isinstance(value, np.ndarray):
            return self._array(value)
        if _is_foreign_array(value):
            return self._array(_data_of(value))
        if isinstance(value, type):
            self._seen(value)
            return {"class": type_name(value)}
        if id(value) in self._inside:
            return {"again": type_name(cls)}
        self._inside.add(id(value))
        try:
            return self._compound(value)
        finally:
            self._inside.discard(id(value))

    def _compound(self, value: Any) -> Json:
        cls = type(value)
        function = getattr(value, "py_func", value)  # of a numba function
        if isinstance(function, _FUNCTIONS):
            return self._function(function)
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        if isinstance(value, functools.partial):
            return {"function": self.plain(value.func), "arguments": self.plain([*value.args, value.keywords])}
        if isinstance(value, Mapping):
            return {
                key if type(key) is str else f"! {dumps(self.plain(key))}": self.plain(item)
                for key, item in value.items()
            }
        if cls in (list, tuple):
            return self._sequence([self.plain(item) for item in value])
        if isinstance(value, set | frozenset):
            return {"set": sorted((self.plain(item) for item in value), key=dumps)}
        self._seen(cls)
        if dataclasses.is_dataclass(cls):
            names = [field.name for field in dataclasses.fields(cls) if field.init]
            return self._fields(cls, {name: getattr(value, name) for name in names})
        if isinstance(value, tuple):  # a named tuple
            return self._fields(cls, dict(zip(getattr(cls, "_fields", range(len(value))), value, strict=True)))
        reduced = self._reduced(value)
        if reduced is not None:
            return self._fields(cls, reduced)
        text = repr(value)
        if _ADDRESS.search(text):
            raise TypeError(
                f"`{self.name}` must consist of dataclasses, functions and plain values, so that a changed one is "
                f"noticed; got {text} of type {type_name(cls)} inside. Make {cls.__name__} a dataclass, or give it a "
                "__repr__ that says everything its results depend on."
            )
        return {"type": type_name(cls), "text": text}

    def _reduced(self, value: Any) -> dict[str, Any] | None:
        """The arguments from which an object says that it is made again, or its attributes; None for neither."""
        cls = type(value)
        if "__reduce__" in vars(cls):
            made = value.__reduce__()
            if isinstance(made, tuple) and made[0] is cls:
                return {"arguments": list(made[1])}
        attributes = getattr(value, "__dict__", None)
        return dict(attributes) if attributes is not None and (attributes or not _says_itself(cls)) else None

    def _fields(self, cls: type, fields: Mapping[Any, Any]) -> Json:
        return {"type": type_name(cls)} | {str(name): self.plain(item) for name, item in fields.items()}

    def _sequence(self, items: list[Json]) -> Json:
        return items if len(items) <= _LISTED else {"items": len(items), "hash": _digest(dumps(items).encode())}

    def _array(self, array: np.ndarray) -> Json:
        if array.dtype.kind == "O":
            return {"shape": list(array.shape), "items": self._sequence([self.plain(item) for item in array.ravel()])}
        if array.size <= _LISTED:
            return {"dtype": array.dtype.name, "items": self.plain(array.tolist())}
        plain = array.dtype.kind != "V"  # bfloat16 and its kin have no other byte order
        data = np.ascontiguousarray(array)
        data = (data.astype(array.dtype.newbyteorder("<"), copy=False) if plain else data).tobytes()
        return {"dtype": array.dtype.name, "shape": list(array.shape), "hash": _digest(data)}

    def _function(self, function: Any) -> Json:
        self._seen(function)
        module = getattr(function, "__module__", None)
        found: dict[str, Json] = {"function": f"{module}:{_qualified(function)}" if module else _qualified(function)}
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            found["of"] = self.plain(owner)
        function = getattr(function, "__func__", function)
        if isinstance(function, types.FunctionType):
            defaults = [function.__defaults__, function.__kwdefaults__]
            for word, held in (("closure", code_prints.closure(function)), ("defaults", defaults)):
                if held not in ({}, [None, None]):
                    found[word] = self.plain(held)
        return found

    def _seen(self, thing: Callable[..., Any] | type) -> None:
        if id(thing) in self._known:
            return
        self._known[id(thing)] = thing  # kept, so that no other gets its id
        for place, fingerprint in code_prints.fingerprints(thing, self.plain).items():
            self.code.setdefault(place, set()).add(fingerprint)


def _qualified(function: Any) -> str:
    return str(getattr(function, "__qualname__", getattr(function, "__name__", repr(function))))


def _says_itself(cls: type) -> bool:
    return cls.__repr__ is not object.__repr__


def _is_foreign_array(value: Any) -> bool:
    """Whether a value is an array of JAX, or of another library; its text may leave out the middle."""
    return not isinstance(value, type) and all(hasattr(value, name) for name in ("__array__", "dtype", "shape"))


def _data_of(value: Any) -> np.ndarray:
    jax = sys.modules.get("jax")  # typed keys are arrays that NumPy does not know
    if jax is not None and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    return np.asarray(value)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
