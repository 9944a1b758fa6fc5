"""Reading IOHprofiler folders of any logger."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.studies.ioh import foreign, ours
from evo.studies.ioh.functions import IohFunction
from evo.studies.ioh.index import Index, index_files, indices_of
from evo.studies.ioh.layout import RUN_COLUMNS, Found
from evo.studies.ioh.lines import parse

if TYPE_CHECKING:
    import polars as pl

__all__ = ["IohTables", "read_ioh"]

_TYPES = {"run": int, "steps": float, "spent": int, "evaluations": int, "hit": int, "reached": bool, "value": float}


class IohTables(NamedTuple):
    """What a folder holds, as the tables of a study."""

    #: one row per run: cell, algorithm, the parameters, run, steps, spent, evaluations, hit, reached, value, reason
    runs: pl.DataFrame
    #: one row per line: cell, algorithm, the parameters, run, steps, evaluations, and the columns of the file
    records: pl.DataFrame
    #: what was optimised, by cell
    functions: dict[str, IohFunction]


def read_ioh(folder: str | Path, *, optimum: float | Callable[[str, int], float | None] | None = None) -> IohTables:
    """Read all IOHprofiler index files in a folder and the folders in it, with their data.

    Args:
        folder: written by `export_ioh`, by a logger of `ioh` (0.3.3 or later), or by an old one (`.info` files).
        optimum: for files of other writers, which do not tell: the value that solves a function, or a function from its
            name and the dimension to it (None where it is not known). Those of OneMax, LeadingOnes and Linear in the
            PBO suite are known.

    Returns:
        The runs, their records and the functions. What `export_ioh` wrote without a grid comes back as it was.

    Files of other writers tell less. Their parameters are `function`, `n`, `instance` and the experiment attributes;
    what they know of each run stands behind the other columns. `value` in the records is the value that was evaluated,
    `best_value` the best so far. Steps are counted as evaluations - 1, those of an algorithm that asks for one value
    per step. A run has reached its optimum if a line shows it; otherwise, and where the optimum is not known, it is
    capped at its last evaluation. The reason of an end that no file tells is "unknown".

    Raises:
        FileNotFoundError: if there is no such folder, or no index file in it, or no data file where an index says.
        ValueError: for damaged files; the message names the file and the run.

    Warns:
        UserWarning: for lines of runs that the index does not know, as a logger leaves them that was killed.

    Source: the files of IOHexperimenter 0.3.22 (de Nobel, Ye, Vermetten, Wang, Doerr and Bäck, Evolutionary
    Computation 32, 2024).

    Example:
        >>> import evo, tempfile
        >>> from evo import discrete as d
        >>> from evo.studies import export_ioh, read_ioh
        >>> ones = d.Custom(lambda x: int(x.sum()), n=20, sense=evo.Sense.MAXIMISE, optimum=20)
        >>> record, stop = evo.Improvements(evo.best_value), evo.Steps(1000)
        >>> runs = evo.repeat(d.RandomLocalSearch(), ones, runs=2, seed=0, stop=stop, record=record)
        >>> with tempfile.TemporaryDirectory() as place:
        ...     tables = read_ioh(export_ioh(runs, f"{place}/rls", algorithm="RLS", function="OneMax"))
        >>> tables.runs["cell"].to_list(), tables.functions["RLS n=20"].id
        (['RLS n=20', 'RLS n=20'], 1)
    """
    root = Path(checks.instance_of("folder", folder, (str, Path), "Pass the path of a folder."))
    paths = index_files(root) if root.is_dir() else []
    if not paths:
        raise FileNotFoundError(
            f"`folder` must hold IOHprofiler index files (IOHprofiler_*.json or *.info); {root} "
            f"{'has none' if root.is_dir() else 'does not exist'}. Pass the folder that a logger or export_ioh wrote."
        )
    functions: dict[str, IohFunction] = {}
    runs: list[tuple[tuple[int, int], Found]] = []
    numbers: Counter[str] = Counter()
    groups = {group: place for place, group in enumerate(dict.fromkeys(path.parent.parent for path in paths))}
    for path in paths:
        for index in indices_of(path):
            for n, facts, lines, where in _runs(index):
                if index.own is None:
                    found, order = foreign.run(index, n, facts, lines, optimum), len(runs)
                    found.outcome["run"] = numbers[found.cell]
                    numbers[found.cell] += 1
                else:
                    found, order = ours.run(index, n, facts, lines, where), facts["row"]
                function = IohFunction(index.function, index.function_id, index.maximization, index.suite)
                functions.setdefault(found.cell, function)
                runs.append(((groups[path.parent.parent], order), found))
    return _tables([found for _, found in sorted(runs, key=lambda item: item[0])], functions)


def _runs(index: Index) -> Iterator[tuple[int, dict[str, Any], pl.DataFrame, str]]:
    """Dimension, facts, lines and whereabouts of every run of an index; one data file may serve several scenarios."""
    known: dict[Path, list[tuple[int, dict[str, Any]]]] = {}
    for scenario in index.scenarios:
        known.setdefault(scenario.path, []).extend((scenario.dimension, facts) for facts in scenario.runs)
    for path, runs in known.items():
        parsed = parse(path)
        places = _places([facts["evals"] for _, facts in runs], parsed, path, index)
        for place, (n, facts) in zip(places, runs, strict=True):
            yield n, facts, parsed[place], f"{path}: run {place + 1}"


def _places(totals: list[int], parsed: list[pl.DataFrame], path: Path, index: Index) -> Sequence[int]:
    """Which runs of a data file are those of its index.

    A logger that was killed leaves lines of a run that the index does not know; one that was not triggered by the first
    evaluation may leave out any run. The number of evaluations tells them, but that is not in the index of old ones.
    """
    spare = len(parsed) - len(totals)
    places: list[int] = []
    if spare <= 0 or index.path.suffix == ".info":
        places = list(range(min(len(totals), len(parsed))))
    else:
        for place, lines in enumerate(parsed):
            if len(places) < len(totals) and lines[-1, 0] == totals[len(places)]:
                places.append(place)
    if len(places) < len(totals):
        raise ValueError(
            f"{path} must hold the lines of the {len(totals)} runs in {index.path.name}; it has those of "
            f"{len(places)}. Lines were lost, or the header does not stand before every run: write the files anew."
        )
    if spare > 0:
        words = f"{path} has lines of {spare} more runs than {index.path.name} knows; they are left out."
        warnings.warn(words, UserWarning, stacklevel=4)
    return places


def _tables(found: list[Found], functions: dict[str, IohFunction]) -> IohTables:
    """The rows of all runs as frames of the columns of a study."""
    import polars as pl

    rows = [{"cell": item.cell, "algorithm": item.algorithm, **item.parameters} for item in found]
    labels = list(dict.fromkeys(name for row in rows for name in row))
    behind = list(dict.fromkeys(name for item in found for name in item.extra))
    data = {name: [row.get(name) for row in rows] for name in labels}
    data |= {name: [item.outcome[name] for item in found] for name in RUN_COLUMNS}
    data |= {name: [item.extra.get(name) for item in found] for name in behind}
    runs = pl.DataFrame(data, schema_overrides=_TYPES, strict=False)
    lines = pl.concat([item.records for item in found], how="diagonal_relaxed")
    places = np.repeat(np.arange(len(found)), [len(item.records) for item in found])
    return IohTables(runs, runs.select(*labels, "run")[places].hstack(lines), functions)
