"""What writing and reading agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evo.core.stops import Reason

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FORMAT", "LABELS", "REASONS", "RUN_COLUMNS", "STEP_PER_EVALUATION", "Found"]

#: the version of `ioh` whose layout this is; IOHanalyzer wants at least 0.3.3
FORMAT = "0.3.22"

LABELS = ("cell", "algorithm")
#: what `Runs.to_frame` and the frame of a study say of a run
RUN_COLUMNS = ("run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason")

#: by the number that stands in the file
REASONS = ["unknown", *(item.name.lower() for item in Reason)]
#: what stands for the column of steps where it is evaluations - 1 in every row
STEP_PER_EVALUATION = "evaluations - 1"


class Found(NamedTuple):
    """A run that was read."""

    cell: str
    algorithm: str
    parameters: dict[str, Any]
    #: `RUN_COLUMNS`
    outcome: dict[str, Any]
    #: what else the file knows of the run
    extra: dict[str, Any]
    #: steps, evaluations and the observables
    records: pl.DataFrame
