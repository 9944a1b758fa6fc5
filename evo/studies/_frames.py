"""The rows of a study as data frames, in the order of cells and runs, whatever the blocks are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, final

from evo.core.codec import decode
from evo.studies._work import REASONS, RECORD
from evo.studies.plan import Block, Plan
from evo.studies.store import Store

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COLUMNS", "blocks_of", "frame_of", "labels_of", "parameters_of", "records_of"]

#: the columns of a run besides its labels
COLUMNS = ("run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason")


def parameters_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Cell -> its parameters, of the plan of a study."""
    found: dict[str, dict[str, Any]] = {}
    for cell in plan.cells:
        details: Any = plan.details[cell]
        values = decode(details["parameters"])
        found[cell] = {"algorithm": details["algorithm"]} | {name: values[name] for name in details["names"]}
    return found


def blocks_of(plan: Plan) -> dict[str, list[Block]]:
    """Cell -> its blocks, in the order of runs."""
    found: dict[str, list[Block]] = {cell: [] for cell in plan.cells}
    for block in plan.blocks:
        found[block.cell].append(block)
    return {cell: sorted(blocks, key=lambda block: block.first) for cell, blocks in found.items()}


def labels_of(plan: Plan, cells: Sequence[str]) -> pl.DataFrame:
    """One row per cell: its name, the algorithm and the parameters, null where the cell does not have one.

    Names and texts are enumerations, so that they take little memory in long frames.
    """
    import polars as pl

    known = parameters_of(plan)
    names = list(dict.fromkeys(name for parameters in known.values() for name in parameters))
    columns = [pl.Series("cell", list(cells), dtype=pl.Enum(list(plan.cells)))]
    for name in names:
        every = [known[cell].get(name) for cell in plan.cells]
        columns.append(pl.Series(name, [known[cell].get(name) for cell in cells], dtype=_dtype(every)))
    return pl.DataFrame(columns)


def frame_of(store: Store, cells: Sequence[str]) -> pl.DataFrame:
    """One row per finished run of the cells."""
    import polars as pl

    labels = _Labels(store.plan)
    frames = [labels.before(block.cell, rows) for block, rows in store.rows(_wanted(store, cells), COLUMNS)]
    if frames:
        return pl.concat(frames, how="vertical", rechunk=True)
    kinds: dict[str, Any] = {"run": pl.Int64, "steps": pl.Float64, "reached": pl.Boolean, "value": pl.Float64}
    kinds["reason"] = pl.Enum(REASONS)
    rest = pl.DataFrame(schema={name: kinds.get(name, pl.Int64) for name in COLUMNS})
    return pl.concat([labels_of(store.plan, []), rest], how="horizontal")


def records_of(store: Store, cells: Sequence[str]) -> pl.DataFrame:
    """One row per recorded row of the cells; no columns but the labels if nothing was recorded."""
    import polars as pl

    labels, frames = _Labels(store.plan), []
    for block, rows in store.rows(_wanted(store, cells)):
        lists = [name for name in rows.columns if name.startswith(RECORD)]
        if lists:
            long = rows.select("run", *lists).explode(lists).drop_nulls(RECORD + "steps")
            frames.append(labels.before(block.cell, long.rename(lambda name: name.removeprefix(RECORD))))
    if frames:
        return pl.concat(frames, how="diagonal", rechunk=True)
    return labels_of(store.plan, []).with_columns(run=pl.lit(0, pl.Int64)).clear()


def _wanted(store: Store, cells: Sequence[str]) -> list[Block]:
    of_cell = blocks_of(store.plan)
    return [block for cell in cells for block in of_cell[cell]]


@final
class _Labels:
    """Puts the labels of a cell before its rows."""

    def __init__(self, plan: Plan) -> None:
        self._row = {cell: row for row, cell in enumerate(plan.cells)}
        self._columns = list(labels_of(plan, plan.cells))

    def before(self, cell: str, rows: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        row = self._row[cell]
        return pl.DataFrame([column.new_from_index(row, len(rows)) for column in self._columns]).hstack(rows)


def _dtype(values: Iterable[Any]) -> Any:
    import polars as pl

    given = [value for value in values if value is not None]
    kinds = {type(value) for value in given}
    if kinds == {str}:
        return pl.Enum(list(dict.fromkeys(given)))
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in given):
        return pl.Int64
    return pl.Boolean if kinds == {bool} else pl.Float64
