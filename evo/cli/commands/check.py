"""`evo check DIR`: look at a folder again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from evo.cli.folders import kind_of, study_in
from evo.cli.parsing import parse
from evo.cli.showing import claims_shown
from evo.core import checks
from evo.experiments import check_folder
from evo.studies import Block, Difference, StudySpec, load_toml
from evo.studies._folder import SOURCE

_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """Look at a folder again: damaged blocks, random blocks run again bit for bit, and the claims of an experiment.

    The rows of blocks that are run again must be those in the folder, to the last bit. Exit code 2 if a block is
    damaged, a number differs or a claim fails.

    Example:
      evo check results/strengths --resimulate 5
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo study` or `evo run`."""

    resimulate: Annotated[int, tyro.conf.arg(metavar="K")] = 0
    """How many randomly chosen blocks are run again and compared."""

    seed: Annotated[int | None, tyro.conf.arg(metavar="SEED", help_behavior_hint="")] = None
    """Chooses these blocks; a fresh one, which is printed, if not given."""

    file: Annotated[Path | None, tyro.conf.arg(metavar="FILE.toml", help_behavior_hint="")] = None
    """The file of the study, whose parts run again; the copy in DIR if not given."""


def command(words: list[str]) -> int:
    """Print what was found; return 2 if a claim fails, a block is damaged or a number differs."""
    options = parse(Check, words, "evo check")
    if kind_of(options.folder) == "study":
        return _study(options)
    if options.file is not None:
        raise checks.bad_value("--file", str(options.file), "belong to a study", "Leave it out for an experiment.")
    found = check_folder(options.folder, resimulate=options.resimulate, seed=options.seed, say=_quiet)
    _damaged(found.damaged)
    if options.resimulate:
        _compared(found.resimulated, found.differences, found.seed)
    if found.claims:
        claims_shown(found.claims, found.setup.experiment.family_error)
    else:
        lacking = found.missing + len(found.damaged)
        print(f"Claims are judged on all rows only; {lacking} blocks are missing or damaged. To go on:")
        print(f"  {found.setup.command} --out {options.folder}")
    sys.stdout.flush()
    return 2 if found.failed else 0


def _study(options: Check) -> int:
    if options.resimulate:
        study = _spec(options).read(options.folder)
    else:
        study = study_in(options.folder, "check")
    found = study.resimulate(options.resimulate, seed=options.seed)
    _damaged(found.damaged)
    if options.resimulate:
        _compared(found.blocks, found.differences, found.seed)
    sound = len(study.plan.blocks) - found.missing - len(found.damaged)
    print(f"{sound} of {len(study.plan.blocks)} planned blocks are there and agree with their checksums")
    return 2 if found.failed else 0


def _spec(options: Check) -> StudySpec:
    path = options.folder / SOURCE if options.file is None else options.file
    if options.file is None and not path.is_file():
        action = (
            "A study that was run from Python checks itself there: call evo.study(...) as it was called, then "
            ".resimulate(K) of what it returns. If it was run from a file, pass --file FILE.toml."
        )
        allowed = f"be 0 for a study without {SOURCE} in its folder, which says what runs"
        raise checks.bad_value("--resimulate", options.resimulate, allowed, action)
    return load_toml(path)


def _damaged(blocks: Sequence[Block]) -> None:
    for block in blocks:
        print(f"DAMAGED  the file of block {block.stem} does not agree with its checksum")


def _compared(blocks: Sequence[Block], differences: Sequence[Difference], seed: int) -> None:
    print(f"{len(blocks)} blocks run again (--seed {seed}): ", end="")
    print("all numbers are the same, bit for bit" if not differences else "DIFFERENT")
    for item in differences[:_SHOWN]:
        print(f"  {item.block.cell}, run {item.run}, {item.column}: stored {item.stored!r}, now {item.again!r}")
    if len(differences) > _SHOWN:
        print(f"  and {len(differences) - _SHOWN} more")
    print()


def _quiet(text: str) -> None:
    del text  # damaged blocks are listed one by one
