"""How far a study is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

from evo.studies.store import Store

__all__ = ["Status", "status_of"]


@final
@dataclass(frozen=True)
class Status:
    """How far a study is; printed as words.

    Args:
        folder: where it is.
        cells: how many cells it has.
        finished: how many cells have all their runs.
        runs: runs per cell.
        done: how many runs are finished, in all cells.
        blocks: finished blocks, and blocks that are planned so far.
        damaged: how many blocks are there but do not agree with their checksum.
    """

    folder: Path
    cells: int
    finished: int
    runs: int
    done: int
    blocks: tuple[int, int]
    damaged: int

    @property
    def missing(self) -> int:
        """How many runs are missing, in all cells."""
        return self.cells * self.runs - self.done

    def __str__(self) -> str:
        total = self.cells * self.runs
        share = 100 * self.done // total if total else 100
        lines = f"{self.folder}: {self.done} of {total} runs finished ({share} %), in {self.blocks[0]} blocks"
        lines += f"; {self.finished} of {self.cells} cells have all {self.runs} runs"
        if self.damaged:
            lines += f"; {self.damaged} damaged blocks will be run again"
        if self.missing:
            lines += ". The same call again goes on; after a part of it, the other parts do"
        return f"{lines}."


def status_of(store: Store) -> Status:
    """Look at the blocks of a study; every file is checked once."""
    done = store.done()
    runs: dict[str, int] = dict.fromkeys(store.plan.cells, 0)
    for block in done:
        runs[block.cell] += block.count
    planned = store.plan.blocks
    return Status(
        folder=store.folder,
        cells=len(runs),
        finished=sum(count >= store.plan.runs for count in runs.values()),
        runs=store.plan.runs,
        done=sum(runs.values()),
        blocks=(len(done), len(planned)),
        damaged=len(store.verify()),
    )
