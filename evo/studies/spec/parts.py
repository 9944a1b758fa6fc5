"""Tables of a file as the parts they stand for."""

from __future__ import annotations

import enum
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from evo.core import checks
from evo.studies.spec.names import found, imported, is_import
from evo.studies.spec.places import Place, hint, table_of
from evo.studies.spec.references import Values, given, refers

__all__ = ["build"]

_TYPE = "type"
_PLAIN = (bool, int, float, str, list, tuple, dict, type(None), np.ndarray, object)
_ARGUMENT = re.compile(r"`(\w+)")  # refusals of parts begin with the argument


def build(raw: Any, kinds: tuple[type, ...], place: Place, values: Values, folder: Path | None) -> Any:
    """Make the part that a table, or the name of a part alone, stands for.

    Args:
        raw: `{type = "Name", ...}` with the part's arguments, or "Name" where none is needed.
        kinds: classes of which the part must be; empty for any.
        place: of the table in the file.
        values: of the parameters of the grid.
        folder: of the file.

    Returns:
        The part.

    Raises:
        SpecError: for unknown types and arguments, for missing ones, and where the part refuses its values.
    """
    if isinstance(raw, str):
        name, arguments, place_of_name = raw, {}, place
    elif isinstance(raw, Mapping):
        if _TYPE not in raw:
            raise place.error('the key `type` is missing, which names the part, as in {type = "OneMax", n = 100}.')
        name, place_of_name = raw[_TYPE], place / _TYPE
        arguments = {key: item for key, item in raw.items() if key != _TYPE}
    else:
        raise place.error(f'this must be a table such as {{type = "OneMax", n = 100}}; got {checks.shown(raw)}.')
    if refers(name):
        name = given(name, place_of_name, values)
    if not isinstance(name, str):
        raise place_of_name.error(f"this must be the name of a part, a text; got {checks.shown(name)}.")
    thing = found(name, kinds, place_of_name, folder)
    if not isinstance(thing, type) and not inspect.isroutine(thing):  # a part itself, such as `zeros`
        table_of(arguments, place, ())
        return thing
    made = _called(thing, name, arguments, place, values, folder)
    if kinds and not isinstance(made, kinds):
        raise place_of_name.error(f"{name!r} makes a {type(made).__name__}, which does not belong here.")
    return made


def _called(
    thing: Callable[..., Any],
    name: str,
    arguments: Mapping[str, Any],
    place: Place,
    values: Values,
    folder: Path | None,
) -> Any:
    try:
        parameters = _parameters(thing)
    except ValueError:
        raise place.error(f"{name!r} does not say which arguments it takes, so that it cannot be used here.") from None
    hints = _hints(thing)
    open_ended = any(item.kind is item.VAR_KEYWORD for item in parameters.values())
    needed = [item.name for item in parameters.values() if item.default is item.empty and item.kind in _NAMED]
    named = [item.name for item in parameters.values() if item.kind in (*_NAMED, inspect.Parameter.VAR_POSITIONAL)]
    table_of(arguments, place, [*named, *arguments] if open_ended else named, needed)
    made: dict[str, Any] = {}
    for key, raw in arguments.items():
        several = key in parameters and parameters[key].kind is inspect.Parameter.VAR_POSITIONAL
        if several and not isinstance(raw, list):
            raise (place / key).error(f'this must be a list such as ["value"]; got {checks.shown(raw)}.')
        made[key] = _argument(raw, hints.get(key, Any), place / key, values, folder)
    positional: list[Any] = []
    rest = next((item.name for item in parameters.values() if item.kind is item.VAR_POSITIONAL), None)
    if rest in made:  # what follows a variable number of arguments is given by name, what precedes them by position
        before = list(parameters)[: list(parameters).index(rest)]
        positional = [made.pop(item) for item in before if item in made] + made.pop(rest)
    return _refusals_named(lambda: thing(*positional, **made), arguments, place)


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def _argument(raw: Any, wanted: Any, place: Place, values: Values, folder: Path | None) -> Any:
    """A value of the file as the argument of a part."""
    if refers(raw):
        raw = given(raw, place, values)
    parts = tuple(item for item in _classes(wanted) if item not in _PLAIN and not issubclass(item, enum.Enum))
    if isinstance(raw, Mapping):
        if not parts and wanted is not Any:
            raise place.error(f"this must be a plain value, not a table; got {checks.shown(dict(raw))}.")
        return build(raw, parts, place, values, folder)
    if isinstance(raw, list):
        return [_argument(item, _item_of(wanted), place / index, values, folder) for index, item in enumerate(raw)]
    if isinstance(raw, str):
        if is_import(raw) and (wanted is Any or _takes_functions(wanted)):
            return imported(raw, place, folder)
        if parts and str not in _classes(wanted):
            return build(raw, parts, place, values, folder)
    return _as_member(raw, wanted, place)


def _as_member(value: Any, wanted: Any, place: Place) -> Any:
    """The member of an enumeration that a text names, in capitals or not; other values as they are."""
    members = [item for kind in _classes(wanted) if issubclass(kind, enum.Enum) for item in kind]
    if not members or not isinstance(value, str):
        return value
    by_name = {item.name: item for item in members}
    if value.upper() not in by_name:
        raise place.error(f"{value!r} is none of {', '.join(by_name)}. {hint(value.upper(), by_name)}")
    return by_name[value.upper()]


def _refusals_named(make: Callable[[], Any], arguments: Mapping[str, Any], place: Place) -> Any:
    """What `make` gives; a refusal by the part names the place in the file."""
    try:
        return make()
    except Exception as error:
        match = _ARGUMENT.match(str(error))
        where = place / match[1] if match and match[1] in arguments else place
        kind = "" if isinstance(error, ValueError | TypeError) else f"{type(error).__name__}: "
        raise where.error(f"{kind}{error}") from error


@functools.lru_cache(maxsize=256)
def _parameters(thing: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(thing).parameters


@functools.lru_cache(maxsize=256)
def _hints(thing: Any) -> dict[str, Any]:
    """The annotations of the arguments, as far as they can be read."""
    found: dict[str, Any] = {}
    for source in (thing, getattr(thing, "__init__", None)) if isinstance(thing, type) else (thing,):
        try:
            found = {**get_type_hints(source), **found}
        except Exception:  # whatever an annotation of a user's part refers to
            continue
    return found


def _classes(wanted: Any) -> tuple[type, ...]:
    """The classes of which a union consists."""
    if get_origin(wanted) in (Union, UnionType):
        return tuple(item for part in get_args(wanted) for item in _classes(part))
    kind = get_origin(wanted) or wanted
    return (kind,) if isinstance(kind, type) and kind not in (Any, Callable) else ()


def _takes_functions(wanted: Any) -> bool:
    several = get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)
    return any((get_origin(item) or item) is Callable for item in several)


def _item_of(wanted: Any) -> Any:
    """The annotation of the items of a list; that of a variable number of arguments is the item's already."""
    inner = [item for item in get_args(wanted) if item is not Ellipsis] if get_origin(wanted) in (tuple, list) else []
    return inner[0] if inner else wanted if _classes(wanted) and not set(_classes(wanted)) & set(_PLAIN) else Any
