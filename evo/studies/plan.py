"""What a store computes: blocks of runs, and the frozen plan that lists them."""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, final
from urllib.parse import unquote_to_bytes

from evo.core.codec import Json, dumps, is_plain, loads
from evo.core.differences import differences

__all__ = ["Block", "Plan", "changes"]

FORMAT_FAMILY = "evo store "
FORMAT = f"{FORMAT_FAMILY}1"

_UNSAFE = re.compile(rb"[^A-Za-z0-9=,.+-]")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_STEM = re.compile(r"(?P<cell>[A-Za-z0-9=,.+\-_%]+)@(?P<first>[0-9]+)\+(?P<count>[0-9]+)")
_LONGEST_CELL = 160
_LARGEST = 2**63 - 1


@final
@dataclass(frozen=True)
class Block:
    """Runs `first` to `first + count - 1` of one cell: the unit of work, of storage and of repetition.

    The rows of a block are a pure function of these three fields (and of the plan's seed, configuration and code).

    Attributes:
        cell: Name of the cell; any text, such as "c=2.4 n=1000".
        first: Index of the first run, from 0.
        count: Number of runs, at least 1.
    """

    cell: str
    first: int
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", _integer("first", self.first))
        object.__setattr__(self, "count", _integer("count", self.count))
        if type(self.cell) is not str or not self.cell:
            raise ValueError(
                f"`cell` must be a name, a non-empty string; got {self.cell!r}. Use a text such as 'c=2.4 n=1000'."
            )
        if not 0 <= self.first <= _LARGEST or not 1 <= self.count <= _LARGEST - self.first:
            raise ValueError(
                f"`first` and `count` must name at least one run, from 0 on; got first={self.first}, "
                f"count={self.count}. Pass first >= 0 and count >= 1, together below 2**63."
            )
        if len(_quote(self.cell)) > _LONGEST_CELL:
            raise ValueError(
                f"`cell` must fit into a file name, at most {_LONGEST_CELL} characters once quoted; "
                f"{self.cell!r} needs {len(_quote(self.cell))}. Use a shorter name and keep details in the config."
            )

    @property
    def stem(self) -> str:
        """The block as a text that any file system takes and that `Block.parse` reads back."""
        return f"{_quote(self.cell)}@{self.first}+{self.count}"

    @classmethod
    def parse(cls, stem: str) -> Block:
        """Read a block from its stem.

        Args:
            stem: What `Block.stem` gave.

        Returns:
            The block.

        Raises:
            ValueError: If no block has that stem.
        """
        match = _STEM.fullmatch(stem)
        try:
            block = cls(_unquote(match["cell"]), int(match["first"]), int(match["count"])) if match else None
        except ValueError:
            block = None
        if block is None or block.stem != stem:
            raise ValueError(
                f"`stem` must be a block such as 'c=2.4@0+100' (cell, first run, count); got {stem!r}. Use Block.stem."
            )
        return block


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A frozen list of blocks with everything their rows depend on.

    A plan may grow by blocks (further runs of a cell, further cells); any other change makes it the plan of another
    computation. So what varies with the size of the grid belongs into `blocks` and `engines`, not into `config`. The
    order of the blocks is the order of execution and of the rows; it is not part of what the rows depend on. Nor is
    `runs`, which may grow.

    Attributes:
        name: What people call the computation.
        seed: The seed of all runs.
        blocks: The blocks in order of execution, coarse to fine, without overlap.
        config: Plain JSON values that determine the rows together with the seed: `encode(...)` of a dict or of a
            frozen dataclass.
        code: Fingerprint of the code that computes the rows.
        engines: For each cell, the engine that was resolved for it and its version.
        details: For each cell, whatever else its rows depend on, as plain JSON values: parts, stop, code of the user.
        runs: How many runs each cell shall have in the end, where blocks are cut on the way; 0: those of the blocks.
    """

    name: str
    seed: int
    blocks: Sequence[Block] = ()
    config: Mapping[str, Json] = field(default_factory=dict)
    code: str = ""
    engines: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Json] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        if type(self.name) is not str or type(self.code) is not str:
            raise TypeError(f"`name` and `code` must be strings; got {self.name!r} and {self.code!r}. Pass texts.")
        config = dict(self.config) if isinstance(self.config, Mapping) else self.config
        if type(config) is not dict or not is_plain(config):
            raise TypeError(
                f"`config` must be a dict of plain JSON values; got {config!r}. Pass encode(config) instead."
            )
        object.__setattr__(self, "seed", _integer("seed", self.seed))
        object.__setattr__(self, "config", loads(dumps(config)))
        object.__setattr__(self, "blocks", tuple(self.blocks))
        object.__setattr__(self, "engines", {str(cell): str(engine) for cell, engine in self.engines.items()})
        _refuse_overlap(self.blocks)
        object.__setattr__(self, "runs", _integer("runs", self.runs))
        details = dict(self.details) if isinstance(self.details, Mapping) else self.details
        if type(details) is not dict or not is_plain(details):
            raise TypeError(
                f"`details` must map cells to plain JSON values; got {_shown(details)}. Pass encode(...) of each."
            )
        object.__setattr__(self, "details", loads(dumps(details)))
        cells = self.cells
        for name in ("engines", "details"):
            unknown = sorted(set(getattr(self, name)) - set(cells))
            if unknown:
                raise ValueError(
                    f"`{name}` must name cells of the blocks; {unknown[0]!r} is none of {few(cells)}. Leave it out."
                )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.to_json() == other.to_json()  # the text tells 1, 1.0 and True apart

    def __hash__(self) -> int:
        return hash(self.to_json())

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in order of their first block."""
        return tuple(dict.fromkeys(block.cell for block in self.blocks))

    def key(self, cell: str) -> bytes:
        """Hash everything the rows of a cell depend on, the list of blocks excepted.

        Args:
            cell: Name of the cell.

        Returns:
            32 bytes, equal for two plans that give the cell the same rows.
        """
        parts = [self.seed, dict(self.config), self.code, self.engines.get(cell)]
        parts += [self.details[cell]] if cell in self.details else []
        return hashlib.blake2b(dumps(parts).encode(), digest_size=32).digest()

    def to_json(self) -> str:
        """Write the plan as canonical JSON."""
        plain: dict[str, Json] = {
            "format": FORMAT,
            "name": self.name,
            "seed": self.seed,
            "config": dict(self.config),
            "code": self.code,
            "engines": dict(self.engines),
            "blocks": [block.stem for block in self.blocks],
        }
        plain |= {"details": dict(self.details)} if self.details else {}
        plain |= {"runs": self.runs} if self.runs else {}
        return dumps(plain, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan from its JSON text.

        Args:
            text: What `to_json` gave.

        Returns:
            The plan.

        Raises:
            ValueError: If the text is not a plan of this format.
        """
        plain: Any = loads(text)
        found = plain.get("format") if isinstance(plain, dict) else None
        if found != FORMAT:
            raise ValueError(
                f"the format must be {FORMAT!r}; got {found!r}. Read it with the version of the library that wrote it."
            )
        names = ("name", "seed", "config", "code", "engines")
        lacking = [name for name in (*names, "blocks") if name not in plain]
        if lacking:
            raise ValueError(
                f"a plan must have the fields {', '.join(names)}, blocks; it lacks {', '.join(lacking)}. Was it edited?"
            )
        given = {name: plain[name] for name in (*names, "details", "runs") if name in plain}
        return cls(**given, blocks=[Block.parse(stem) for stem in plain["blocks"]])


def changes(old: Plan, new: Plan) -> list[str]:
    """List what makes two plans different computations.

    Args:
        old: The plan of a folder.
        new: The plan that somebody wants to run there.

    Returns:
        One line per change; empty if `new` equals `old`, only adds blocks to it, or only reorders them.
    """
    lines = list(differences("name", old.name, new.name))
    lines += differences("seed", old.seed, new.seed)
    lines += differences("config", dict(old.config), dict(new.config))
    lines += differences("code", old.code, new.code)
    common = [cell for cell in old.cells if cell in set(new.cells)]
    lines += differences("engines", _engines(old, common), _engines(new, common))
    lines += _details(old, new, common)
    if new.runs < old.runs:
        lines.append(f"runs: {old.runs} -> {new.runs}, though runs are only added")
    kept = set(new.blocks)
    gone = [block.stem for block in old.blocks if block not in kept]
    lost = [cell for cell in old.details if cell not in set(new.cells)]
    if lost:
        lines.append(f"cells: {len(lost)} of {len(old.cells)} are no longer planned: {few(lost)}")
    if gone:
        lines.append(f"blocks: {len(gone)} of {len(old.blocks)} are no longer planned: {few(gone)}")
    return lines


def _engines(plan: Plan, cells: Sequence[str]) -> dict[str, Json]:
    return {cell: plan.engines[cell] for cell in cells if cell in plan.engines}


def _details(old: Plan, new: Plan, cells: Sequence[str]) -> Iterator[str]:
    """Describe what changed in the details of cells; a change that many cells share is one line."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        for line in differences("", old.details.get(cell), new.details.get(cell)):
            found.setdefault(line.removeprefix(".").removeprefix(": "), []).append(cell)
    for line, where in found.items():
        yield f"cell {where[0]!r}: {line}" if len(where) == 1 else f"{len(where)} cells, such as {where[0]!r}: {line}"


def _integer(name: str, value: object) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)  # pyright: ignore[reportArgumentType]
    except TypeError:
        raise TypeError(
            f"`{name}` must be an integer; got {value!r} of type {type(value).__name__}. Pass an int."
        ) from None


def _refuse_overlap(blocks: Sequence[Block]) -> None:
    ordered = sorted(blocks, key=lambda block: (block.cell, block.first))
    for one, two in pairwise(ordered):
        if one.cell == two.cell and two.first < one.first + one.count:
            raise ValueError(
                f"`blocks` must not share runs; {one.stem} and {two.stem} do. "
                "Cut the runs of a cell at fixed multiples, so that a longer plan keeps the blocks of a shorter one."
            )


def _quote(cell: str) -> str:
    """Quote a cell: spaces as `_`, safe ASCII as it is, every other byte of its UTF-8 form as `%XX`."""
    try:
        data = cell.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"`cell` must be text that UTF-8 can write; got {cell!r}. Remove the lone surrogate."
        ) from None
    text = _UNSAFE.sub(lambda match: b"_" if match[0] == b" " else b"%%%02X" % match[0][0], data).decode()
    if text[:1] in (".", "-") or _DEVICE.match(text):  # hidden files, options of a shell, devices of Windows
        text = f"%{ord(text[0]):02X}{text[1:]}"
    return text


def _unquote(text: str) -> str:
    return unquote_to_bytes(text.replace("_", " ")).decode()


def few(names: Sequence[str]) -> str:
    """Name the first three, and how many there are."""
    return ", ".join(names[:3]) + (f", ... ({len(names)} in all)" if len(names) > 3 else "")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
