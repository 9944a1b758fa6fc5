"""`evo export DIR`: the rows of a study for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from evo.cli.folders import study_in
from evo.cli.parsing import one_of, parse
from evo.core import checks

_FORMATS = ("ioh", "csv", "parquet")


@dataclass(frozen=True, kw_only=True)
class Export:
    """Write the rows of a study for other programs.

    With --format ioh the recorded rows become IOHprofiler data, which IOHanalyzer and iohinspector read; the study
    needs a recorder. With csv or parquet there is one file of runs, one of recorded rows if there are any, and one of
    the table with a row per cell.

    Example:
      evo export results/policies --format ioh --out results/policies-ioh
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo study`."""

    format: Annotated[str, tyro.conf.arg(metavar="FORMAT")]
    """ioh, csv or parquet."""

    out: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Where the files go; DIR/FORMAT if not given."""

    grid: Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint="")] = None
    """Only for ioh: write N rows per factor of ten of evaluations, at the same ones for all runs, in place of those
    that were recorded."""


def command(words: list[str]) -> int:
    """Write, and name the files."""
    options = parse(Export, words, "evo export")
    one_of("--format", options.format, _FORMATS)
    if options.grid is not None and options.format != "ioh":
        action = "Leave it out, or take --format ioh."
        raise checks.bad_value("--grid", options.grid, f"be left out for --format {options.format}", action)
    study = study_in(options.folder, "export")
    target = options.folder / options.format if options.out is None else options.out
    more = {} if options.grid is None else {"grid": options.grid}
    for path in study.export(target, format=options.format, **more):
        print(path)
    return 0
