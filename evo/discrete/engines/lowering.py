"""The named-tuple types of parts that do not name one themselves, and which parts belong to the library."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from typing import Any

#: part class -> its lowered type
LOWERED: dict[type, type] = {}
#: lowered types that kernels may have seen
USED: set[type] = set()
#: lowered types made here: they do not exist by name in a module, so kernels that contain them are not kept on disk
_MADE: set[type] = set()
_numbers = itertools.count()


def made_type(name: str, fields: list[str]) -> Any:
    """A new named-tuple type for a part.

    Its last field has a name of its own: numba tells named tuples that reach a compiled function apart by the names of
    class and fields alone, and would run the code of another part with the same names.
    """
    kind = collections.namedtuple(name, [*fields, f"made_{next(_numbers)}"], defaults=[0])  # type: ignore[misc]
    _MADE.add(kind)
    return kind


def lowered_type(cls: Any) -> Any:
    """The named-tuple type that a part class without a `lower` of its own is lowered to."""
    if cls not in LOWERED:
        LOWERED[cls] = made_type(cls.__name__, [field.name for field in dataclasses.fields(cls)])
    return LOWERED[cls]


def is_own(lowered: Any) -> bool:
    """Whether a lowered part and all it contains belong to the library, so that compiled kernels may be cached."""
    if not isinstance(lowered, tuple):
        return True
    own = type(lowered) is tuple or (type(lowered).__module__.startswith("evo.") and type(lowered) not in _MADE)
    return own and all(is_own(item) for item in lowered)
