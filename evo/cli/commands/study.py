"""`evo study FILE.toml`: run the study that a file describes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import tyro

from evo.cli.parsing import parse
from evo.cli.tables import shown, summarised
from evo.core import checks
from evo.studies import StudySpec, as_executor, as_part, load_toml

_ROWS = 40


@dataclass(frozen=True, kw_only=True)
class Study:
    """Run the study that a file describes, or go on where it was interrupted.

    The file says which algorithms run on which problems, over which grid, and how often; docs/study_files.md describes
    it. Rows go into a folder and are kept whatever happens: the same command goes on, also with more runs, more values
    in the grid or more cells.

    Example:
      evo study examples/strengths.toml --out results/strengths

    On a cluster, job number 3 of 100 on one shared folder:
      evo study big.toml --out /shared/big --block 3/100
    """

    file: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE.toml")]
    """The file that describes the study."""

    out: Annotated[Path | None, tyro.conf.arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder for the rows; results/FILE, without its suffix, if not given."""

    runs: Annotated[int | None, tyro.conf.arg(metavar="K", help_behavior_hint="")] = None
    """Runs per cell, instead of those that the file says; they may grow from call to call."""

    executor: Annotated[str | None, tyro.conf.arg(metavar="HOW", help_behavior_hint="")] = None
    """Where blocks run: threads, threads:4, loky (processes), loky:4, dask tcp://HOST:8786 or ray; threads if not
    given. The rows do not depend on it."""

    block: Annotated[str | None, tyro.conf.arg(metavar="I/M", help_behavior_hint="")] = None
    """Run part I of M only, as one of M jobs that share the folder, or have one each (evo merge joins them)."""

    fresh: Annotated[bool, tyro.conf.arg(help_behavior_hint="")] = False
    """Remove the rows in the folder and start over."""


def command(words: list[str]) -> int:
    """Run, and print what the rows say so far."""
    options = parse(Study, words, "evo study")
    how: dict[str, Any] = {"executor": as_executor(options.executor), "part": as_part(options.block)}
    spec = load_toml(options.file)
    if options.runs is not None:
        runs = checks.integer("--runs", options.runs, 1, "Pass how many runs each cell shall have.")
        spec = replace(spec, runs=runs)
    folder = spec.folder if options.out is None else options.out
    _announce(spec, folder)
    found = spec.study(out=folder, fresh=options.fresh, **how)
    print(f"\n{found.status()}\n")
    table = found.table()
    if len(table):
        print(shown(summarised(table), most=_ROWS))
    where = shlex.quote(str(folder))
    print(f"\nnext    evo table {where}    evo draw {where}    evo status {where}")
    return 0


def _announce(spec: StudySpec, folder: Path) -> None:
    cells = spec.points
    print(f"{spec.name}: {cells} cell{'s' if cells > 1 else ''} of {spec.runs} run{'s' if spec.runs > 1 else ''}")
    for name, values in spec.grid.items():
        told = [repr(value) if isinstance(value, str) else f"{value}" for value in values]
        print(f"  {name}: {', '.join(told[:8])}" + (f", ... ({len(told)} values)" if len(told) > 8 else ""))
    print(f"  folder {folder}", flush=True)
