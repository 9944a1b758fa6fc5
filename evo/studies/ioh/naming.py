"""Names that files and readers bear, and a folder that nobody else has."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

__all__ = ["file_name", "fresh_folder", "plain", "unique"]

_LETTERS = "alpha beta gamma delta epsilon eta theta kappa lambda mu nu pi rho sigma tau phi chi psi omega"
_GREEK = dict(zip("αβγδεηθκλμνπρστφχψω", _LETTERS.split()))
_UNSAFE = re.compile(r"[^\x20-\x7e]|[\"'`\\/|;,]")
_LONGEST = 80


def plain(name: str) -> str:
    """The name in printable ASCII without quotes, slashes and separators, which IOHanalyzer uploads refuse.

    Example:
        >>> plain("(μ+λ)/'é'")
        '(mu+lambda)__e_'
    """
    spread = unicodedata.normalize("NFKD", name)
    spoken = "".join(_GREEK.get(letter, letter) for letter in spread if not unicodedata.combining(letter))
    return " ".join(_UNSAFE.sub("_", spoken).split()) or "unnamed"


def file_name(name: str) -> str:
    """The name as a part of a path on every system, of at most 80 characters."""
    return re.sub(r"[^A-Za-z0-9+=.-]+", "_", plain(name)).strip("._")[:_LONGEST] or "unnamed"


def unique(name: str, taken: set[str]) -> str:
    """The name, or the name with the first free number behind it; capitals do not make a difference."""
    number, chosen = 1, name
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{name}-{number}"
    taken.add(chosen.casefold())
    return chosen


def fresh_folder(folder: Path) -> Path:
    """Create the folder, or the first of folder-1, folder-2, ... that does not exist.

    The folder is created without looking first, so that two processes never take the same one.

    Args:
        folder: the wanted path; its parents are created.

    Raises:
        OSError: if the operating system refuses.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    number, chosen = 0, folder
    while True:
        try:
            chosen.mkdir(exist_ok=False)
        except FileExistsError:
            number += 1
            chosen = folder.with_name(f"{folder.name}-{number}")
        else:
            return chosen
