"""The bibliography of the experiments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from evo.core import checks

__all__ = ["bibtex"]


def bibtex(keys: Iterable[str]) -> str:
    """The BibTeX entries of these keys, in this order.

    Raises:
        ValueError: for a key without an entry.
    """
    known = _entries()
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key not in known:
            action = f"{checks.nearest(key, known)} Entries are in references.bib beside this module."
            raise checks.bad_value("keys", key, "name an entry of the bibliography", action)
    return "\n\n".join(known[key] for key in wanted)


@cache
def _entries() -> dict[str, str]:
    text = (Path(__file__).parent / "references.bib").read_text(encoding="utf-8")
    entries = [f"@{part.rstrip()}" for part in text.split("\n@")[1:]]  # the text before the first entry is a comment
    return {entry.partition("{")[2].partition(",")[0].strip(): entry for entry in entries}
