"""Which runs go into which file: one folder per algorithm with its parameters, one index per function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evo.core import checks
from evo.studies.ioh import naming
from evo.studies.ioh.attributes import spelled
from evo.studies.ioh.functions import FunctionLike, IohFunction, found, instance_of
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
    named = "function" in tables.parameters and (function is None or isinstance(function, Mapping))
    elsewhere = {"n", "instance"} | ({"function"} if named else set())
    own = [name for name in tables.parameters if name not in elsewhere]
    records = tables.records.partition_by("cell", "run", as_dict=True, maintain_order=True)
    algorithms: dict[Any, tuple[str, str]] = {}
    taken: tuple[set[str], set[str]] = (set(), set())
    files: dict[Any, File] = {}
    for place, row in enumerate(tables.runs.iter_rows(named=True)):
        values = {name: row[name] for name in own if row[name] is not None}
        series = (row["algorithm"], *((name, type(value), value) for name, value in values.items()))
        if series not in algorithms:
            words = [naming.plain(row["algorithm"]), *(f"{name}={_short(value)}" for name, value in values.items())]
            shown = naming.unique(naming.plain(" ".join(words)), taken[0])
            algorithms[series] = shown, naming.unique(naming.file_name(shown), taken[1])
        given = _given(function, row, tables, named=named)
        what = found(given, row["n"], (row["cell"], row["algorithm"]))
        labels = {
            name: row[name] for name in ("algorithm", "function") if name in row and (named or name != "function")
        }
        if (series, what, labels.get("function")) not in files:
            shown, folder = algorithms[series]
            attributes = {name: spelled(value) for name, value in sorted(values.items())}
            files[series, what, labels.get("function")] = File(folder, shown, attributes, what, labels)
        instance = row["instance"] if "instance" in tables.parameters else instance_of(given)
        run = Run(row, place, _checked(row, records.get((row["cell"], row["run"]))), instance)
        files[series, what, labels.get("function")].scenarios.setdefault(row["n"], []).append(run)
    return list(files.values())


def _given(function: FunctionLike | None, row: dict[str, Any], tables: Tables, *, named: bool) -> Any:
    """What says the function of a row."""
    if function is None and row["cell"] in tables.problems:
        return tables.problems[row["cell"]]
    if not named and function is None:
        raise ValueError(
            "`function` is needed: the table does not tell what was optimised. Pass function='OneMax', a problem, a "
            "class such as d.Jump, or evo.studies.IohFunction(name, id=40001, maximization=True)."
        )
    if not named:
        return function
    if function is None:
        return row["function"]
    return function.get(row["function"], function)  # type: ignore[union-attr]


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
