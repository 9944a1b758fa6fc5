"""Writing an IOHprofiler folder."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.core import checks
from evo.core.files import write_whole
from evo.core.keys import Key
from evo.studies._errors import StoreError
from evo.studies.ioh import naming
from evo.studies.ioh.functions import FunctionLike, IohFunction
from evo.studies.ioh.layout import FORMAT, KEY_WORDS, REASONS, RUN_NUMBERS, STEP_PER_EVALUATION
from evo.studies.ioh.lines import evaluation_grid, points_of, write_runs
from evo.studies.ioh.planning import File, Run, planned
from evo.studies.ioh.tables import Data, Tables, collected

if TYPE_CHECKING:
    import polars as pl

__all__ = ["export_ioh"]

#: how many runs are turned into text at once
_CHUNK = 1000
#: iohinspector keeps dimensions in 16 bits
LARGEST_DIMENSION = 2**16 - 1


def export_ioh(
    data: Data,
    folder: str | Path,
    *,
    function: FunctionLike | None = None,
    grid: int | Sequence[int] | None = None,
    algorithm: str | None = None,
    info: str = "",
    seed: int | Key | None = None,
    dimension: int | None = None,
) -> Path:
    """Write runs as an IOHprofiler folder, for IOHanalyzer, iohinspector and `read_ioh`.

    Each algorithm with its parameters (all but `n`) gets a folder of its own in `folder`, each function a JSON file
    in there, each dimension a data file with one line per recorded row (the last of those at one evaluation). `raw_y`
    is the best value so far where it was recorded, else the value.

    Args:
        data: a result of `evo.repeat` with a recorder, a dict of these by the name of their algorithm, a study, or its
            two frames `(study.frame(), study.records())`.
        folder: where to write; if it exists, the first free one of folder-1, folder-2, ... is taken.
        function: what was optimised: a problem, a name of the PBO suite ("OneMax", "LeadingOnes", "Linear"), a class
            such as `d.BinVal` or another function from n to a problem, an `IohFunction`, or a mapping from the names of
            cells or algorithms to these. If None, the problem of `evo.repeat`, or the names in a column `function`.
        grid: evaluation numbers that all runs share (or how many of them per factor of ten), in place of the recorded
            ones: a line then shows the last recorded row at or before it. IOHanalyzer keeps a matrix of all distinct
            evaluation numbers times runs, which a grid keeps small.
        algorithm: the name of the algorithm, for one result of `evo.repeat`; its label if None.
        info: a remark on the algorithm.
        seed: the seed of the study whose frames were given, so that the keys of the runs can be written.
        dimension: the string length, where there is no column `n` and no problem that tells.

    Returns:
        The folder.

    Every run begins with evaluation 1 and ends with its last evaluation. Where nothing was recorded at evaluation 1,
    as of algorithms that start with a population, that line says "None". `x` is left empty. Runs that were capped say
    `reached` 0 and their `reason`. The key of a run is written as four 32-bit words, as readers keep numbers as floats.
    Where values are only ordered, the number of zero-bits is written, to be minimised, under a name that says so.
    Index files appear last and whole: a folder that was interrupted has data files which no reader looks at.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for data without recorded values, for a function without name or number, and for records that do
            not fit the runs.
        StoreError: if the folder cannot be written.

    Warns:
        UserWarning: for n > 65535, which iohinspector cannot load.

    Source: the files of IOHexperimenter 0.3.22 (de Nobel, Ye, Vermetten, Wang, Doerr and Bäck, Evolutionary
    Computation 32, 2024).

    Example:
        >>> import evo, tempfile
        >>> from evo import discrete as d
        >>> from evo.studies import export_ioh, read_ioh
        >>> ones = d.Custom(lambda x: int(x.sum()), n=20, sense=evo.Sense.MAXIMISE, optimum=20)
        >>> record, stop = evo.Improvements(evo.best_value), evo.Steps(1000)
        >>> runs = evo.repeat(d.RandomLocalSearch(), ones, runs=3, seed=0, stop=stop, record=record)
        >>> with tempfile.TemporaryDirectory() as place:
        ...     folder = export_ioh(runs, f"{place}/rls", algorithm="RLS", function="OneMax")
        ...     read_ioh(folder).runs["steps"].to_list() == list(runs.steps)
        True
    """
    points = evaluation_grid(grid)
    checks.instance_of("info", info, str, "Pass a remark on the algorithm.")
    place = Path(checks.instance_of("folder", folder, (str, Path), "Pass the path of a new folder."))
    tables = collected(data, algorithm, seed, dimension)
    files = planned(tables, function)
    largest = max(n for file in files for n in file.scenarios)
    if largest > LARGEST_DIMENSION:
        warnings.warn(
            f"iohinspector cannot load n={largest}: it keeps dimensions in 16 bits.", UserWarning, stacklevel=2
        )
    columns = _columns(tables)
    try:
        root = naming.fresh_folder(place)
        indices = [_write_data(file, root, tables, columns, points, info) for file in files]
        for path, index in indices:
            write_whole(path, json.dumps(index, indent=1, allow_nan=False).encode())
    except OSError as error:
        raise StoreError(
            f"Cannot write the IOHprofiler folder {place}: {error.strerror or error}. Index files that stand there "
            "already are whole. Make room or ask for permission, and export into another folder."
        ) from error
    return root


def _columns(tables: Tables) -> dict[str, str]:
    """From a column of the records to the column of the file that says it; equal ones are written once."""
    rows, source = tables.records, "best_value" if "best_value" in tables.observables else "value"
    taken = {"evaluations", "raw_y", "steps"}
    counted = (rows["steps"] == rows["evaluations"] - 1).all()
    columns = {"steps": STEP_PER_EVALUATION if counted else "steps"}
    for name in tables.observables:
        same = name in ("value", "best_value") and rows[name].equals(rows[source])
        columns[name] = "raw_y" if same else naming.unique(naming.file_name(name), taken)
    return columns


def _write_data(
    file: File, root: Path, tables: Tables, columns: dict[str, str], points: np.ndarray | None, info: str
) -> tuple[Path, dict[str, Any]]:
    """Write the data files of an index; returns the index and its path."""
    title = f"f{file.function.id}_{naming.file_name(file.function.name)}"
    folder = root / file.folder
    data = naming.fresh_folder(folder / f"data_{title}")
    keyed = all(tables.key(run.facts["cell"]) for runs in file.scenarios.values() for run in runs)
    index: dict[str, Any] = {
        "version": FORMAT,
        "suite": file.function.suite,
        "function_id": file.function.id,
        "function_name": file.function.name,
        "maximization": file.function.maximization,
        "algorithm": {"name": file.algorithm, "info": info},
        "experiment_attributes": [{name: value} for name, value in file.attributes.items()],
        "run_attributes": [*RUN_NUMBERS, *(KEY_WORDS if keyed else []), *tables.numbers],
        "attributes": [],
        "scenarios": [],
        "evo": {
            "labels": file.labels,
            "parameters": tables.parameters,
            "instances": tables.played is not None,
            "numbers": tables.numbers,
            "columns": columns,
            "reasons": REASONS,
        },
    }
    if not file.attributes:
        del index["experiment_attributes"]
    for n, runs in file.scenarios.items():
        path = data / f"IOHprofiler_f{file.function.id}_DIM{n}.dat"
        entries = []
        with path.open("xb") as lines:
            for start in range(0, len(runs), _CHUNK):
                chunk = runs[start : start + _CHUNK]
                rows = [run.rows.select("evaluations", *_sources(columns)) for run in chunk]
                shown = [
                    points_of(item["evaluations"].to_numpy(), run.facts["evaluations"], points)
                    for item, run in zip(rows, chunk)
                ]
                for run, written in zip(chunk, write_runs(lines, rows, shown)):
                    index["attributes"] = written.columns
                    key = tables.key(run.facts["cell"]) if keyed else None
                    numbers = {name: _number(run.facts[name]) for name in tables.numbers}
                    entries.append(_entry(run, written, file.function, key) | numbers)
        index["scenarios"].append({"dimension": n, "path": f"{data.name}/{path.name}", "runs": entries})
    return folder / f"IOHprofiler_{data.name.removeprefix('data_')}.json", index


def _sources(columns: dict[str, str]) -> list[pl.Expr]:
    """The columns of the file after the first, `raw_y` first."""
    import polars as pl

    names = {column: name for name, column in columns.items() if column != STEP_PER_EVALUATION}
    return [pl.col(names[column]).alias(column) for column in sorted(names, key=lambda column: column != "raw_y")]


def _entry(run: Run, lines: pl.DataFrame, function: IohFunction, key: Key | None) -> dict[str, Any]:
    """What the index says of a run."""
    facts, values = run.facts, lines["raw_y"].fill_null(math.nan).to_numpy()
    best: dict[str, Any] = {"evals": facts["evaluations"], "y": None, "x": []}
    if not np.isnan(values).all():
        place = int(np.nanargmax(values) if function.maximization else np.nanargmin(values))
        best |= {"evals": lines["evaluations"][place], "y": _number(values[place])}
    words = key.child("run", facts["run"]).words() if key else ()
    halves = [int(word) >> shift & 0xFFFFFFFF for word in words for shift in (0, 32)]
    return {
        "instance": run.instance,
        "evals": facts["evaluations"],
        "best": best,
        "run": facts["run"],
        "row": run.place,
        "steps": _number(facts["steps"] if facts["reached"] else facts["spent"]),
        "spent": facts["spent"],
        "hit": facts["hit"],
        "reached": int(facts["reached"]),
        "value": _number(facts["value"]),
        "reason": REASONS.index(facts["reason"]) if facts["reason"] in REASONS else 0,
        **dict(zip(KEY_WORDS, halves, strict=False)),
        "cell": facts["cell"],
    }


def _number(value: float | None) -> int | float | None:
    """A number as JSON has it: whole ones without a point, none for those that are not finite."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
