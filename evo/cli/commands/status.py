"""`evo status DIR`: how far a folder is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from evo.cli.folders import Kind, kind_of
from evo.cli.parsing import parse
from evo.cli.tables import shown
from evo.studies import Store
from evo.studies.survey import Survey, survey

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 40
_WORDS = {"study": "a study", "experiment": "an experiment", "rows": "rows"}


@dataclass(frozen=True)
class Status:
    """Say how far a folder is: finished and missing runs and blocks of each cell, and runs that were capped so far.

    Also whether blocks are damaged, who works on the folder at the moment, where it was computed, and about how long
    the rest takes. It may be asked at any time, also while the folder is filled.

    Example:
      evo status results/strengths
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an `evo study` or `evo run`, finished or not."""


def command(words: list[str]) -> int:
    """Print what is there; return 2 if a block is damaged."""
    options = parse(Status, words, "evo status")
    kind = kind_of(options.folder)
    found = survey(Store.read(options.folder, notify=_silent))
    print("\n".join(_lines(options.folder, kind, found)))
    return 2 if found.damaged else 0


def _lines(folder: Path, kind: Kind, found: Survey) -> list[str]:
    runs, of_runs = found.runs
    blocks, of_blocks = found.blocks
    share = 100 * runs // of_runs if of_runs else 100
    lines = [
        f"{folder}: {_WORDS[kind]} of {len(found.cells)} cells",
        f"runs         {runs} of {of_runs} finished ({share} %), in {blocks} of {of_blocks} blocks",
    ]
    capped = [item.capped for item in found.cells if item.capped is not None]
    if capped:
        lines.append(f"capped       {sum(capped)} of the finished runs ended without reaching the optimum")
    for block in found.damaged[:_SHOWN]:
        lines.append(f"DAMAGED      the file of block {block.stem} does not agree with its checksum")
    if len(found.damaged) > _SHOWN:
        lines.append(f"             and {len(found.damaged) - _SHOWN} more")
    if found.damaged:
        lines.append("             The same command that filled the folder runs damaged blocks again.")
    lines.append(f"at work      {'; '.join(map(str, found.holders)) or 'nobody'}")
    lines += [f"environment  {_environment(item)}" for item in found.environments]
    lines += [f"remaining    {_remaining(found)}", "", shown(_frame(found), most=_SHOWN)]
    return lines


def _frame(found: Survey) -> pl.DataFrame:
    """Unfinished cells first: they are what one looks for."""
    import polars as pl

    ordered = sorted(found.cells, key=lambda item: item.runs >= item.of_runs)
    columns: dict[str, list[Any]] = {
        "cell": [item.cell for item in ordered],
        "runs": [item.runs for item in ordered],
        "missing": [item.of_runs - item.runs for item in ordered],
        "blocks": [f"{item.blocks} of {item.of_blocks}" for item in ordered],
    }
    if any(item.capped is not None for item in ordered):
        columns["capped"] = [item.capped for item in ordered]
    return pl.DataFrame(columns)


def _environment(item: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in item.get("packages", {}).items() if version)
    return f"Python {item.get('python')}, {packages}; {item.get('platform')}, {item.get('cpus')} processors"


def _remaining(found: Survey) -> str:
    if found.complete:
        return "nothing"
    blocks, of_blocks = found.blocks
    runs, of_runs = found.runs
    if math.isnan(found.seconds):
        why = "too few blocks are finished" if blocks == of_blocks or blocks < 2 else "runs are not cut into blocks yet"
        return f"{of_runs - runs} runs; how long they take is not known yet: {why}"
    return f"{of_blocks - blocks} blocks, about {_duration(found.seconds)} at the pace of the latest ones"


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(1.0, seconds):.0f} s"


def _silent(text: str) -> None:
    del text  # damaged blocks are listed one by one
