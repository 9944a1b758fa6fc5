"""The lines of a run: which evaluations get one, how they are written, and how they are read."""

from __future__ import annotations

import io
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from evo.core import checks
from evo.core.records import LogGrid

if TYPE_CHECKING:
    import polars as pl

__all__ = ["evaluation_grid", "parse", "points_of", "write_runs"]

_MISSING = "None"


def evaluation_grid(grid: int | Sequence[int] | np.ndarray | None) -> np.ndarray | None:
    """The shared evaluation numbers, ascending `int64`, from themselves or from a number of points per decade."""
    if grid is None:
        return None
    if np.ndim(grid) == 0:
        action = "Pass the number of points per factor of ten, or the evaluation numbers themselves."
        return LogGrid(checks.integer("grid", grid, 1, action)).grid()[1:]
    action = "Pass evaluation numbers such as [1, 10, 100]."
    numbers = [checks.integer("grid", point, 1, action, high=2**62) for point in np.asarray(grid).tolist()]
    if not numbers:
        raise checks.bad_value("grid", grid, "hold at least one evaluation number", action)
    return np.unique(np.array(numbers, dtype=np.int64))


def points_of(evaluations: np.ndarray, total: int, grid: np.ndarray | None) -> np.ndarray:
    """The evaluation numbers that get a line: the first and the last evaluation, and the rows' own or the grid's."""
    inner = evaluations if grid is None else grid[: np.searchsorted(grid, total)]
    return np.unique(np.concatenate([[1, total], inner]))


def write_runs(file: IO[bytes], rows: Sequence[pl.DataFrame], points: Sequence[np.ndarray]) -> list[pl.DataFrame]:
    """Write of each run the header and one line per point: the last row at or before it, "None" where there is none.

    Args:
        file: an open binary file.
        rows: of each run the columns of the file, "evaluations" first and ascending.
        points: of each run the evaluation numbers, ascending.

    Returns:
        The lines of each run.
    """
    import polars as pl

    table = pl.concat(rows)
    first = np.cumsum([0, *(len(run) for run in rows)])
    numbers = table["evaluations"].to_numpy()
    before = [
        np.searchsorted(numbers[first[run] : first[run + 1]], point, side="right") - 1
        for run, point in enumerate(points)
    ]
    known = pl.Series(np.concatenate(before) >= 0)
    taken = table[np.concatenate([np.maximum(place, 0) + first[run] for run, place in enumerate(before)])]
    lines = taken.with_columns(pl.when(known).then(pl.exclude("evaluations")).otherwise(None))
    lines = lines.with_columns(evaluations=np.concatenate(points))
    text = lines.write_csv(separator=" ", null_value=_MISSING, quote_style="never").encode().splitlines(keepends=True)
    header, place, written = text[0], 0, []
    for point in points:
        file.write(header)
        file.writelines(text[place + 1 : place + 1 + len(point)])
        written.append(lines[place : place + len(point)])
        place += len(point)
    return written


def parse(path: Path) -> list[pl.DataFrame]:
    """The runs of a file, split where its header is repeated.

    Args:
        path: a file of any IOHprofiler version: columns separated by blanks, numbers or "None".

    Returns:
        One frame per run, evaluations (the first column) as `int64` and the others as `float64`.

    Raises:
        ValueError: for a file that has other content.
    """
    import polars as pl

    source, separator = _regular(path)
    try:
        text = pl.read_csv(source, has_header=False, separator=separator, infer_schema_length=0, quote_char=None)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{path} must hold columns of numbers under a header; {error}. Write it anew.") from error
    names = list(text.row(0))
    text.columns = names
    first = names[0]
    cut = text.with_columns((pl.col(first) == first).cum_sum().alias("?run")).filter(pl.col(first) != first)
    numbers = cut.select(
        "?run",
        pl.col(first).cast(pl.Int64, strict=False).fill_null(_whole(pl.col(first))),
        *(pl.col(name).replace(_MISSING, None).cast(pl.Float64, strict=False) for name in names[1:]),
    )
    if numbers[first].null_count():
        place = numbers[first].is_null().arg_true()[0]
        raise ValueError(
            f"{path} must hold evaluation numbers in its first column; got {cut[first][place]!r}. The file is damaged: "
            "write it anew."
        )
    runs: dict[Any, pl.DataFrame] = numbers.partition_by("?run", as_dict=True, include_key=False, maintain_order=True)
    return list(runs.values())


def _regular(path: Path) -> tuple[Path | io.BytesIO, str]:
    """A file with one separator between its columns; old ones quote names with blanks, and repeat blanks."""
    with path.open(encoding="utf-8") as file:
        header = file.readline()
        if '"' not in header:
            return path, " "
        names = "\t".join(shlex.split(header))
        lines = (names if line.startswith('"') else "\t".join(line.split()) for line in file)
        return io.BytesIO("\n".join([names, *lines]).encode()), "\t"


def _whole(column: Any) -> Any:
    """Evaluation numbers in scientific notation."""
    import polars as pl

    return column.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
