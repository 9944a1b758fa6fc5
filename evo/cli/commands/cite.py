"""`evo cite NAME`: BibTeX of what a figure rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from evo.cli.parsing import parse
from evo.experiments import bibtex, find


@dataclass(frozen=True)
class Cite:
    """Print the BibTeX entries of exactly what a figure rests on."""

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")]
    """The experiment; `evo list` shows all."""


def command(words: list[str]) -> int:
    """Print the entries."""
    options = parse(Cite, words, "evo cite")
    print(bibtex(find(options.name).references))
    return 0
