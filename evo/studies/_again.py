"""Rows of a block that came out otherwise when the block was computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evo.studies.plan import Block
from evo.studies.store import Columns, Store

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Difference", "differences_of"]


class Difference(NamedTuple):
    """A number that came out otherwise when its block was computed again."""

    block: Block
    run: int
    column: str
    stored: Any
    again: Any


def differences_of(store: Store, block: Block, columns: Columns) -> list[Difference]:
    """What differs, bit for bit, between the stored rows of a block and its rows computed now.

    Args:
        store: holds the block.
        block: a finished block.
        columns: its rows, computed now.
    """
    import polars as pl

    rows = dict(store.rows([block]))
    again = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(dict(columns))
    return _differences(block, rows[block], again)


def _differences(block: Block, stored: pl.DataFrame, again: pl.DataFrame) -> list[Difference]:
    runs = range(block.first, block.first + block.count)
    found: list[Difference] = []
    for column in again:
        if column.name not in stored.columns:
            found.append(Difference(block, block.first, column.name, None, column[0]))
            continue
        pairs = zip(runs, stored[column.name].to_list(), column.to_list(), strict=True)
        found += [Difference(block, run, column.name, one, two) for run, one, two in pairs if not _same(one, two)]
    return found


def _same(one: Any, two: Any) -> bool:
    """Whether two numbers are the same bits, signed zeros apart and every nan like every other."""
    if isinstance(one, float) and isinstance(two, float):
        return one.hex() == two.hex()
    return bool(type(one) is type(two) and repr(one) == repr(two))
