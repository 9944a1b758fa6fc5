"""Cells: one point of a figure, computed in blocks of runs or of batches."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from evo.core.keys import Key
from evo.core.problems import AbstractProblem
from evo.core.records import AbstractObservable, Final
from evo.core.stops import UNLIMITED, Stop
from evo.studies import Columns

__all__ = ["AbstractCell", "DriftCell", "Observed", "RunCell"]

_SHOWN = 400


class Observed(NamedTuple):
    """An observable of the last step, as a column of the rows."""

    column: str
    observable: AbstractObservable
    #: of the column; np.int64 for counts
    dtype: type = np.float64


class AbstractCell(ABC):
    """One point of one series. Its rows are a pure function of the cell, the key and the numbers of the rows.

    Subclasses are frozen dataclasses with the fields `label` (the name in the rows, from which the key is derived),
    `series` (any hashable), `x`, and `axis`, the name of x in texts.
    """

    label: str
    series: Hashable
    x: float
    axis: str

    @property
    @abstractmethod
    def total(self) -> int:
        """The number of rows."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Rows per block after the first; a block should take 0.2 to 2 s."""

    @abstractmethod
    def described(self) -> str:
        """Everything besides the key that the rows depend on: a change makes a stored cell another one."""

    @abstractmethod
    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows `first` to `first + count - 1`; `key` is the cell's own."""

    def ends(self) -> list[int]:
        """Where blocks end: after one row, at multiples of the width, at the total. More rows keep these blocks."""
        inner = [1, *range(self.width, self.total, self.width)]
        return [*sorted({end for end in inner if end < self.total}), self.total]


class AbstractBatchCell(AbstractCell):
    """Runs that are computed `per_block` at once: one costs as much as a block. Further fields: `runs`, `per_block`."""

    per_block: int

    @property
    def total(self) -> int:
        """The number of runs."""
        return self.runs  # pyright: ignore[reportAttributeAccessIssue]  (a field or a property)

    @property
    def width(self) -> int:
        """Runs per block."""
        return self.per_block

    def ends(self) -> list[int]:
        """Whole blocks only."""
        return [*range(self.width, self.total, self.width), self.total]


@final
@dataclass(frozen=True, kw_only=True)
class RunCell(AbstractCell):
    """Whole runs of an optimizer on a problem; its rows are runs.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: to which series the point belongs.
        x: where on the axis.
        axis: the name of x in texts.
        optimizer: what runs.
        problem: on what.
        stop: the cap.
        runs: how many.
        per_block: runs per block.
        unit: steps per unit of the run time in figures and claims, n ln n for example.
        observed: what is read at the end of a run.
        keep: which of steps (inf where capped), spent, evaluations and reached become columns.
        start: the first candidate, if not the optimizer's own.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "x"
    optimizer: Any
    problem: AbstractProblem
    stop: Stop
    runs: int
    per_block: int = 1
    unit: float = 1.0
    observed: tuple[Observed, ...] = ()
    keep: tuple[str, ...] = ("steps", "spent", "reached")
    start: Any = None

    @property
    def total(self) -> int:
        """The number of runs."""
        return self.runs

    @property
    def width(self) -> int:
        """Runs per block."""
        return self.per_block

    @property
    def cap(self) -> float:
        """The cap in units of the run time; inf if the stop sets no number of steps."""
        steps = self.stop.limits().steps
        return math.inf if steps >= UNLIMITED else steps / self.unit

    def described(self) -> str:
        """The parts, the stop, the columns, and the engine that AUTO takes."""
        from evo.core.api import explain

        engine = explain(self.optimizer, self.problem, record=self._record(), start=self.start).chosen
        columns = ", ".join([*self.keep, *(f"{item.column}={item.observable!r}" for item in self.observed)])
        start = "" if self.start is None else f", from {_short(repr(np.asarray(self.start).tolist()))}"
        parts = f"{self.optimizer!r} on {_short(repr(self.problem))}{start}, {self.stop!r}"
        return f"{engine}: {parts}; {columns}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        from evo.core.api import repeat

        runs = repeat(
            self.optimizer,
            self.problem,
            runs=count,
            first=first,
            seed=key,
            stop=self.stop,
            record=self._record(),
            start=self.start,
            threads=1,  # blocks run side by side
        )
        known = {
            "steps": runs.steps.astype(np.float64),
            "spent": runs.spent.astype(np.int64),
            "evaluations": runs.evaluations.astype(np.int64),
            "reached": runs.reached.astype(np.bool_),
        }
        found = {name: known[name] for name in self.keep}
        return found | {item.column: runs.records[item.observable.name].astype(item.dtype) for item in self.observed}

    def _record(self) -> Final | None:
        return Final(*(item.observable for item in self.observed)) if self.observed else None


@final
@dataclass(frozen=True, kw_only=True)
class DriftCell(AbstractCell):
    """The measured decrease of the number of zero-bits in one step from a fixed string; its rows are batches.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: to which series the point belongs.
        x: where on the axis.
        axis: the name of x in texts.
        optimizer: a (1+1) scheme.
        problem: a compiled function.
        zeros: the positions of the zero-bits of the string, as half-open ranges.
        samples: steps; rounded up to whole batches.
        batch: steps per row.
        per_block: rows per block.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "x"
    optimizer: Any
    problem: Any
    zeros: tuple[tuple[int, int], ...]
    samples: int
    batch: int = 500_000
    per_block: int = 8

    @property
    def total(self) -> int:
        """The number of batches."""
        return math.ceil(self.samples / self.batch)

    @property
    def width(self) -> int:
        """Batches per block."""
        return self.per_block

    def described(self) -> str:
        """The parts, the string and the size of a batch."""
        parts = f"{self.optimizer!r} on {_short(repr(self.problem))}"
        return f"drift of {parts}, zero-bits at {self.zeros}, batches of {self.batch} steps"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some batches."""
        from evo import discrete as d

        x = np.ones(self.problem.n, dtype=np.uint8)
        for low, high in self.zeros:
            x[low:high] = 0
        found = [
            d.drift(self.optimizer, self.problem, at=x, samples=self.batch, seed=key.child("batch", batch))
            for batch in range(first, first + count)
        ]
        return {
            "mean": np.array([item.mean for item in found]),
            "standard_error": np.array([item.standard_error for item in found]),
            "samples": np.array([item.samples for item in found], dtype=np.int64),
        }


def _short(text: str) -> str:
    """The text, the end of a long one as its hash."""
    if len(text) <= _SHOWN:
        return text
    return f"{text[:60]}… (blake2b {hashlib.blake2b(text.encode(), digest_size=16).hexdigest()})"
