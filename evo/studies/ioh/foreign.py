"""A run in a file of another writer: what is not told is said to be unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any

from evo.studies.ioh.attributes import parsed
from evo.studies.ioh.index import Index
from evo.studies.ioh.layout import RESERVED, Found

if TYPE_CHECKING:
    import polars as pl

__all__ = ["run"]

#: the columns of `ioh` loggers, present and old, that stand for ours
_COLUMNS = {
    "function evaluation": "evaluations",
    "raw_y": "value",
    "current f(x)": "value",
    "best-so-far f(x)": "best_value",
}
#: functions with known optima, by name and number
_PBO = {"OneMax": 1, "LeadingOnes": 2, "Linear": 3}


def run(
    index: Index,
    n: int,
    facts: dict[str, Any],
    lines: pl.DataFrame,
    optimum: float | Callable[[str, int], float | None] | None,
) -> Found:
    """What a run's lines and its entry in the index say.

    Args:
        index: the index file.
        n: the dimension.
        facts: what the index says of the run.
        lines: its lines.
        optimum: as `read_ioh` takes it.
    """
    rows = _rows(index, lines)
    values = [
        float(value) for value in (facts["best"]["y"], *rows["best_value"].drop_nulls()[-1:]) if value is not None
    ]
    hit = _hit(index, rows, _goal(index, n, optimum))
    evaluations = max(int(facts["evals"]), *rows["evaluations"][-1:])
    parameters = {"function": index.function, "n": n, "instance": int(facts["instance"])}
    parameters |= {_free(name, parameters): parsed(text) for name, text in index.attributes.items()}
    shown = [f"{name}={value}" for name, value in parameters.items() if name != "function"]
    outcome = {
        "run": 0,
        "steps": float(hit - 1) if hit else math.inf,
        "spent": evaluations - 1,
        "evaluations": evaluations,
        "hit": hit,
        "reached": bool(hit),
        "value": (max(values) if index.maximization else min(values)) if values else math.nan,
        "reason": "target" if hit == evaluations else "unknown",
    }
    extra = {_free(name, parameters): facts.get(name) for name in index.run_attributes}
    cell = " ".join([index.algorithm, index.function, *shown])
    return Found(cell, index.algorithm, parameters, outcome, extra, rows)


def _rows(index: Index, lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with steps and the best value so far."""
    import polars as pl

    numbers = lines[lines.columns[0]]
    if len(numbers) and (numbers[0] < 1 or not numbers.is_sorted()):
        raise ValueError(
            f"{index.path} must have evaluation numbers that ascend from 1; got {numbers[0]} to {numbers[-1]}. Loggers "
            "of ioh keep them in 32 bits: leave such long runs out, or log them with export_ioh."
        )
    rows = lines.rename({name: ours for name, ours in _COLUMNS.items() if name in lines.columns})
    if "value" not in rows.columns or "evaluations" not in rows.columns:
        raise ValueError(
            f"{index.path} must have data with evaluations and raw_y; got {lines.columns}. Let the logger watch both."
        )
    seen = pl.col("value").fill_nan(None)
    best = (seen.cum_max() if index.maximization else seen.cum_min()).forward_fill()
    others = [name for name in rows.columns if name not in ("evaluations", "value", "best_value")]
    steps = (pl.col("evaluations") - 1).alias("steps")
    return rows.select(steps, "evaluations", "value", best.alias("best_value"), *others)


def _goal(index: Index, n: int, optimum: float | Callable[[str, int], float | None] | None) -> float | None:
    """The value that solves the function; None where it is not known."""
    if callable(optimum):
        optimum = optimum(index.function, n)
    if optimum is None and index.maximization and index.function_id == _PBO.get(index.function):
        return float(n * (n + 1) // 2 if index.function == "Linear" else n)
    return None if optimum is None else float(optimum)


def _hit(index: Index, rows: pl.DataFrame, goal: float | None) -> int:
    """The first evaluation that shows the optimum, 0 where there is none."""
    if goal is None:
        return 0
    best = rows["best_value"]
    solved = best >= goal if index.maximization else best <= goal
    shown = rows["evaluations"].filter(solved.fill_null(False))
    return int(shown[0]) if len(shown) else 0


def _free(name: str, taken: Container[str]) -> str:
    """The name of a column that no other one has."""
    while name in taken or name in RESERVED:
        name += "_"
    return name
