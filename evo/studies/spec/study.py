"""A study as a file describes it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, final

from evo.core import checks
from evo.core.engines import Engine
from evo.core.records import Recorder
from evo.core.stops import Stop
from evo.studies.spec.cells import Cell, cells_of, points
from evo.studies.spec.grids import grid_of
from evo.studies.spec.keeping import keep, keep_in_new, reopened
from evo.studies.spec.lines import line_of
from evo.studies.spec.parts import build
from evo.studies.spec.places import Place, SpecError, table_of
from evo.studies.spec.references import referred
from evo.studies.spec.settings import engine_of, integer_of, stop_of, text_of

if TYPE_CHECKING:
    from evo.studies.study import Study

__all__ = ["StudySpec", "load_toml"]

_KEYS = ("name", "runs", "seed", "block", "engine", "stop", "record", "grid", "cell")
_NEEDED = ("runs", "seed", "cell")
_ROOT = Place()
_WHERE = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|(?P<end>end of document))\)$")


@final
@dataclass(frozen=True, kw_only=True)
class StudySpec:
    """A study as a file describes it; every cell was built once, so that what the parts refuse is known.

    Args:
        name: of the study; the file's name without suffix where the file gives none.
        runs: per cell.
        seed: of all runs.
        cells: by name; each is a function of the parameters that it names.
        grid: the values of each parameter.
        block: runs per block; None where the study shall choose.
        stop: of all cells that have none of their own; None for the budgets of the problems.
        record: what is recorded of each run; None for nothing.
        engine: how runs are carried out.
        text: the file's content.
        path: of the file; None for a text.

    Example:
        >>> spec = StudySpec.parse('''
        ... runs = 20
        ... seed = 1
        ... [grid]
        ... n = [20, 50]
        ... c = {from = 0.5, to = 1.5, count = 3}
        ... [[cell]]
        ... name = "static"
        ... optimizer = {type = "OnePlusOne", rate = {type = "Static", strength = "$c"}}
        ... problem = {type = "OneMax", n = "$n"}
        ... ''')
        >>> spec.grid["c"], spec.points
        ([0.5, 1.0, 1.5], 6)
    """

    name: str
    runs: int
    seed: int
    cells: Mapping[str, Cell]
    grid: Mapping[str, list[Any]]
    block: int | None = None
    stop: Stop | None = None
    record: Recorder | None = None
    engine: Engine = Engine.AUTO
    text: str = ""
    path: Path | None = None

    @property
    def points(self) -> int:
        """How many cells the study has: over all `[[cell]]`, the points of the grid on which they depend."""
        return sum(sum(1 for _ in points(cell, self.grid)) for cell in self.cells.values())

    @property
    def folder(self) -> Path:
        """Where the results go unless another folder is named: `results/NAME`, NAME being the file's or the study's."""
        name = self.name if self.path is None else self.path.stem
        return Path("results") / (re.sub(r"[^\w.+=-]+", "-", name).strip(".-") or "study")

    @classmethod
    def parse(cls, text: str, *, path: str | os.PathLike[str] | None = None) -> StudySpec:
        """Read a study from a TOML text.

        Args:
            text: the content of the file.
            path: of the file, for messages, for its name and for modules beside it.

        Returns:
            The study.

        Raises:
            SpecError: for what is not TOML, and for what is not a study, with line and place.
        """
        where = None if path is None else Path(path)
        try:
            plain = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SpecError(_syntax(str(error), text, where)) from error
        try:
            return _read(plain, text, where)
        except SpecError as error:
            steps = () if error.place is None else error.place.steps
            raise SpecError(f"{_located(where, line_of(text, steps))}{error.text}", error.place) from error

    def study(self, *, out: str | os.PathLike[str] | None = None, **options: Any) -> Study:
        """Run the study, or go on where it was interrupted; the folder keeps the file as study.toml.

        Args:
            out: the folder; `folder` if None.
            options: of `evo.study`: `executor`, `part`, `fresh`, `progress`.

        Returns:
            What `evo.study` returns.
        """
        from evo.studies.study import study

        folder = self.folder if out is None else Path(out)
        others: dict[str, Any] = {**options, **self.grid}
        kept = self._kept()
        if kept is not None:
            keep_in_new(folder, kept)
        found = study(
            self.cells,
            runs=self.runs,
            seed=self.seed,
            out=folder,
            stop=self.stop,
            record=self.record,
            engine=self.engine,
            block=self.block,
            **others,
        )
        if kept is not None:
            keep(folder, kept)
        return found

    def read(self, folder: str | os.PathLike[str]) -> Study:
        """Look at the study in a folder, with the parts that this file describes, so that runs can be made again.

        Args:
            folder: the `out` of `study`.

        Returns:
            The study; nothing is run.

        Raises:
            PlanChangedError: if the folder was filled by other parts than those of this file, with the differences.
            StoreError: if there is no study.
        """
        from evo.studies._cells import cells_of as made_of

        made = made_of(self.cells, self.grid, seed=self.seed, stop=self.stop, record=self.record, engine=self.engine)
        return reopened(Path(folder), self.seed, made)

    def _kept(self) -> str | None:
        """The text to keep beside the rows; None where it does not say all that this study is."""
        if not self.text:
            return None
        told = StudySpec.parse(self.text, path=self.path)
        return self.text if replace(told, runs=self.runs, block=self.block) == self else None


def load_toml(path: str | os.PathLike[str]) -> StudySpec:
    """Read a study from a TOML file.

    Args:
        path: the file; docs/study_files.md describes what may stand there.

    Returns:
        The study, whose `study(out=...)` runs it.

    Raises:
        SpecError: for a file that is not there, is not TOML or does not describe a study, with line and place.

    Example:
        >>> load_toml("strengths.toml").study(out="results/strengths").table()  # doctest: +SKIP
    """
    where = Path(path)
    try:
        text = where.read_bytes().decode().replace("\r\n", "\n")
    except FileNotFoundError as error:
        near = [item.name for item in where.parent.glob("*.toml")] if where.parent.is_dir() else []
        advice = checks.nearest(where.name, near) if near else "Pass the path of a TOML file that describes a study."
        raise SpecError(f"there is no file {where}. {advice}") from error
    except IsADirectoryError as error:
        raise SpecError(f"{where} is a folder. Pass the path of a TOML file that describes a study.") from error
    except UnicodeDecodeError as error:
        raise SpecError(f"{where} is not text in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    return StudySpec.parse(text, path=where)


def _read(plain: dict[str, Any], text: str, path: Path | None) -> StudySpec:
    table_of(plain, _ROOT, _KEYS, _NEEDED)
    folder = None if path is None else path.parent
    grid = grid_of(plain.get("grid", {}), _ROOT / "grid")
    stop = plain.get("stop")
    varies = any(True for _ in referred(stop, _ROOT / "stop", grid))  # then it is part of every cell
    found = cells_of(plain["cell"], _ROOT / "cell", grid, stop if varies else None, folder)
    record = plain.get("record")
    spec = StudySpec(
        name=text_of(plain["name"], _ROOT / "name") if "name" in plain else "study" if path is None else path.stem,
        runs=integer_of(plain["runs"], 1, _ROOT / "runs"),
        seed=integer_of(plain["seed"], 0, _ROOT / "seed"),
        block=integer_of(plain["block"], 1, _ROOT / "block") if "block" in plain else None,
        engine=engine_of(plain.get("engine", "auto"), _ROOT / "engine"),
        stop=None if stop is None or varies else stop_of(stop, _ROOT / "stop", {}),
        record=None if record is None else build(record, (Recorder,), _ROOT / "record", {}, folder),
        cells=MappingProxyType({cell.name: cell for cell in found}),
        grid=MappingProxyType(grid),
        text=text,
        path=path,
    )
    for cell in found:
        for values in points(cell, grid):
            cell(**values)
    return spec


def _syntax(message: str, text: str, path: Path | None) -> str:
    match = _WHERE.match(message)
    if match is None:
        return f"{_located(path)}this is not TOML: {message}."
    line = text.count("\n") + 1 if match["end"] else int(match["line"])
    column = None if match["end"] else int(match["column"])
    return f"{_located(path, line, column)}this is not TOML: {match['what']}."


def _located(path: Path | None, line: int | None = None, column: int | None = None) -> str:
    numbers = [f"{name} {number}" for name, number in (("line", line), ("column", column)) if number is not None]
    parts = [*([] if path is None else [str(path)]), *numbers]
    return f"{', '.join(parts)}: " if parts else ""
