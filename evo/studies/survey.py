"""What a folder holds and lacks: blocks and runs per cell, damage, who works on it, and how long the rest takes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, final

from evo.core.codec import Json
from evo.studies._folder import BLOCKS, listdir, parse_block_name
from evo.studies._holders import Holder, holders
from evo.studies.plan import Block
from evo.studies.store import Store

__all__ = ["CellState", "Survey", "pace", "survey"]

_LATEST = 100  # blocks from which the pace is taken
_PAUSE = 20.0  # times the median distance of two blocks: nobody worked in between


class CellState(NamedTuple):
    """How far one cell is."""

    cell: str
    #: finished runs, and how many there shall be
    runs: int
    of_runs: int
    #: finished blocks, and how many are planned so far
    blocks: int
    of_blocks: int
    #: finished runs that ended without reaching the optimum; None where rows do not say
    capped: int | None


@final
@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a folder holds and lacks.

    Args:
        cells: how far each cell is, in the order of the plan.
        damaged: blocks whose file does not agree with its checksum; they are missing.
        holders: the processes that work on the folder.
        environments: where it was driven: versions of packages, and the kind of machine.
        seconds: how long the rest takes at the pace so far; nan where that is unknown.
    """

    cells: tuple[CellState, ...]
    damaged: tuple[Block, ...]
    holders: tuple[Holder, ...]
    environments: tuple[dict[str, Json], ...]
    seconds: float

    @property
    def runs(self) -> tuple[int, int]:
        """Finished runs, and how many there shall be."""
        return sum(item.runs for item in self.cells), sum(item.of_runs for item in self.cells)

    @property
    def blocks(self) -> tuple[int, int]:
        """Finished blocks, and how many are planned so far."""
        return sum(item.blocks for item in self.cells), sum(item.of_blocks for item in self.cells)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.runs[0] == self.runs[1]


def survey(store: Store) -> Survey:
    """Look at every block of a store.

    Args:
        store: opened or read; a driver may work on it.

    Returns:
        What is there, and an estimate of how long the rest takes.

    Example:
        >>> import tempfile
        >>> from evo.studies import Block, Plan, Store
        >>> plan = Plan(name="squares", seed=1, blocks=[Block("a", 0, 3), Block("a", 3, 3)])
        >>> with tempfile.TemporaryDirectory() as folder, Store.open(folder, plan) as store:
        ...     store.write(plan.blocks[0], {"x": [0, 1, 4]})
        ...     found = survey(store)
        >>> found.runs, found.blocks, found.complete
        ((3, 6), (1, 2), False)
    """
    damaged = tuple(store.verify())
    done = store.done()
    plan = store.plan
    capped = _capped(store)
    planned: dict[str, list[Block]] = {cell: [] for cell in plan.cells}
    for block in plan.blocks:
        planned[block.cell].append(block)
    cells = tuple(
        CellState(
            cell=cell,
            runs=sum(block.count for block in blocks if block in done),
            of_runs=max(plan.runs, sum(block.count for block in blocks)),
            blocks=sum(block in done for block in blocks),
            of_blocks=len(blocks),
            capped=capped.get(cell, 0) if capped is not None else None,
        )
        for cell, blocks in planned.items()
    )
    cut = all(plan.runs <= sum(block.count for block in blocks) for blocks in planned.values())
    missing = len(plan.blocks) - len(done)
    seconds = pace(_times(store)) * missing if cut and missing else 0.0 if cut else math.nan
    return Survey(
        cells=cells,
        damaged=damaged,
        holders=tuple(holders(store.folder)),
        environments=tuple(store.environments()),
        seconds=seconds,
    )


def pace(times: Sequence[float]) -> float:
    """Seconds per block, from when the latest blocks were finished; long pauses, in which nobody worked, do not count.

    Args:
        times: when blocks were finished, in seconds, in any order.

    Returns:
        The mean distance; nan for fewer than two blocks.

    Example:
        >>> pace([0.0, 1.0, 2.0, 1000.0, 1001.0])
        1.0
    """
    ordered = sorted(times)[-_LATEST:]
    gaps = [after - before for before, after in pairwise(ordered)]
    if not gaps:
        return math.nan
    longest = _PAUSE * max(statistics.median(gaps), 0.05)
    worked = [gap for gap in gaps if gap <= longest]
    return sum(worked) / len(worked)


def _times(store: Store) -> list[float]:
    folder: Path = store.folder / BLOCKS
    found: list[float] = []
    for name in listdir(folder):
        if parse_block_name(name) is not None:
            try:
                found.append((folder / name).stat().st_mtime)
            except OSError:  # a driver has just replaced it
                continue
    return found


def _capped(store: Store) -> dict[str, int] | None:
    """Cell -> finished runs that did not reach the optimum."""
    found: dict[str, int] = {}
    told = False
    for block, rows in store.rows(store.plan.blocks, ("reached",)):
        if rows.columns:
            told = True
            found[block.cell] = found.get(block.cell, 0) + int(rows["reached"].not_().sum())
    return found if told else None
