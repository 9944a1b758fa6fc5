"""Where something stands in a file, and the error that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

from evo.core import checks

__all__ = ["Place", "SpecError", "table_of"]


class SpecError(ValueError):
    """A file that describes a study is not as it must be; the message names file, line and place.

    Args:
        text: what is wrong, and what to do.
        place: where; None for the file as a whole.
    """

    def __init__(self, text: str, place: Place | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.place)


@final
@dataclass(frozen=True)
class Place:
    """A place in a file: keys, and positions in lists, which are counted from 1.

    Args:
        steps: from the root of the file; strings for keys, integers (from 0) for positions.

    Example:
        >>> print(Place() / "cell" / 1 / "optimizer" / "rate")
        cell[2].optimizer.rate
    """

    steps: tuple[str | int, ...] = ()

    def __truediv__(self, step: str | int) -> Place:
        return Place((*self.steps, step))

    def __str__(self) -> str:
        text = ""
        for step in self.steps:
            text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
        return text or "the file"

    def error(self, text: str) -> SpecError:
        """The error that names this place."""
        return SpecError(f"{self}: {text}" if self.steps else text, self)


def table_of(value: Any, place: Place, allowed: Iterable[str], needed: Iterable[str] = ()) -> Mapping[str, Any]:
    """The value as a table that holds all needed keys and no others than the allowed ones.

    Args:
        value: what stands in the file.
        place: where.
        allowed: keys that may occur, the needed ones included.
        needed: keys that must occur.

    Raises:
        SpecError: for anything else, with the nearest allowed key.
    """
    known, required = tuple(allowed), tuple(needed)
    if not isinstance(value, Mapping):
        raise place.error(f"this must be a table with the keys {listed(known)}; got {checks.shown(value)}.")
    for key in value:
        if key not in known:
            raise (place / key).error(f"there is no such key here. {hint(key, known)}")
    for key in required:
        if key not in value:
            raise place.error(f"the key `{key}` is missing; needed here: {listed(required)}.")
    return value


def hint(name: str, names: Iterable[str]) -> str:
    """The nearest known name; or all of them, or that there is none."""
    known = list(names)
    return checks.nearest(name, known) if known else "None is allowed."


def listed(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names) or "none"
