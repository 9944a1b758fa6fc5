"""A small tagged JSON codec: plain values as themselves, everything else as an object with the key `!`.

Frozen dataclasses, enumerations, named tuples, tuples, numpy scalars and arrays, NaN and the infinities come back
as what they were, type included. The text is canonical: equal values give equal bytes, so plans can be compared
and hashed. What is not listed here is refused rather than approximated.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["Json", "decode", "dumps", "encode", "is_plain", "loads"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_TAG = "!"
_KINDS = "biuf"
_SUPPORTED = (
    "None, bool, int, float, str, list, tuple, dict, frozen dataclasses, named tuples, enumerations, and numpy "
    "scalars and arrays of booleans, integers or floats up to 64 bits"
)


def type_name(cls: type) -> str:
    """Name a class as `package.module:Name`."""
    return f"{cls.__module__}:{cls.__qualname__}"


@overload
def encode(value: dict[Any, Any] | DataclassInstance) -> dict[str, Json]: ...
@overload
def encode(value: object) -> Json: ...
def encode(value: object) -> Json:
    """Turn a value into plain JSON values, tagged where JSON has no word for it.

    Args:
        value: A nested value of the supported types; subclasses of the builtin types are refused.

    Returns:
        Lists, dicts with string keys, strings, finite numbers, booleans and None.

    Raises:
        TypeError: If a value is of another type; the message names the place.

    Example:
        >>> encode({"c": (1, float("nan"))})
        {'c': {'!': 'tuple', 'items': [1, {'!': 'float', 'value': 'nan'}]}}
    """
    return _encode(value, "value")


def decode(plain: Json, types: Iterable[type] = ()) -> Any:
    """Invert `encode`.

    Args:
        plain: What `encode` returned, or its JSON text read back.
        types: The dataclasses, enumerations and named tuples that may occur; nothing is imported by name.

    Returns:
        The original value.

    Raises:
        ValueError: If a tag, a class or a field is unknown or missing.
    """
    known: dict[str, type] = {}
    for cls in types:
        if known.setdefault(type_name(cls), cls) is not cls:
            raise ValueError(
                f"`types` holds two classes named {type_name(cls)}; names must be unique. Pass one of them."
            )
    return _decode(plain, known, "value")


def dumps(plain: Json, *, indent: int | None = None) -> str:
    """Write plain values as canonical JSON: sorted keys, ASCII only, shortest exact floats.

    Args:
        plain: Plain values, as `encode` returns them.
        indent: Spaces per level for people to read; None for one line.

    Returns:
        The text; equal values give equal texts.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(plain, sort_keys=True, allow_nan=False, ensure_ascii=True, indent=indent, separators=separators)


def loads(text: str) -> Json:
    """Read JSON text into plain values.

    Args:
        text: What `dumps` returned.

    Returns:
        The plain values, for `decode`.

    Raises:
        ValueError: If the text is not JSON, names a key twice, or holds a bare NaN or infinity.
    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)


def is_plain(value: object) -> bool:
    """Tell whether a value consists of JSON's own types only, with finite floats and string keys."""
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is list:
        return all(is_plain(item) for item in value)
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, str)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(
            f"a JSON object names a key twice among {sorted(key for key, _ in pairs)}; keys must be unique."
        )
    return found


def _refuse_constant(text: str) -> Json:
    raise ValueError(f"{text} is not JSON; non-finite numbers are written as {{'!': 'float', 'value': 'nan'}}.")


def _encode(value: object, where: str) -> Json:
    cls = type(value)
    if value is None or cls in (bool, int, str):
        return cast("Json", value)
    if cls is float:
        number = cast("float", value)
        return number if math.isfinite(number) else {_TAG: "float", "value": repr(number)}
    if cls is list:
        return [_encode(item, f"{where}[{i}]") for i, item in enumerate(cast("list[object]", value))]
    if cls is tuple:
        items = cast("tuple[object, ...]", value)
        return {_TAG: "tuple", "items": [_encode(item, f"{where}[{i}]") for i, item in enumerate(items)]}
    if cls is dict:
        return _encode_dict(cast("dict[object, object]", value), where)
    if isinstance(value, enum.Enum):
        if type(value).__members__.get(value.name) is not value:
            raise TypeError(
                f"{where} is the combined flag {value!r}; only named members can be stored. Pass a tuple of members."
            )
        return {_TAG: "enum", "type": type_name(cls), "name": value.name}
    if isinstance(value, tuple) and _fields_of_named_tuple(cls) is not None:
        fields = {name: getattr(value, name) for name in _fields_of_named_tuple(cls) or ()}
        return {_TAG: "namedtuple", "type": type_name(cls), "fields": _encode_fields(fields, where)}
    if dataclasses.is_dataclass(cls):
        if not getattr(cls, "__dataclass_params__").frozen:  # noqa: B009 (unknown to type checkers)
            raise TypeError(
                f"{where} is a {type_name(cls)}, which can change; only frozen dataclasses can be stored. "
                "Add frozen=True."
            )
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(cls) if field.init}
        return {_TAG: "dataclass", "type": type_name(cls), "fields": _encode_fields(fields, where)}
    if isinstance(value, np.generic) and _storable(value.dtype):
        return {_TAG: "numpy", "dtype": value.dtype.name, "value": _encode(value.item(), where)}
    if cls is np.ndarray and _storable(cast("np.ndarray[Any, Any]", value).dtype):
        array = cast("np.ndarray[Any, Any]", value)
        values = [_encode(item, where) for item in array.ravel().tolist()]
        return {_TAG: "array", "dtype": array.dtype.name, "shape": list(array.shape), "values": values}
    raise TypeError(
        f"{where} is a {type_name(cls)}, which cannot be stored; supported are {_SUPPORTED}. Convert it first."
    )


def _encode_dict(value: dict[object, object], where: str) -> Json:
    if all(type(key) is str for key in value) and _TAG not in value:
        return {str(key): _encode(item, f"{where}[{key!r}]") for key, item in value.items()}
    pairs: list[Json] = [
        [_encode(key, f"a key of {where}"), _encode(item, f"{where}[{key!r}]")] for key, item in value.items()
    ]
    return {_TAG: "dict", "items": sorted(pairs, key=dumps)}


def _encode_fields(fields: Mapping[str, object], where: str) -> Json:
    return {name: _encode(item, f"{where}.{name}") for name, item in fields.items()}


def _storable(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in _KINDS and dtype.itemsize <= 8


def _fields_of_named_tuple(cls: type) -> tuple[str, ...] | None:
    return getattr(cls, "_fields", None)


def _decode(plain: Json, known: Mapping[str, type], where: str) -> Any:
    if isinstance(plain, list):
        return [_decode(item, known, f"{where}[{i}]") for i, item in enumerate(plain)]
    if not isinstance(plain, dict):
        return plain
    if _TAG not in plain:
        return {key: _decode(item, known, f"{where}[{key!r}]") for key, item in plain.items()}
    tag = plain[_TAG]
    read, keys = _READERS.get(str(tag), (None, ()))
    if read is None or set(plain) != {_TAG, *keys}:
        expected = f"the keys {', '.join(keys)}" if read else f"one of the tags {', '.join(_READERS)}"
        raise ValueError(
            f"{where} is tagged {tag!r} with the keys {sorted(set(plain) - {_TAG})}; expected {expected}. "
            "Use the file as it was written."
        )
    return read(plain, known, where)


def _read_float(plain: dict[str, Any], known: Mapping[str, type], where: str) -> float:
    return float(plain["value"])


def _read_tuple(plain: dict[str, Any], known: Mapping[str, type], where: str) -> tuple[Any, ...]:
    return tuple(_decode(plain["items"], known, where))


def _read_dict(plain: dict[str, Any], known: Mapping[str, type], where: str) -> dict[Any, Any]:
    return dict(_decode(plain["items"], known, where))


def _read_enum(plain: dict[str, Any], known: Mapping[str, type], where: str) -> Any:
    members = cast("type[enum.Enum]", _class(plain, known, where)).__members__
    if plain["name"] not in members:
        raise ValueError(
            f"{where} is the member {plain['name']!r} of {plain['type']}; the class has {', '.join(members)}. "
            "It was written by another version of that class: use that version."
        )
    return members[plain["name"]]


def _read_object(plain: dict[str, Any], known: Mapping[str, type], where: str) -> Any:
    cls: Any = _class(plain, known, where)
    expected = _fields_of_named_tuple(cls)
    if expected is None:
        expected = tuple(field.name for field in dataclasses.fields(cls) if field.init)
    if set(plain["fields"]) != set(expected):
        raise ValueError(
            f"{where} is a {plain['type']} with the fields {sorted(plain['fields'])}; the class has "
            f"{sorted(expected)}. "
            "It was written by another version of that class: use that version."
        )
    return cls(**{name: _decode(item, known, f"{where}.{name}") for name, item in plain["fields"].items()})


def _read_numpy(plain: dict[str, Any], known: Mapping[str, type], where: str) -> Any:
    return np.dtype(plain["dtype"]).type(_decode(plain["value"], known, where))


def _read_array(plain: dict[str, Any], known: Mapping[str, type], where: str) -> np.ndarray[Any, Any]:
    return np.array(_decode(plain["values"], known, where), dtype=plain["dtype"]).reshape(plain["shape"])


def _class(plain: dict[str, Any], known: Mapping[str, type], where: str) -> type:
    if plain["type"] not in known:
        raise ValueError(
            f"{where} is a {plain['type']}; `types` has {', '.join(known) or 'no class'}. Pass that class in `types`."
        )
    return known[plain["type"]]


_READERS: dict[str, tuple[Callable[[dict[str, Any], Mapping[str, type], str], Any], tuple[str, ...]]] = {
    "float": (_read_float, ("value",)),
    "tuple": (_read_tuple, ("items",)),
    "dict": (_read_dict, ("items",)),
    "enum": (_read_enum, ("type", "name")),
    "namedtuple": (_read_object, ("type", "fields")),
    "dataclass": (_read_object, ("type", "fields")),
    "numpy": (_read_numpy, ("dtype", "value")),
    "array": (_read_array, ("dtype", "shape", "values")),
}
