"""How a block of a study is computed."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from evo.core.api import repeat
from evo.core.engines import Engine
from evo.core.results import Runs
from evo.core.stops import Reason, Steps, Stop, WallClock
from evo.studies._cells import Cell
from evo.studies.plan import Block

if TYPE_CHECKING:
    import polars as pl

__all__ = ["REASONS", "RECORD", "StudyWork"]

#: the words for the reasons, in the order of their codes
REASONS = tuple(reason.name.lower() for reason in Reason)
#: before the names of columns that hold the recorded rows of a run as lists
RECORD = "record."

_LONG_ENOUGH = 0.05  # seconds, from which on a timing says something
_TOO_LONG = 0.2
_MOST_BLOCKS = 1000
#: Python callables are called by one thread at a time: they hold the interpreter's lock, and need not bear company
_ALONE = threading.Lock()


@final
@dataclass(frozen=True, eq=False)
class StudyWork:
    """Computes the rows of blocks; a pure function of the block, and picklable if the parts are.

    Args:
        cells: name -> cell.
        seconds: cell -> how long a run of its latest block took in this process; for cutting, never stored.
    """

    cells: Mapping[str, Cell]
    seconds: dict[str, float] = field(default_factory=dict, repr=False)

    def __call__(self, block: Block) -> pl.DataFrame:
        """The rows of a block: the arrays of `evo.Runs` as columns, recorded rows as lists."""
        cell = self.cells[block.cell]
        with _ALONE if cell.engine.engine is Engine.PYTHON else nullcontext():
            began = time.perf_counter()
            runs = _runs(cell, block.first, block.count, cell.stop)
            self.seconds[block.cell] = (time.perf_counter() - began) / block.count
        return _columns(runs)

    def seconds_per_run(self, name: str, most: int) -> float:
        """How long a run of a cell takes, compilation excluded.

        Compiled runs are made and thrown away for about a tenth of a second; one that takes longer than a fifth is cut
        short, as a block of one run is long enough then. Python callables are not called for this, since they may count
        or log their calls: what is known of them is the latest block, and without it a thousand blocks are made.

        Args:
            name: of the cell.
            most: how many runs are of interest; no more are timed.
        """
        cell = self.cells[name]
        known = self.seconds.get(name, math.inf)  # with compilation perhaps
        if cell.engine.engine is Engine.PYTHON:
            return known if name in self.seconds else _MOST_BLOCKS / most
        if most * known < 1.0:  # one block, whatever a timing would say
            return known
        _timed(cell, 1, cell.stop | Steps(0))  # compiles
        seconds = _timed(cell, 1, cell.stop | WallClock(_TOO_LONG))
        if seconds >= _TOO_LONG:
            return 1.0
        count = 1
        while seconds < _LONG_ENOUGH and count < most:
            count = min(most, count * max(2, min(100, int(2 * _LONG_ENOUGH / max(seconds, 1e-6)))))
            seconds = _timed(cell, count, cell.stop)
        return seconds / count


def _timed(cell: Cell, count: int, stop: Stop) -> float:
    began = time.perf_counter()
    _runs(cell, 0, count, stop)
    return time.perf_counter() - began


def _runs(cell: Cell, first: int, count: int, stop: Stop) -> Runs:
    return repeat(
        cell.optimizer,
        cell.problem,
        runs=count,
        first=first,
        seed=cell.key,
        stop=stop,
        record=cell.record,
        engine=cell.engine.engine,
        threads=1,  # blocks run side by side
    )


def _columns(runs: Runs) -> pl.DataFrame:
    import polars as pl

    words = pl.Series(REASONS, dtype=pl.Enum(REASONS))
    frame = pl.DataFrame(
        {
            "steps": runs.steps.astype(np.float64),
            "spent": runs.spent.astype(np.int64),
            "evaluations": runs.evaluations.astype(np.int64),
            "hit": runs.hit.astype(np.int64),
            "reached": runs.reached.astype(np.bool_),
            "value": runs.value.astype(np.float64),
            "reason": words.gather(runs.reason.astype(np.int64) - 1),
        }
    )
    return frame.hstack(_lists(runs)) if runs.records else frame


def _lists(runs: Runs) -> pl.DataFrame:
    """The recorded rows, one list per run."""
    import polars as pl

    rows = pl.DataFrame(runs.records).rename({"step": "steps"})
    lists = rows.group_by("run", maintain_order=True).agg(pl.all())
    every = pl.DataFrame({"run": np.arange(runs.first, runs.first + len(runs))})
    joined = every.join(lists, on="run", how="left", maintain_order="left").drop("run")
    return joined.with_columns(pl.all().fill_null([])).rename(lambda name: RECORD + name)
