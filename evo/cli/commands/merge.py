"""`evo merge OUT DIR...`: the parts of one study into one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from evo.cli.commands import status
from evo.cli.parsing import parse
from evo.studies import merge
from evo.studies._folder import SOURCE
from evo.studies.spec.keeping import keep


@dataclass(frozen=True)
class Merge:
    """Join folders in which parts of one study were computed, and say how far the study is then.

    The blocks are copied; the folders stay as they are. All of them must come from the same study: same file, same
    seed, same `block`. Every block is compared with its checksum.

    Example:
      evo merge results/big job-1 job-2 job-3
    """

    out: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="OUT")]
    """The folder that gets everything: new, empty, or with blocks of the same study."""

    folders: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="DIR [DIR ...]")]
    """The folders of the parts."""


def command(words: list[str]) -> int:
    """Copy the blocks, and say how far the study is; return 2 if blocks of OUT are damaged."""
    options = parse(Merge, words, "evo merge")
    merge(options.out, options.folders)
    _keep_file(options.out, options.folders)
    return status.command([str(options.out)])


def _keep_file(out: Path, folders: tuple[Path, ...]) -> None:
    """Keep the file of the study, where the folders have one and the same."""
    texts = {path.read_bytes().decode() for path in (folder / SOURCE for folder in folders) if path.is_file()}
    if len(texts) == 1:
        keep(out, texts.pop())
