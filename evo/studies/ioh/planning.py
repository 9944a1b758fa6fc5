"""Which runs go into which file: one folder per algorithm with its parameters, one index per function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evo.core import checks
from evo.studies.ioh import naming
from evo.studies.ioh.attributes import spelled
from evo.studies.ioh.functions import NAMED_ACTION, FunctionLike, IohFunction, found, instance_of
from evo.studies.ioh.layout import LABELS
from evo.studies.ioh.tables import Tables

if TYPE_CHECKING:
    import polars as pl

__all__ = ["File", "Run", "planned"]


@dataclass(frozen=True)
class Run:
    """One run: its row of the table, its place there, its records, and the instance that it played."""

    facts: dict[str, Any]
    place: int
    rows: pl.DataFrame
    instance: int


@dataclass(frozen=True)
class File:
    """One index file with its data files."""

    #: the folder within the export, safe and different from all others
    folder: str
    #: the name of the algorithm with its parameters, as readers see it
    algorithm: str
    attributes: dict[str, str]
    function: IohFunction
    #: the labels of these runs that no other entry of the file says
    labels: dict[str, Any]
    #: the runs by dimension
    scenarios: dict[int, list[Run]] = field(default_factory=dict)


def planned(tables: Tables, function: FunctionLike | None) -> list[File]:
    """The files, in the order in which their first runs come.

    Args:
        tables: what is exported.
        function: as `export_ioh` takes it.

    Raises:
        ValueError: if a run has no records or they do not fit it, or if its function is not known.
    """
    records = tables.records.partition_by("cell", "run", as_dict=True, maintain_order=True)
    shelf = _Shelf(tables, function)
    labels = [*LABELS, *tables.parameters]
    homes: dict[Any, tuple[File, int]] = {}
    for place, row in enumerate(tables.runs.iter_rows(named=True)):
        label = tuple(row[name] for name in labels)
        if label not in homes:
            homes[label] = shelf.home(row)
        file, instance = homes[label]
        rows = _checked(row, records.get((row["cell"], row["run"])))
        file.scenarios.setdefault(row["n"], []).append(Run(row, place, rows, instance))
    return list(shelf.files.values())


class _Shelf:
    """The files so far, and how they are told apart."""

    def __init__(self, tables: Tables, function: FunctionLike | None) -> None:
        self.files: dict[Any, File] = {}
        self._tables, self._function = tables, function
        self._by_name = "function" in tables.parameters and (function is None or isinstance(function, Mapping))
        self._by_instance = tables.played is not None
        self._algorithms: dict[Any, tuple[str, str]] = {}
        self._shown: set[str] = set()
        self._folders: set[str] = set()

    def home(self, row: dict[str, Any]) -> tuple[File, int]:
        """The file for the runs of a cell, and the instance that they played."""
        elsewhere = {"n", *(["instance"] if self._by_instance else []), *(["function"] if self._by_name else [])}
        names = [name for name in self._tables.parameters if name not in elsewhere]
        values = {name: row[name] for name in names if row[name] is not None}
        labels = {"algorithm": row["algorithm"], **({"function": row["function"]} if self._by_name else {})}
        problem = self._problem(row)
        function = found(problem, row["n"])
        series = (row["algorithm"], *((name, type(value), value) for name, value in values.items()))
        key = (series, function, labels.get("function"))
        if key not in self.files:
            shown, folder = self._names(series, row["algorithm"], values)
            attributes = {name: spelled(value) for name, value in sorted(values.items())}
            self.files[key] = File(folder, shown, attributes, function, labels)
        return self.files[key], row["instance"] if self._by_instance else instance_of(problem)

    def _names(self, series: Any, algorithm: str, values: dict[str, Any]) -> tuple[str, str]:
        """The algorithm with its parameters, for readers and for the file system."""
        if series not in self._algorithms:
            words = " ".join([algorithm, *(f"{name}={_short(value)}" for name, value in values.items())])
            shown = naming.unique(naming.plain(words), self._shown)
            self._algorithms[series] = shown, naming.unique(naming.file_name(shown), self._folders)
        return self._algorithms[series]

    def _problem(self, row: dict[str, Any]) -> Any:
        """What says the function of a cell."""
        if isinstance(self._function, Mapping):
            names = [row["cell"], *([row["function"]] if self._by_name else []), row["algorithm"]]
            for name in names:
                if name in self._function:
                    return self._function[name]
            allowed = f"have an entry for {' or '.join(map(repr, names))}"
            raise checks.bad_value("function", dict(self._function), allowed, NAMED_ACTION)
        if self._function is not None:
            return self._function
        if row["cell"] in self._tables.problems:
            return self._tables.problems[row["cell"]]
        if self._by_name:
            return row["function"]
        raise ValueError(f"`function` is needed: the table does not tell what was optimised. {NAMED_ACTION}")


def _checked(row: dict[str, Any], rows: pl.DataFrame | None) -> pl.DataFrame:
    where = f"run {row['run']} of {row['cell']!r}"
    action = "Export tables that belong together: both frames of one study, or evo.repeat(...) itself."
    if rows is None:
        raise checks.bad_value("data", where, "have recorded rows for every run", action)
    numbers = rows["evaluations"]
    if numbers[0] < 1 or numbers[-1] > row["evaluations"] or not numbers.is_sorted():
        allowed = f"have recorded rows in order, at evaluations 1 to {row['evaluations']}"
        raise checks.bad_value("data", f"{where}: {numbers[0]} to {numbers[-1]}", allowed, action)
    return rows


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
