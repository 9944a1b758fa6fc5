"""Data frames for people, and as files for programs."""

from __future__ import annotations

import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evo.core import checks
from evo.core.files import write_whole

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FORMATS", "put", "shown", "summarised"]

FORMATS = ("text", "csv", "json", "parquet")

_NOTHING = "–"
_WIDE = 100_000  # columns of a pipe: a table there is never broken


def shown(frame: pl.DataFrame, *, most: int | None = None) -> str:
    """A frame as a text table, numbers with six digits; a dash where there is no value.

    Args:
        frame: any frame of plain values.
        most: rows that are shown at most; all if None.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, kind in frame.schema.items():
        table.add_column(name, justify="right" if kind.is_numeric() else "left", no_wrap=True)
    for row in frame.head(len(frame) if most is None else most).iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    text = io.StringIO()
    Console(file=text, width=_WIDE, color_system=None).print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines() if line.strip()]
    if most is not None and len(frame) > most:
        lines.append(f"and {len(frame) - most} more rows")
    return "\n".join(lines)


def put(frame: pl.DataFrame, form: str, out: Path | None, *, most: int | None = None) -> None:
    """Print a frame, or write it into a file, whole or not at all.

    Args:
        frame: any frame of plain values and lists of them.
        form: one of `FORMATS`: text for people; CSV, where lists are JSON texts; JSON, a list of rows, where what is
            not finite is a text; Parquet, which needs a file.
        out: the file; None for standard output.
        most: rows that a text on standard output shows at most.

    Raises:
        ValueError: for Parquet without a file.
    """
    if form == "parquet" and out is None:
        raise checks.bad_value(
            "--out", None, "name a file for --format parquet", "Add for example --out table.parquet."
        )
    data = _written(frame, form, None if out is not None else most)
    if out is None:
        print(data.decode(), end="")
        sys.stdout.flush()
        return
    if out.is_dir():
        raise checks.bad_value(
            "--out", str(out), "name a file, not a folder", f"Pass for example --out {out / 'table.csv'}."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, data)
    print(out)


def _written(frame: pl.DataFrame, form: str, most: int | None) -> bytes:
    if form == "text":
        return (shown(frame, most=most) + "\n").encode()
    if form == "json":
        rows = [{name: _plain(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]
        return ("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n").encode()
    buffer = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(buffer)
    else:
        _flat(frame).write_csv(buffer)
    return buffer.getvalue()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as JSON texts, which is what CSV can hold."""
    import polars as pl

    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    texts = [pl.Series(name, [json.dumps(_plain(value)) for value in frame[name].to_list()]) for name in nested]
    return frame.with_columns(texts)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return [_plain(item) for item in value] if isinstance(value, list) else value


def summarised(table: pl.DataFrame) -> pl.DataFrame:
    """The table of a study for people: estimates with their bounds in one column, and only what there is to say.

    Args:
        table: one row per cell, as `Study.table` gives.
    """
    import polars as pl

    capped = int(table["capped"].sum()) > 0
    columns: dict[str, Any] = {"cell": table["cell"].cast(pl.String), "runs": table["runs"]}
    if capped:
        columns["capped"] = table["capped"]
    for title, name in (
        ("mean", "estimate"),
        ("median", "median"),
        *((("ERT", "ert"), ("success", "success")) * capped),
    ):
        low, high = ("lower", "upper") if name == "estimate" else (f"{name}_lower", f"{name}_upper")
        columns[title] = [_bounded(*row) for row in table.select(name, low, high).iter_rows()]
    if capped:
        columns["mean"] = pl.Series(columns["mean"])
        columns = {("mean or restricted" if name == "mean" else name): item for name, item in columns.items()}
        columns["kind"] = table["kind"]
    return pl.DataFrame(columns)


def _bounded(estimate: float, lower: float | None, upper: float | None) -> str:
    bounds = [_NOTHING if bound is None else f"{bound:.4g}" for bound in (lower, upper)]
    return f"{estimate:.4g} [{', '.join(bounds)}]"


def _cell(value: Any) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{len(value)} values" if isinstance(value, list) else str(value)
