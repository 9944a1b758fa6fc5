"""Names in a file: the parts of the library, and the parts of users as `package.module:Name`."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from evo.studies.spec.places import Place, hint

__all__ = ["found", "imported", "is_import"]

#: where names are looked up, in this order
_LIBRARY = ("evo.discrete", "evo.continuous", "evo")
_IMPORT = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def is_import(text: str) -> bool:
    """Whether a text has the form `package.module:Name`."""
    return _IMPORT.fullmatch(text) is not None


def found(name: str, kinds: tuple[type, ...], place: Place, folder: Path | None) -> Any:
    """What a name stands for: a class, a function that makes a part, or a part itself such as `zeros`.

    Args:
        name: of a part of the library, or `package.module:Name`.
        kinds: classes of which it must be; empty for any.
        place: of the name in the file.
        folder: of the file; modules of users may lie there.

    Raises:
        SpecError: for unknown names, with the nearest known one, and for a part of another kind.
    """
    thing = imported(name, place, folder) if is_import(name) else _of_library(name, kinds, place)
    wrong = kinds and (not issubclass(thing, kinds) if isinstance(thing, type) else _is_other(thing, kinds))
    if wrong or not (callable(thing) or kinds):
        raise place.error(f"{name!r} is not {_kind(kinds)}. {_known(kinds)}")
    return thing


def imported(name: str, place: Place, folder: Path | None) -> Any:
    """Import `package.module:Name`, also from the folder of the file.

    Raises:
        SpecError: if there is no such module or it has no such name.
    """
    home, _, inner = name.partition(":")
    try:
        module = _module(home, folder)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{home}.".startswith(f"{error.name}."):
            raise place.error(f"the module {home!r} needs {error.name!r}, which is not installed.") from error
        raise place.error(
            f"there is no module {error.name!r}. Put it beside the file, into the folder where you run the command, or "
            "install it."
        ) from error
    if not hasattr(module, inner):
        names = [item for item in vars(module) if not item.startswith("_")]
        raise place.error(f"the module {home!r} has no {inner!r}. {hint(inner, names)}")
    return getattr(module, inner)


def _module(home: str, folder: Path | None) -> ModuleType:
    try:
        return importlib.import_module(home)
    except ModuleNotFoundError:
        top = home.partition(".")[0]
        for place in (folder, Path.cwd()):
            if place is not None and ((place / top).is_dir() or (place / f"{top}.py").is_file()):
                sys.path.append(str(place.resolve()))  # stays, so that processes which are started later find it too
                importlib.invalidate_caches()
                return importlib.import_module(home)
        raise


def _of_library(name: str, kinds: tuple[type, ...], place: Place) -> Any:
    if name in _library():
        return _library()[name]
    raise place.error(
        f"{name!r} is no part of the library. {_known(kinds, name)} "
        "Parts of your own are written 'package.module:Name'."
    )


@functools.cache
def _library() -> dict[str, Any]:
    """Name -> part; of equal names the first one."""
    found: dict[str, Any] = {}
    for home in _LIBRARY:
        module = importlib.import_module(home)
        for name in module.__all__ if home != "evo" else module._HOMES:
            found.setdefault(name, getattr(module, name))
    return found


def _known(kinds: tuple[type, ...], name: str = "") -> str:
    """The nearest suitable name, or all of them."""
    suitable = {
        known
        for known, thing in _library().items()
        if not known.startswith("Abstract")
        and not inspect.isabstract(thing)
        and (not kinds or (issubclass(thing, kinds) if isinstance(thing, type) else isinstance(thing, kinds)))
    }
    return hint(name, suitable)


def _is_other(thing: Any, kinds: tuple[type, ...]) -> bool:
    """Whether something that is no class is a part of another kind; what a function makes is not known yet."""
    return not callable(thing) and not isinstance(thing, kinds)


def _kind(kinds: tuple[type, ...]) -> str:
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removeprefix("Abstract")).lower() for kind in kinds]
    text = " or ".join(words) or "part"
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
