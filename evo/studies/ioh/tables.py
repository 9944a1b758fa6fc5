"""What is exported, as two frames: one row per run, and the recorder's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from evo.core import checks
from evo.core.api import Rerun
from evo.core.keys import Key
from evo.core.results import Runs
from evo.studies.ioh.layout import LABELS, RESERVED, RUN_COLUMNS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Data", "Tables", "collected"]

_ADVICE = "Repeat the runs with record=evo.Improvements(evo.best_value), or with another recorder that shows a value."


@runtime_checkable
class Tabled(Protocol):
    """What has the two tables and knows its keys, such as a study."""

    def frame(self) -> Any:
        """One row per run."""

    def records(self) -> Any:
        """The recorder's rows."""

    def key(self, cell: str) -> Key:
        """The key of a cell's series of runs."""
        ...


Data: TypeAlias = "Runs | Mapping[str, Runs] | tuple[pl.DataFrame, pl.DataFrame] | Tabled"


@dataclass(frozen=True)
class Tables:
    """The two frames with equal labels, in the order in which they came."""

    #: cell, algorithm, the parameters, `RUN_COLUMNS`, and numbers of runs that came from other writers
    runs: pl.DataFrame
    #: cell, run, steps, evaluations and the observables
    records: pl.DataFrame
    parameters: list[str]
    numbers: list[str]
    observables: list[str]
    #: the problem of a cell where the runs know it
    problems: dict[str, Any]
    #: from a cell to the key of its series, where it is known
    key: Callable[[str], Key | None]

    @property
    def played(self) -> pl.Series | None:
        """The column of instances, where all runs have whole numbers there."""
        column = self.runs["instance"] if "instance" in self.parameters else None
        whole = column is not None and column.dtype.is_integer() and not column.null_count()
        return column if whole else None


def collected(data: Data, algorithm: str | None, seed: int | Key | None, dimension: int | None) -> Tables:
    """The frames of runs, of several runs by name, of a study, or given as they are.

    Args:
        data: what is exported.
        algorithm: the name of the algorithm, for `Runs` only; their label if None.
        seed: the seed of a study whose frames were given; the others know theirs.
        dimension: the string length, where there is no column `n` and no problem that tells.

    Raises:
        TypeError: for anything else.
        ValueError: for frames that lack columns or rows.
    """
    if isinstance(data, Runs):
        data = {algorithm if algorithm is not None else data.label or "algorithm": data}
    elif algorithm is not None:
        action = "Drop it: tables and mappings name their algorithms."
        raise checks.bad_value("algorithm", algorithm, "be None unless `data` is one result of evo.repeat", action)
    if isinstance(data, Mapping):
        return _of_runs(data, dimension)
    if isinstance(data, Tabled):
        runs = data.frame()
        return _of_frames(runs, data.records(), data.key, _lengths(data, runs) if dimension is None else dimension)
    if not (isinstance(data, tuple) and len(data) == 2):
        action = "Pass evo.repeat(...), a dict of these by name, a study, or (study.frame(), study.records())."
        raise checks.bad_type("data", data, "be runs, a study or a pair of frames", action)
    base = None if seed is None else Key(seed)
    return _of_frames(*data, lambda cell: None if base is None else base.child(cell), dimension)


def _of_runs(many: Mapping[str, Runs], dimension: int | None) -> Tables:
    import polars as pl

    frames, records, problems, keys = [], [], {}, {}
    for name, runs in many.items():
        action = "Pass results of evo.repeat by the name of their algorithm."
        checks.instance_of("data", runs, Runs, action)
        job = runs.rerun.job if isinstance(runs.rerun, Rerun) else None
        n = dimension if dimension is not None else getattr(job.problem, "n", None) if job else None
        if n is None:
            raise ValueError(f"`dimension` is needed: the runs of {name!r} do not tell the string length. Pass it.")
        cell = f"{name} n={n}"
        labels = [pl.lit(cell).alias("cell"), pl.lit(str(name)).alias("algorithm"), pl.lit(n).alias("n")]
        frames.append(runs.to_frame().select(*labels, pl.all()))
        records.append(runs.records_frame().select(labels[0], pl.all()) if runs.records else pl.DataFrame())
        if job:
            problems[cell], keys[cell] = job.problem, job.key
    if not frames:
        raise checks.bad_value("data", many, "hold at least one result of evo.repeat", "Pass {'name': runs}.")
    tables = _of_frames(pl.concat(frames), pl.concat(records, how="diagonal"), keys.get, None)
    return Tables(
        tables.runs, tables.records, tables.parameters, tables.numbers, tables.observables, problems, tables.key
    )


def _lengths(study: Any, runs: pl.DataFrame) -> dict[str, int]:
    """The string lengths that the problems of cells tell, where they are known."""
    problem_of = getattr(study, "problem", lambda cell: None)
    found = {cell: getattr(problem_of(cell), "n", None) for cell in map(str, runs["cell"].unique(maintain_order=True))}
    return {cell: n for cell, n in found.items() if n is not None}


def _with_lengths(runs: pl.DataFrame, dimension: int | Mapping[str, int] | None) -> pl.DataFrame:
    """Runs with a column `n`; where it is empty or missing, from the dimension that was given or that of the cell."""
    import polars as pl

    if "n" not in runs.columns:
        runs = runs.select(*LABELS, pl.lit(None, dtype=pl.Int64).alias("n"), pl.exclude(LABELS))
    given = [dimension if dimension is None or isinstance(dimension, int) else dimension.get(c) for c in runs["cell"]]
    known = [other if n is None else n for n, other in zip(runs["n"], given, strict=True)]
    if None in known:
        cell = runs["cell"][known.index(None)]
        raise ValueError(
            f"`dimension` is needed: the string length of {cell!r} is not known, there is no number in a column 'n'. "
            "Pass dimension=..., the string length."
        )
    lengths = [checks.integer("n", n, 1, "Pass string lengths in column 'n'.") for n in known]
    return runs.with_columns(pl.Series("n", lengths, dtype=pl.Int64))


def _of_frames(
    runs: pl.DataFrame,
    records: pl.DataFrame,
    key: Callable[[str], Key | None],
    dimension: int | Mapping[str, int] | None,
) -> Tables:
    import polars as pl

    for name, frame in (("runs", runs), ("records", records)):
        checks.instance_of("data", frame, pl.DataFrame, f"Pass the {name} as a polars data frame.")
    missing = [name for name in (*LABELS, *RUN_COLUMNS) if name not in runs.columns]
    if missing or not runs.height:
        action = f"Missing: {', '.join(missing) or 'all rows'}. Pass study.frame(), or evo.repeat(...) itself."
        raise checks.bad_value("data", runs.columns, "begin with a frame of one row per run", action)
    runs = _with_lengths(runs, dimension)
    before = runs.columns.index("run")
    parameters = [name for name in runs.columns[:before] if name not in (*LABELS, *RUN_COLUMNS)]
    behind = [name for name in runs.columns[before:] if name not in RESERVED]
    numbers = [name for name in behind if runs[name].dtype.is_numeric()]
    records = records.rename({"step": "steps"}) if "step" in records.columns else records
    if not records.height:
        raise ValueError(
            "`data` holds no recorded rows, and an IOHprofiler file is made of them: nothing can be written of what "
            f"happened between the first and the last evaluation. {_ADVICE}"
        )
    missing = [name for name in ("cell", "run", "steps", "evaluations") if name not in records.columns]
    if missing:
        action = f"Missing: {', '.join(missing)}. Pass study.records(), or evo.repeat(...) itself."
        raise checks.bad_value("data", records.columns, "end with a frame of recorded rows", action)
    observables = [
        name for name in records.columns if name not in (*LABELS, *parameters, "run", "steps", "evaluations")
    ]
    texts = [name for name in observables if not records[name].dtype.is_numeric()]
    if texts:
        action = "Drop the columns that are no numbers, or name them in the table of runs before its column 'run'."
        raise checks.bad_value("data", texts, "have numbers in the columns of its recorded rows", action)
    if not {"value", "best_value"} & set(observables):
        raise ValueError(f"`data` must hold 'value' or 'best_value' in its recorded rows; got {observables}. {_ADVICE}")
    kept = records.select("cell", "run", "steps", "evaluations", *observables)
    return Tables(runs, kept, parameters, numbers, observables, {}, key)
