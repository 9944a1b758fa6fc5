"""`evo check DIR`: look at a folder again."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from evo.cli.parsing import parse
from evo.cli.showing import claims_shown
from evo.experiments import check_folder

_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """Judge the claims of a folder again from its rows, and run random blocks again, bit for bit."""

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo run`."""

    resimulate: Annotated[int, tyro.conf.arg(metavar="K")] = 0
    """How many randomly chosen blocks are run again and compared."""

    seed: Annotated[int | None, tyro.conf.arg(metavar="SEED", help_behavior_hint="")] = None
    """Chooses these blocks; a fresh one, which is printed, if not given."""


def command(words: list[str]) -> int:
    """Print what was found; return 2 if a claim fails, a block is damaged or a number differs."""
    options = parse(Check, words, "evo check")
    found = check_folder(options.folder, resimulate=options.resimulate, seed=options.seed, say=_quiet)
    for block in found.damaged:
        print(f"DAMAGED  the file of block {block.stem} does not agree with its checksum")
    if options.resimulate:
        print(f"{len(found.resimulated)} blocks run again (--seed {found.seed}): ", end="")
        print("all numbers are the same, bit for bit" if not found.differences else "DIFFERENT")
        for item in found.differences[:_SHOWN]:
            print(f"  {item.block.cell}, run {item.run}, {item.column}: stored {item.stored!r}, now {item.again!r}")
        if len(found.differences) > _SHOWN:
            print(f"  and {len(found.differences) - _SHOWN} more")
        print()
    if found.claims:
        claims_shown(found.claims, found.setup.experiment.family_error)
    else:
        lacking = found.missing + len(found.damaged)
        print(f"Claims are judged on all rows only; {lacking} blocks are missing or damaged. To go on:")
        print(f"  {found.setup.command} --out {options.folder}")
    sys.stdout.flush()
    return 2 if found.failed else 0


def _quiet(text: str) -> None:
    del text  # damaged blocks are listed one by one
