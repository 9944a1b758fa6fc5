"""Change one stored number as somebody would who also renews the checksum."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from evo.core.files import checksum
from evo.studies import Block, Store
from evo.studies._rows import serialise


def alter(folder: Path, column: str, run: int = 0, add: float = 1, change: Callable[[Any], Any] | None = None) -> Block:
    plan = Store.read(folder).plan
    block = next(item for item in plan.blocks if item.first <= run < item.first + item.count)
    (path,) = (folder / "blocks").glob(f"{block.stem}.*.parquet")
    place = run - block.first
    frame = pl.read_parquet(path)
    values = frame[column].to_list()
    values[place] = values[place] + add if change is None else change(values[place])
    data = serialise(frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype)))
    path.unlink()
    path.with_name(f"{block.stem}.{checksum(data, plan.key(block.cell))}.parquet").write_bytes(data)
    return block
