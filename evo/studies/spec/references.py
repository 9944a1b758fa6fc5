"""Parameters of the grid within a cell, written `$name`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from evo.studies.spec.places import Place, hint

__all__ = ["Values", "given", "refers", "referred"]

Values: TypeAlias = "Mapping[str, Any]"

_REFERENCE = re.compile(r"\$(?P<name>[^\W\d]\w*)")


def refers(raw: Any) -> bool:
    """Whether a value of the file is a text with a `$` in it, that is, stands for a parameter."""
    return isinstance(raw, str) and "$" in raw


def referred(raw: Any, place: Place, known: Mapping[str, Any]) -> Iterator[str]:
    """The names of the parameters to which a value of the file refers, in their order, repetitions included.

    Args:
        raw: any value, tables and lists included.
        place: of it.
        known: parameters of the grid.

    Raises:
        SpecError: for a parameter that the grid does not have.
    """
    if isinstance(raw, Mapping):
        for key, item in raw.items():
            yield from referred(item, place / key, known)
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from referred(item, place / index, known)
    elif refers(raw):
        name = _name(raw, place)
        if name not in known:
            raise place.error(f"the grid has no parameter {name!r}. {hint(name, known)}")
        yield name


def given(raw: str, place: Place, values: Values) -> Any:
    """The value that a reference stands for."""
    return values[_name(raw, place)]


def _name(raw: str, place: Place) -> str:
    match = _REFERENCE.fullmatch(raw)
    if match is None:
        raise place.error(f'a parameter of the grid is written alone, as in "$c"; got {raw!r}.')
    return match["name"]
