"""Studies: many runs of a grid of configurations, resumable, in one folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from evo.core import checks
from evo.core.engines import Engine
from evo.core.keys import Key
from evo.core.problems import AbstractProblem
from evo.core.records import Recorder
from evo.core.results import Runs
from evo.core.stops import Stop
from evo.studies import _frames
from evo.studies._cells import Cell, cells_of, key_of, problem_of
from evo.studies._drawing import drawn
from evo.studies._driving import KIND, drive
from evo.studies._errors import StoreError
from evo.studies._export import exported
from evo.studies._runs import runs_of
from evo.studies._status import Status, status_of
from evo.studies._tables import table_of
from evo.studies._work import StudyWork
from evo.studies.executors import AbstractExecutor, as_executor
from evo.studies.parts import Part, as_part
from evo.studies.plan import Plan
from evo.studies.resimulation import Resimulation, resimulate
from evo.studies.store import Store

if TYPE_CHECKING:
    import polars as pl

    from evo.plots import Chart

__all__ = ["Study", "study"]


def study(
    cells: Mapping[str, Any],
    *,
    runs: int,
    seed: int,
    out: str | os.PathLike[str],
    stop: Stop | None = None,
    record: Recorder | None = None,
    engine: Engine = Engine.AUTO,
    block: int | None = None,
    executor: AbstractExecutor | str | None = None,
    part: Part | str | None = None,
    fresh: bool = False,
    progress: bool = True,
    **grid: Any,
) -> Study:
    """Run every algorithm on every point of a grid, many times, and keep the rows in a folder.

    The same call again goes on where it was interrupted, and the rows are those of an uninterrupted study. More runs,
    more values of a parameter and more algorithms are added to what is there; anything else that changes what rows
    depend on (a part, a stop, the engine, the user's own code, the seed) is refused with the difference shown.

    A cell is called after its algorithm and the parameters that it names, "mine n=1000 c=0.5". Its key is
    `Key(seed).child(name)`, and its run i is run i of `evo.repeat(..., seed=that key)`: rows depend neither on other
    cells nor on blocks, executors or interruptions.

    Args:
        cells: name of the algorithm -> a function that is called by keyword with those parameters of the grid that it
            names and returns `(optimizer, problem)` or `(optimizer, problem, stop)`; or such a tuple itself.
        runs: runs per cell, at least 1.
        seed: a non-negative integer.
        out: the folder; new, empty, or that of this study.
        stop: when runs end, for cells that name no stop; the problem's own budget if None. `WallClock` is refused.
        record: when to write which observables; the rows are in `Study.records()`.
        engine: as in `evo.repeat`, for all cells.
        block: runs per block, the unit of work and storage; None: first the single run 0 of every cell, then blocks of
            about a second each.
        executor: where blocks are run: "threads", "threads:4", "loky", "loky:4", "dask", "ray", or an object such as
            `evo.studies.Loky(4)`; threads if None.
        part: `(i, m)` or "i/m", to run only the i-th of m shares of the blocks, beside jobs that run the others. In one
            folder the first job cuts for all; jobs with folders of their own need `block`, and `evo.studies.merge`.
        fresh: whether to remove the rows in the folder first.
        progress: whether to show progress on standard error.
        grid: parameter -> a plain value (int, float, str, bool) or a one-dimensional sequence of them.

    Returns:
        The study, finished unless it was a part.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for wrong values, with the cell in which they were found.
        PlanChangedError: if the folder holds another study; the message lists the differences.
        StoreError: if the folder cannot be used, with the reason.
        KeyboardInterrupt: after Ctrl-C; finished blocks are safe.

    Example:
        >>> import evo, tempfile
        >>> from evo import discrete as d
        >>> folder = tempfile.mkdtemp()
        >>> ea = lambda n, c: (d.OnePlusOne(rate=d.Static(strength=c)), d.OneMax(n))
        >>> done = evo.study({"ea": ea}, n=[20, 40], c=1.0, runs=10, seed=1, out=folder, progress=False)
        >>> done.table()["cell"].to_list()
        ['ea n=20 c=1.0', 'ea n=40 c=1.0']
        >>> len(done.frame()), done.missing
        (20, 0)
    """
    runs = checks.integer("runs", runs, 1, "Pass how many runs each cell shall have, for example runs=100.")
    seed = checks.integer("seed", seed, 0, "Pass a non-negative integer such as seed=0.")
    if block is not None:
        block = checks.integer("block", block, 1, "Pass runs per block, or None for blocks of about a second.")
    folder = _folder(out)
    made = cells_of(cells, grid, seed=seed, stop=stop, record=record, engine=engine)
    how = {"executor": as_executor(executor), "part": as_part(part), "fresh": fresh, "progress": progress}
    drive(folder, made, seed=seed, runs=runs, block=block, **how)
    return Study(Store.read(folder), {cell.name: cell for cell in made})


@final
class Study:
    """The rows of a study, finished or not, and what they say.

    `evo.study` returns one; `Study.read(folder)` looks at one, also while it runs. Frames show the blocks that are
    finished when they are asked for.

    Example:
        >>> import evo, tempfile
        >>> from evo import discrete as d
        >>> folder = tempfile.mkdtemp()
        >>> ea = (d.OnePlusOne(rate=d.Static(strength=1.0)), d.OneMax(20))
        >>> done = evo.study({"ea": ea}, runs=10, seed=1, out=folder, progress=False)
        >>> evo.studies.Study.read(folder).frame().equals(done.frame())
        True
    """

    def __init__(self, store: Store, made: Mapping[str, Cell] | None = None) -> None:
        self._store = store
        self._made = dict(made or {})

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Study:
        """Look at a study from its folder alone.

        Args:
            folder: the `out` of `evo.study`.

        Returns:
            The study; without the parts, so that it cannot replay runs.

        Raises:
            StoreError: if there is no study.
        """
        store = Store.read(_folder(folder))
        if dict(store.plan.config) != KIND:
            raise StoreError(
                f"`folder` must hold a study; {store.folder} holds the rows of {store.plan.name!r}, which is none. "
                "Pass the `out` of evo.study."
            )
        return cls(store)

    def having(self, made: Mapping[str, Cell]) -> Study:
        """This study with the parts of its cells, so that runs can be made again.

        Args:
            made: name of a cell -> the cell; the parts must be those that filled the folder.
        """
        return Study(self._store, made)

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._store.folder

    @property
    def plan(self) -> Plan:
        """What is computed: cells, blocks, engines, and a description of every part."""
        return self._store.plan

    @property
    def seed(self) -> int:
        """The seed of the study."""
        return self.plan.seed

    @property
    def cells(self) -> tuple[str, ...]:
        """The names of the cells, in the order of the grid."""
        return self.plan.cells

    @property
    def missing(self) -> int:
        """How many runs are missing, in all cells."""
        done = sum(block.count for block in self._store.done())
        return len(self.cells) * self.plan.runs - done

    def key(self, cell: str) -> Key:
        """The key of a cell: run i of the cell is run i of `evo.repeat(..., seed=key)`."""
        return key_of(self.seed, self._known(cell))

    def parameters(self, cell: str) -> dict[str, Any]:
        """The values of the grid's parameters that a cell has."""
        labels = _frames.parameters_of(self.plan)[self._known(cell)]
        return {name: value for name, value in labels.items() if name != "algorithm"}

    def problem(self, cell: str) -> AbstractProblem | None:
        """The problem of a cell; None if the study was read from its folder and the plan cannot make it again."""
        made = self._made.get(self._known(cell))
        return made.problem if made is not None else problem_of(self.plan.details[cell])

    def frame(self) -> pl.DataFrame:
        """All finished runs.

        Returns:
            One row per run, in the order of cells and runs: `cell`, `algorithm`, one column per parameter, `run`,
            `steps` (inf where the run was capped), `spent` (the steps made), `evaluations`, `hit` (the evaluation that
            was the first optimal one, 0 for none), `reached`, `value`, `reason`.
        """
        return _frames.frame_of(self._store, self.cells)

    def records(self) -> pl.DataFrame:
        """All rows that the recorder wrote.

        Returns:
            One row per recorded row: `cell`, `algorithm`, the parameters, `run`, `steps`, `evaluations` and one column
            per observable; empty if the study has no recorder.
        """
        return _frames.records_of(self._store, self.cells)

    def table(self, confidence: float = 0.95) -> pl.DataFrame:
        """What the finished runs of each cell say.

        Args:
            confidence: of each interval by itself, between 0 and 1.

        Returns:
            One row per cell that has runs: `cell`, `algorithm`, the parameters, `runs`, `capped`; `estimate`, `lower`,
            `upper` of the mean run time in steps and its `kind`, "mean" or, where runs were capped, "restricted mean up
            to H"; then median, ert (expected running time with restarts) and success rate with their bounds. Bounds
            that the runs do not give are null.
        """
        return table_of(self._store, confidence)

    def runs(self, cell: str) -> Runs:
        """The runs of one cell as `evo.Runs`, for intervals, comparisons with a law, and replay.

        Args:
            cell: one of `cells`.

        Returns:
            The runs 0, 1, ..., up to the first that is missing.
        """
        made = self._made.get(self._known(cell))
        return runs_of(self._store, cell, None if made is None else made.again)

    def status(self) -> Status:
        """How far the study is; `print` it."""
        return status_of(self._store)

    def draw(self, x: str | None = None, y: str | None = None, *, kind: str | None = None, **options: Any) -> Chart:
        """Draw the finished runs.

        Args:
            x: the horizontal axis, an expression of columns such as "c" or "ln n".
            y: the vertical axis, an expression of columns such as "steps/(n ln n)".
            kind: the function of `evo.plots` that draws: "against", "distribution", "survival", or from recorded rows
                "fixed_target", "fixed_budget", "trajectory". None: against the last number of the grid that varies, or
                the distribution if none does.
            options: further arguments of that function.

        Returns:
            A chart; notebooks show it, `evo.plots.save` writes it.

        Raises:
            ValueError: for unknown kinds and columns, and if there is nothing to draw.
        """
        return drawn(self, kind, {"x": x, "y": y, **options})

    def export(self, folder: str | os.PathLike[str], format: str = "csv", **options: Any) -> tuple[Path, ...]:
        """Write the rows for other programs.

        Args:
            folder: where to; it is created, files of the same names are replaced.
            format: "csv" or "parquet" (`runs`, `table` and, with a recorder, `records`), or "ioh" for data of the
                IOHprofiler.
            options: further arguments of `evo.studies.export_ioh`.

        Returns:
            The files; for IOHprofiler data the folder.

        Raises:
            ValueError: for another format, and for "ioh" if the study has no recorded rows.
            StoreError: if the folder cannot be written.
        """
        return exported(self, _folder(folder), format, options)

    def resimulate(self, count: int, *, seed: int | None = None) -> Resimulation:
        """Read every block, and compute randomly chosen ones again, bit for bit.

        Args:
            count: how many blocks are computed again; all if there are fewer.
            seed: chooses them; a fresh one if None.

        Returns:
            Damaged and missing blocks, and the numbers that came out otherwise; none for a healthy study.

        Raises:
            ValueError: if the study was read from its folder alone and has no parts.
        """
        if not self._made and count:
            raise ValueError(
                "`resimulate` needs the parts of the cells; this study was read from its folder. Call evo.study(...) "
                "once more, as it was called: nothing is run again, and the study that it returns has them."
            )
        return resimulate(self._store, StudyWork(self._made), count, seed=seed)

    def _known(self, cell: str) -> str:
        if cell not in self.cells:
            raise checks.bad_value("cell", cell, "be a cell of the study", checks.nearest(str(cell), self.cells))
        return cell

    def __repr__(self) -> str:
        return (
            f"Study({str(self.folder)!r}: {len(self.cells)} cells, {self.plan.runs} runs each, {self.missing} missing)"
        )


def _folder(out: Any) -> Path:
    action = 'Pass for example out="results/mine".'
    if not isinstance(out, str | os.PathLike):
        raise checks.bad_type("out", out, "be the path of a folder", action)
    if not str(out) or "\0" in str(out):
        raise checks.bad_value("out", str(out), "be the path of a folder", action)
    return Path(out)
