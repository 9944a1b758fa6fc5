"""The rows of a block: checked, labelled with cell and run, and turned into bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from evo.studies.plan import Block

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "Columns",
    "Encoded",
    "are_of",
    "chosen",
    "deserialise",
    "empty",
    "encoded",
    "labelled",
    "labels",
    "serialise",
]

Columns: TypeAlias = "Mapping[str, np.ndarray[Any, Any]] | pl.DataFrame"

_OWN = ("cell", "run")
_KINDS = "biufU"


class Encoded(NamedTuple):
    """The rows of a block as the bytes of its file, made where they were computed: small, and quick to write.

    Attributes:
        block: The block.
        data: The bytes.
        schema: The types of the columns.
    """

    block: Block
    data: bytes
    schema: Mapping[str, pl.DataType]


def encoded(block: Block, columns: Columns) -> Encoded:
    """Check, label and serialise the rows of a block; raises as `labelled` does."""
    frame = labelled(block, columns)
    return Encoded(block, serialise(frame), dict(frame.schema))


def labels(block: Block) -> pl.DataFrame:
    """Build the columns `cell` and `run`, which say whose rows they are."""
    import polars as pl

    runs = np.arange(block.first, block.first + block.count, dtype=np.int64)
    return pl.DataFrame({"cell": pl.repeat(block.cell, block.count, dtype=pl.String, eager=True), "run": runs})


def empty() -> pl.DataFrame:
    """Build the table of no blocks."""
    import polars as pl

    return pl.DataFrame(schema={"cell": pl.String, "run": pl.Int64})


def labelled(block: Block, columns: Columns) -> pl.DataFrame:
    """Put the labels before the data.

    Args:
        block: The block.
        columns: One array per quantity with one entry per run, or a data frame of as many rows.

    Returns:
        The rows of the block.

    Raises:
        TypeError: If `columns` holds something else than columns.
        ValueError: If a name or a length does not fit.
    """
    import polars as pl

    if isinstance(columns, pl.DataFrame):
        data = list(columns)
    elif isinstance(columns, Mapping):
        data = [_series(block, name, values) for name, values in columns.items()]
    else:
        raise TypeError(
            f"`columns` must be a dict of arrays or a data frame; block {block.stem} gave a {type(columns).__name__}. "
            "Return one of these."
        )
    for column in data:
        if column.name in _OWN:
            raise ValueError(
                f"`columns` must not be named cell or run, which the store adds; block {block.stem} has "
                f"{column.name!r}. Rename it."
            )
        if len(column) != block.count:
            raise ValueError(
                f"`columns` must have one entry per run, (count,) = ({block.count},); {column.name!r} of block "
                f"{block.stem} has {len(column)}. Return a value for each run of the block, in order."
            )
    return labels(block).hstack(data).rechunk()


def serialise(frame: pl.DataFrame) -> bytes:
    """Write rows as Parquet; equal rows give equal bytes under one version of polars."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def deserialise(data: bytes, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read what `serialise` gave; if columns are named, only the labels and those of them that are there."""
    import polars as pl

    if columns is None:
        return pl.read_parquet(io.BytesIO(data))
    wanted = {*_OWN, *columns}
    there = pl.read_parquet_schema(io.BytesIO(data))
    return pl.read_parquet(io.BytesIO(data), columns=[name for name in there if name in wanted])


def are_of(block: Block, frame: pl.DataFrame) -> bool:
    """Whether rows carry the labels of a block."""
    own = labels(block)
    return all(name in frame.columns and frame[name].equals(own[name]) for name in _OWN)


def chosen(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The named columns that are there, in the order of the names."""
    import polars as pl

    return pl.DataFrame([frame[name] for name in columns if name in frame.columns])


def _series(block: Block, name: object, values: object) -> pl.Series:
    import polars as pl

    array = np.asarray(values)
    wide = array.dtype.kind == "f" and array.dtype.itemsize > 8
    if type(name) is not str or array.ndim == 0 or array.dtype.kind not in _KINDS or wide:
        raise TypeError(
            f"`columns` must map names to arrays of numbers, booleans or text; {name!r} of block {block.stem} has the "
            f"shape {array.shape} and the dtype {array.dtype}. Convert it to an array with one entry per run."
        )
    return pl.Series(name, np.ascontiguousarray(array))
