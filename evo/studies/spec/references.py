"""Parameters of the grid within a cell, written `$name`, and expressions of them, such as `$c/$n`."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from evo.studies.spec.places import Place, hint

if TYPE_CHECKING:
    from evo.plots import Expression

__all__ = ["Values", "given", "refers", "referred"]

Values: TypeAlias = "Mapping[str, Any]"

_REFERENCE = re.compile(r"\$([^\W\d]\w*)")
_NAME = re.compile(r"[^\W\d]\w*")
_MARK = "$"
_WORDS = ("ln", "log2", "sqrt", "exp", "e", "pi")


def refers(raw: Any) -> bool:
    """Whether a value of the file is a text with a `$` in it, that is, stands for parameters."""
    return isinstance(raw, str) and _MARK in raw


def referred(raw: Any, place: Place, known: Mapping[str, Any]) -> Iterator[str]:
    """The names of the parameters to which a value of the file refers, in their order, repetitions included.

    Args:
        raw: any value, tables and lists included.
        place: of it.
        known: parameters of the grid.

    Raises:
        SpecError: for a parameter that the grid does not have, and for text that is no expression.
    """
    if isinstance(raw, Mapping):
        for key, item in raw.items():
            yield from referred(item, place / key, known)
    elif isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from referred(item, place / index, known)
    elif refers(raw):
        names = _REFERENCE.findall(raw)
        for name in names:
            if name not in known:
                raise place.error(f"the grid has no parameter {name!r}. {hint(name, known)}")
        if not _is_alone(raw):
            _expression(raw, place)
        yield from names


def given(raw: str, place: Place, values: Values) -> Any:
    """The value of a parameter, as it stands in the grid; or that of an expression of parameters, a number.

    Whole parameters give a whole number where the value is one: `"$n/2"` of 100 is 50.

    Raises:
        SpecError: for parameters that are no numbers, and where the value is not defined.
    """
    names = _REFERENCE.findall(raw)
    if _is_alone(raw):
        return values[names[0]]
    for name in names:
        if isinstance(values[name], bool | str):
            raise place.error(f"an expression joins numbers, and {name} = {values[name]!r} is none.")
    used = {name: values[name] for name in names}
    number = float(_expression(raw, place)(used))
    if not math.isfinite(number):
        told = ", ".join(f"{name} = {value!r}" for name, value in used.items())
        raise place.error(f"{raw!r} is not defined for {told}.")
    whole = all(isinstance(value, int) for value in used.values()) and number.is_integer()
    return int(number) if whole else number


@functools.lru_cache(maxsize=256)
def _read(text: str) -> Expression:
    from evo.plots import Expression

    return Expression(text)


def _is_alone(raw: str) -> bool:
    return _REFERENCE.fullmatch(raw) is not None


def _expression(raw: str, place: Place) -> Expression:
    """The expression, its parameters without their marks; other names than e and pi are refused."""
    for name in _NAME.findall(_REFERENCE.sub(" ", raw)):
        if name not in _WORDS:
            raise place.error(f"{name!r} in {raw!r} is no parameter. Write ${name}, or one of {', '.join(_WORDS)}.")
    try:
        return _read(raw.replace(_MARK, " "))  # a space, so that "2$e3" is no number
    except ValueError as error:
        raise place.error(str(error)) from error
