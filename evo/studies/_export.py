"""The rows of a study in formats that other programs read."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evo.core import checks, files
from evo.studies._errors import explained

if TYPE_CHECKING:
    from evo.studies.study import Study

__all__ = ["FORMATS", "exported"]

FORMATS = ("csv", "parquet", "ioh")


def exported(study: Study, folder: Path, format: str, options: dict[str, Any]) -> tuple[Path, ...]:
    """Write the runs, the recorded rows and the table of a study.

    Args:
        study: a study.
        folder: where to; it is created.
        format: one of `FORMATS`.
        options: for IOHprofiler data only, passed on.

    Returns:
        The files; for IOHprofiler data the folder.
    """
    if format not in FORMATS:
        allowed = f"be one of {', '.join(FORMATS)}"
        raise checks.bad_value("format", format, allowed, checks.nearest(str(format), FORMATS))
    if format == "ioh":
        problems = {cell: study.problem(cell) for cell in study.cells}
        known = {} if None in problems.values() else {"function": problems}
        return (importlib.import_module("evo.studies.ioh").export_ioh(study, folder, **known | options),)
    if options:
        action = "Drop it, or export as ioh."
        raise checks.bad_type("options", sorted(options), f"be none for the format {format}", action)
    frames = {"runs": study.frame(), "records": study.records(), "table": study.table()}
    written: list[Path] = []
    with explained("export the study", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            if name == "records" and frame.is_empty():
                continue
            path = folder / f"{name}.{format}"
            files.write_whole(path, _as_csv(frame) if format == "csv" else _as_parquet(frame))
            written.append(path)
    return tuple(written)


def _as_csv(frame: Any) -> bytes:
    return frame.write_csv().encode()


def _as_parquet(frame: Any) -> bytes:
    import polars as pl

    from evo.studies._rows import serialise

    plain = {name: pl.String for name, kind in frame.schema.items() if kind == pl.Enum}
    return serialise(frame.cast(plain))  # enumerations are known to polars alone
