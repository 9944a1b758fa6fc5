"""`evo table DIR`: the numbers in a folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from evo.cli.folders import kind_of, study_in
from evo.cli.parsing import one_of, parse
from evo.cli.tables import FORMATS, put, summarised
from evo.core import checks

if TYPE_CHECKING:
    import polars as pl

_MOST = 100
_ROWS = ("cells", "runs", "records")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Print the numbers in a folder, or write them into a file.

    Of a study: one row per cell, with the mean run time in steps and its interval, and the median. Where runs were
    capped, the mean is that of min(T, H) up to the smallest cap H, as the column `kind` says, and the expected running
    time with restarts (ERT) and the success rate stand beside it. Files have a column for each number.

    Of an experiment: its rows. Of an unfinished folder: what is there.

    Example:
      evo table results/strengths

    Every run, for another program:
      evo table results/strengths --rows runs --format csv --out runs.csv
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
    """The folder of an earlier `evo study` or `evo run`."""

    rows: Annotated[str | None, tyro.conf.arg(metavar="WHICH", help_behavior_hint="")] = None
    """What a row is: a cell (cells), a run (runs), or what the recorder wrote (records). Cells if not given, and runs
    for an experiment, which has no others."""

    format: Annotated[str, tyro.conf.arg(metavar="FORMAT")] = "text"
    """text for people, of which at most 100 rows are shown; csv, json or parquet for programs."""

    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE", help_behavior_hint="")] = None
    """A file; printed if not given."""

    confidence: Annotated[float, tyro.conf.arg(metavar="P")] = 0.95
    """Of each interval by itself, between 0 and 1."""


def command(words: list[str]) -> int:
    """Print or write the table."""
    options = parse(Table, words, "evo table")
    form = one_of("--format", options.format, FORMATS)
    if options.rows is not None:
        one_of("--rows", options.rows, _ROWS)
    frame = _frame(options)
    if len(frame) == 0:
        what = "nothing was recorded, or no block is finished" if options.rows == "records" else "no block is finished"
        print(
            f"{options.folder} has no such rows yet: {what}. `evo status {options.folder}` tells more.", file=sys.stderr
        )
    if form == "text" and "estimate" in frame.columns:
        frame = summarised(frame)
    put(frame, form, options.out, most=_MOST)
    return 0


def _frame(options: Table) -> pl.DataFrame:
    if kind_of(options.folder) == "study":
        study = study_in(options.folder, "table")
        if options.rows == "runs":
            return study.frame()
        return study.records() if options.rows == "records" else study.table(options.confidence)
    if options.rows not in (None, "runs"):
        action = "Leave --rows out: an experiment has its own columns, one row per run."
        raise checks.bad_value("--rows", options.rows, f"be runs for {options.folder}, which holds no study", action)
    from evo.studies import Store

    return Store.read(options.folder).table()
