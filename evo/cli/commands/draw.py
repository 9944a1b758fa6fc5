"""`evo draw DIR`: the figure of a folder, from its rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from evo.cli.parsing import parse
from evo.experiments import draw_folder


@dataclass(frozen=True)
class Draw:
    """Draw the figure of a folder again, from its rows alone."""

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo run`."""


def command(words: list[str]) -> int:
    """Draw, and name the files."""
    options = parse(Draw, words, "evo draw")
    for path in draw_folder(options.folder):
        print(path)
    return 0
