"""A run in a file that `export_ioh` wrote: everything is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from evo.studies.ioh.attributes import parsed
from evo.studies.ioh.index import Index
from evo.studies.ioh.layout import STEP_PER_EVALUATION, Found

if TYPE_CHECKING:
    import polars as pl

__all__ = ["run"]


def run(index: Index, n: int, facts: dict[str, Any], lines: pl.DataFrame, where: str) -> Found:
    """What a run's lines and its entry in the index say.

    Args:
        index: the index file.
        n: the dimension.
        facts: what the index says of the run.
        lines: its lines.
        where: the file and the run, for messages.

    Raises:
        ValueError: if the lines do not begin at evaluation 1 and end at the last evaluation.
    """
    import polars as pl

    own, numbers = index.own or {}, lines["evaluations"]
    if len(numbers) == 0 or numbers[0] != 1 or numbers[-1] != facts["evals"]:
        got = f"{numbers[0]} to {numbers[-1]}" if len(numbers) else "none"
        raise ValueError(
            f"{where} must have lines from evaluation 1 to {facts['evals']}; got {got}. Lines were lost, and readers "
            "would mix up the runs: export anew."
        )
    said = {"n": n, **({"instance": facts["instance"]} if own["instances"] else {}), **own["labels"]}
    said |= {name: parsed(text) for name, text in index.attributes.items()}
    parameters = {name: said.get(name) for name in own["parameters"]}
    reached = bool(facts["reached"])
    outcome = {
        "run": facts["run"],
        "steps": float(facts["steps"]) if reached else math.inf,
        "spent": facts["spent"],
        "evaluations": facts["evals"],
        "hit": facts["hit"],
        "reached": reached,
        "value": math.nan if facts["value"] is None else float(facts["value"]),
        "reason": own["reasons"][facts["reason"]],
    }
    kept = lines.filter(~pl.all_horizontal(pl.exclude("evaluations").is_null()))
    columns = []
    for name, column in own["columns"].items():
        source = pl.col("evaluations") - 1 if column == STEP_PER_EVALUATION else pl.col(column)
        columns.append((source.cast(pl.Int64) if name == "steps" else source).alias(name))
    extra = {name: facts[name] for name in own["numbers"]}
    records = kept.select(columns[0], "evaluations", *columns[1:])
    return Found(facts["cell"], own["labels"]["algorithm"], parameters, outcome, extra, records)
