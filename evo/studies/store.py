"""A folder that holds a frozen plan and the finished blocks of its computation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, final

from evo.core import files
from evo.core.codec import Json
from evo.core.differences import listed
from evo.studies import _rows
from evo.studies._errors import PlanChangedError, StoreError, explained
from evo.studies._folder import (
    BLOCKS,
    ENVIRONMENT,
    PLAN,
    block_name,
    checksum_in,
    listdir,
    parse_block_name,
    read_environments,
    read_plan,
    record_environment,
    refuse_foreign,
)
from evo.studies._lock import FolderLock, planning
from evo.studies._rows import Columns, Encoded
from evo.studies.parts import Part, as_part, share
from evo.studies.plan import Block, Plan, changes, few

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Columns", "Store"]


def say(text: str) -> None:
    """Print a notice to standard error."""
    print(text, file=sys.stderr, flush=True)


@final
class Store:
    """The plan and the finished blocks of one computation, on disk.

    Layout::

        plan.json           the frozen plan; replaced, whole, when it grows by blocks
        environment.json    the environments in which blocks were computed, first one first
        blocks/             STEM.CHECKSUM.parquet, one file per finished block
        store.lock          who drives the folder now; empty if nobody
        locks/              the same for drivers of parts, where there were any

    STEM names the block reversibly (`Block.stem`). CHECKSUM is the BLAKE2b hash of the file's bytes, keyed with
    `Plan.key` of its cell. Each file holds the columns `cell` and `run` before the data, so it explains itself, and
    blocks that parts of one computation wrote into several folders are merged by copying the files together.

    Why a kill at any moment leaves each block whole or absent: the bytes of a block are written under a temporary
    name, brought to the disk, and published by one rename, which is atomic. Because the checksum is part of the name,
    that rename publishes data and checksum together, and no index exists that could disagree with the blocks: the
    finished blocks *are* the files whose bytes agree with their name. Anything else (a truncated or altered file, a
    block of another seed, configuration, code or engine) fails its checksum and counts as missing. Temporary files of
    killed drivers are removed by the next driver; the lock sees to it that there is only one.

    Several drivers may share a folder if each does a part of the plan: blocks are then published side by side, and the
    plan is written by one of them at a time. Folders of parts are joined by `merge`.

    Use `Store.open` to compute and `Store.read` to look. An opened store holds the folder's lock until it is closed,
    best by a `with` statement. A store belongs to one thread.
    """

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        lock: FolderLock | None,
        notify: Callable[[str], None],
        part: Part | None = None,
    ) -> None:
        self._folder = folder
        self._take(plan)
        self._part = part
        self._lock = lock
        self._notify = notify
        self._names: dict[Block, list[str]] = {}
        self._checked: dict[str, tuple[tuple[int, ...], bool]] = {}
        self._dtypes: dict[str, pl.DataType] = {}

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        plan: Plan | Callable[[Plan | None], Plan],
        *,
        part: Part | str | None = None,
        fresh: bool = False,
        notify: Callable[[str], None] = say,
    ) -> Store:
        """Create a store, or go on with one whose plan is the same or lacks some of these blocks.

        Args:
            folder: Where the store is or shall be.
            plan: What to compute; or a function that makes the plan from the one in the folder (None if there is none
                or it is to be replaced), called once while no other driver can change it.
            part: The pair (i, m) with 1 <= i <= m, or the text "i/m", to run only the blocks number i-1, i-1+m, ... of
                the plan, beside drivers of other parts; None for everything, alone.
            fresh: Whether to remove the store's own files first and start over; other files stay.
            notify: Receives one-line notices, for instance about damaged blocks that are run again.

        Returns:
            The store, locked for this driver until it is closed.

        Raises:
            PlanChangedError: If the folder holds another plan; the message lists the differences.
            StoreLockedError: If another driver works on the folder, or on that part.
            StoreError: If the folder is something else or cannot be written.
            ValueError: If a part shall start over, which would remove the blocks of the others.
        """
        path, only = Path(folder), as_part(part)
        if only is not None and fresh:
            raise ValueError(
                f"`fresh` must be False for a part of the plan; got part={only}. The blocks of all parts would be "
                "removed: delete the folder before the first job, or choose another --out."
            )
        with explained("open the store", path):
            refuse_foreign(path)  # before the lock file is created: a foreign folder stays untouched
            path.mkdir(parents=True, exist_ok=True)
            lock = FolderLock(path, only)
            try:
                with planning(path) if only is not None else nullcontext():
                    refuse_foreign(path)
                    old = None if fresh else read_plan(path)
                    store = cls(path, plan if isinstance(plan, Plan) else plan(old), lock, notify, only)
                    store._prepare(old, fresh)
            except BaseException:
                lock.release()
                raise
        return store

    @classmethod
    def read(cls, folder: str | os.PathLike[str], *, notify: Callable[[str], None] = say) -> Store:
        """Look into a store without locking it; a driver may write at the same time.

        Args:
            folder: Where the store is.
            notify: Receives one-line notices about damaged blocks.

        Returns:
            The store; it sees blocks that are finished later, under the plan as it was when this was called.

        Raises:
            StoreError: If there is no store.
        """
        path = Path(folder)
        with explained("read the store", path):
            plan = read_plan(path)
            if plan is None:
                state = f"has no {PLAN}" if path.is_dir() else "is not a folder"
                raise StoreError(
                    f"`folder` must hold a store; {path} {state}. Pass the --out of an earlier run, or run it first."
                )
            store = cls(path, plan, None, notify)
            store._scan()
        return store

    @property
    def folder(self) -> Path:
        """Where the store is."""
        return self._folder

    @property
    def plan(self) -> Plan:
        """What is computed."""
        return self._plan

    @property
    def part(self) -> Part | None:
        """Which part of the plan this driver runs; None for everything."""
        return self._part

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that this driver runs, in plan order: all, or those of its part."""
        return share(self._plan.blocks, self._part)

    @property
    def is_open(self) -> bool:
        """Whether this driver may write, that is, holds the folder's lock."""
        return self._lock is not None

    def environments(self) -> list[dict[str, Json]]:
        """Read the environments in which the store was driven, first one first."""
        with explained("read the store", self._folder):
            return read_environments(self._folder)

    def done(self) -> set[Block]:
        """Return the finished blocks: those with a file that agrees with its checksum."""
        return set(self._scan())

    def missing(self) -> list[Block]:
        """Return the blocks of `blocks` that are still to run, in plan order."""
        done = self._scan()
        return [block for block in self.blocks if block not in done]

    def write(self, block: Block, columns: Columns | Encoded) -> None:
        """Store a finished block, whole or not at all; it is on the disk when this returns.

        Writing a finished block again is harmless: equal rows change nothing, other rows are refused.

        Args:
            block: A block of the plan.
            columns: One array (or column of a data frame) of length `block.count` per quantity, in run order; further
                axes are kept. The names `cell` and `run` are the store's own. Or what `_rows.encoded` made of that.

        Raises:
            ValueError: If the block is not planned or the columns do not fit it.
            TypeError: If `columns` holds something else than columns.
            StoreError: If the rows differ from those already stored, or the file cannot be written.
        """
        self._refuse_closed_and_unplanned(block)
        rows = columns if isinstance(columns, Encoded) else _rows.encoded(block, columns)
        if rows.block != block:
            raise ValueError(
                f"`columns` must be the rows of {block.stem}; got those of {rows.block.stem}. Pass its own."
            )
        self._refuse_other_types(block, rows.schema)
        stored = self._stored(block)
        if stored is None:
            with explained(f"write block {block.stem}", self._folder):
                self._publish(block, rows.data)
        elif _rows.serialise(stored) != rows.data:
            raise StoreError(
                f"`columns` must equal the rows of {block.stem} that {self._folder} holds already; they differ. A "
                "block must be a pure function of cell, first run and count: find what else its rows depend on."
            )
        self._dtypes.update(rows.schema)

    def adopt(self, block: Block, data: bytes, origin: Path) -> None:
        """Store a finished block as the very bytes that another store of the same computation holds.

        Args:
            block: A block of the plan.
            data: The content of its file there.
            origin: That file, for messages.

        Raises:
            StoreError: If these are not the rows of that block, or differ from those already stored, or the file cannot
                be written.
        """
        self._refuse_closed_and_unplanned(block)
        frame = _rows.deserialise(data)
        if not frame.select("cell", "run").equals(_rows.labels(block)):
            raise StoreError(
                f"The file {origin} must hold the rows of {block.stem}; it holds others. Was it renamed? Remove it."
            )
        self._refuse_other_types(block, frame.schema)
        stored = self._stored(block)
        if stored is None:
            with explained(f"write block {block.stem}", self._folder):
                self._publish(block, data)
        elif not stored.equals(frame):
            raise StoreError(
                f"The file {origin} must hold the rows of {block.stem} that {self._folder} holds already; they differ. "
                "A block must be a pure function of cell, first run and count: find what else its rows depend on."
            )
        self._dtypes.update(frame.schema)

    def extend(self, plan: Plan) -> None:
        """Let the plan of the open store grow by blocks, as `open` would.

        Args:
            plan: The plan of the store with further blocks.

        Raises:
            PlanChangedError: If it is the plan of another computation; the message lists the differences.
            StoreError: If the store is not open, or the folder cannot be written.
        """
        if not self.is_open:
            raise StoreError(f"A store must be open to be extended; {self._folder} is not. Use Store.open.")
        with explained("extend the plan", self._folder):
            self._refuse_changes(self._plan, plan)
            if plan != self._plan:
                files.write_whole(self._folder / PLAN, plan.to_json().encode())
                self._take(plan)

    def rows(
        self, blocks: Iterable[Block], columns: Sequence[str] | None = None
    ) -> Iterator[tuple[Block, pl.DataFrame]]:
        """Read the rows of blocks one by one, in the order given; unfinished blocks are left out.

        Args:
            blocks: Blocks of the plan.
            columns: The columns that are wanted, in this order; all if None. Those that a block lacks are left out.

        Yields:
            A block and its rows.

        Raises:
            StoreError: If a file changed since it was checked.
        """
        done = self._scan()
        for block in blocks:
            frame = self._load(block, done[block], columns) if block in done else None
            if frame is not None:
                yield block, frame

    def table(self) -> pl.DataFrame:
        """Return all finished blocks as one table, in plan order whatever the order of execution.

        Returns:
            The columns `cell` and `run`, then the data; a column that a block lacks is null there.

        Raises:
            StoreError: If a file changed since it was checked, or two blocks give a column different types.
        """
        import polars as pl

        frames = [frame for _, frame in self.rows(self._plan.blocks)]
        if not frames:
            return _rows.empty()
        try:
            return pl.concat(frames, how="diagonal", rechunk=True)
        except pl.exceptions.SchemaError as error:
            raise StoreError(
                f"The blocks of {self._folder} must agree on the type of each column; they do not: {error}. Give each "
                "column one dtype in the code that computes blocks, then start over with --fresh (fresh=True)."
            ) from error

    def verify(self) -> list[Block]:
        """Read every block file again and return the blocks that are there but damaged, in plan order."""
        self._checked.clear()
        done = self._scan()
        damaged = {block for block in self._names if block not in done}
        for block, name in done.items():
            try:
                self._load(block, name)
            except StoreError:
                damaged.add(block)
        return sorted(damaged, key=self._position.__getitem__)

    def close(self) -> None:
        """Let the next driver in; a second call does nothing. Reading remains possible."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, plan: Plan) -> None:
        self._plan = plan
        self._position = {block: i for i, block in enumerate(plan.blocks)}
        self._keys = {cell: plan.key(cell) for cell in plan.cells}

    def _prepare(self, old: Plan | None, fresh: bool) -> None:
        """Bring the folder from its old plan to this one; called once, under the lock."""
        if old is not None:
            self._refuse_changes(old, self._plan)
        blocks = self._path()
        blocks.mkdir(exist_ok=True)
        if self._part is None:  # else they may belong to a driver that writes just now
            for folder in (self._folder, blocks):
                files.remove_temporaries(folder)
        files.probe(blocks)
        if fresh:  # blocks first: the old plan with fewer blocks is a valid store, should this be interrupted
            for name in listdir(blocks):
                if parse_block_name(name) is not None:
                    self._path(name).unlink()
            (self._folder / ENVIRONMENT).unlink(missing_ok=True)
        if old != self._plan:
            files.write_whole(self._folder / PLAN, self._plan.to_json().encode())
        notice = record_environment(self._folder)
        if notice is not None:
            self._notify(notice)
        self._scan()

    def _refuse_changes(self, old: Plan, new: Plan) -> None:
        lines = changes(old, new)
        if lines:
            finished = sum(parse_block_name(name) is not None for name in listdir(self._path()))
            raise PlanChangedError(
                f"`plan` differs from the plan of {self._folder}:\n{listed(lines)}\n"
                "A store keeps one plan, to which only blocks may be added. Start over with --fresh (fresh=True), "
                f"which removes {finished} finished blocks, or keep both with another --out."
            )

    def _refuse_closed_and_unplanned(self, block: Block) -> None:
        if not self.is_open:
            raise StoreError(
                f"A store must be open to be written; {self._folder} is not. Use Store.open, not Store.read, and write "
                "before it is closed."
            )
        if block not in self._position:
            raise ValueError(
                f"`block` must be one of the {len(self._position)} blocks of the plan; got {block.stem}. "
                "Open the store with a plan that has it."
            )

    def _refuse_other_types(self, block: Block, schema: Mapping[str, pl.DataType]) -> None:
        """Refuse a column whose type differs from that in a block written before: the table could not hold both."""
        for name, dtype in schema.items():
            if self._dtypes.get(name, dtype) != dtype:
                raise ValueError(
                    f"`columns` must give {name!r} the type {self._dtypes[name]} that earlier blocks gave it; "
                    f"{block.stem} has {dtype}. Convert it to one dtype in the code that computes blocks."
                )

    def _path(self, name: str = "") -> Path:
        return self._folder / BLOCKS / name

    def _scan(self) -> dict[Block, str]:
        """Map each finished block to its file name, and report files found damaged since the last scan."""
        self._names = {}
        for name in listdir(self._path()):  # sorted: all readers take the same one of two files of a block
            block = parse_block_name(name)
            if block in self._position:
                self._names.setdefault(block, []).append(name)
        found: dict[Block, str] = {}
        damaged: list[str] = []
        for block, names in self._names.items():
            before = [self._checked.get(name) for name in names]
            whole = [name for name in names if self._is_whole(block, name)]
            if whole:
                found[block] = whole[0]
            elif before != [self._checked.get(name) for name in names]:
                damaged.append(block.stem)
        if damaged:
            advice = "are run again" if self.is_open else "count as missing until the command is run again"
            self._notify(f"{self._folder}: damaged blocks {advice}: {few(damaged)}")
        return found

    def _is_whole(self, block: Block, name: str) -> bool:
        """Tell whether a file agrees with its checksum; it is hashed once, and again when it changes."""
        path = self._path(name)
        try:
            signature = _signature(path)
            if self._checked.get(name, ((), False))[0] != signature:
                whole = files.checksum_of_file(path, self._keys[block.cell]) == checksum_in(name)
                self._checked[name] = (signature, whole)
        except FileNotFoundError:  # a driver has just replaced or removed it
            return False
        return self._checked[name][1]

    def _publish(self, block: Block, data: bytes) -> None:
        """Write the file of a block, and remove the damaged ones it replaces."""
        name = block_name(block, files.checksum(data, self._keys[block.cell]))
        files.write_whole(self._path(name), data)
        self._checked[name] = (_signature(self._path(name)), True)
        for old in self._names.get(block, []):
            if old != name:
                self._path(old).unlink(missing_ok=True)
        self._names[block] = [name]

    def _stored(self, block: Block) -> pl.DataFrame | None:
        """Read the rows of a block if it is finished."""
        with explained(f"read block {block.stem}", self._folder):
            whole = [name for name in self._names.get(block, []) if self._is_whole(block, name)]
        return self._load(block, whole[0]) if whole else None

    def _load(self, block: Block, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame | None:
        """Read a file that was found whole, checking again the very bytes that are parsed; None if it has gone."""
        try:
            with explained(f"read block {block.stem}", self._folder):
                data = self._path(name).read_bytes()
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        if files.checksum(data, self._keys[block.cell]) == checksum_in(name):
            frame = _rows.deserialise(data, columns)
            if _rows.are_of(block, frame):
                return frame if columns is None else _rows.chosen(frame, columns)
        self._checked.pop(name, None)
        raise StoreError(
            f"The file {self._path(name)} must hold the rows of {block.stem} that were written; its content changed. "
            "Delete it and run the same command again, which computes this block once more."
        )


def _signature(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
