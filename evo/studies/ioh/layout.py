"""What writing and reading agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from evo.core.stops import Reason

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "FORMAT",
    "KEY_WORDS",
    "LABELS",
    "REASONS",
    "RESERVED",
    "RUN_COLUMNS",
    "RUN_NUMBERS",
    "STEP_PER_EVALUATION",
    "Found",
]

#: the version of `ioh` whose layout this is; IOHanalyzer wants at least 0.3.3
FORMAT = "0.3.22"

LABELS = ("cell", "algorithm")
#: what `Runs.to_frame` and the frame of a study say of a run
RUN_COLUMNS = ("run", "steps", "spent", "evaluations", "hit", "reached", "value", "reason")

#: what an index says of a run besides `ioh`'s instance, evals and best: numbers, and `cell`
RUN_NUMBERS = ("run", "row", "steps", "spent", "hit", "reached", "value", "reason")
#: the key of the run, in 32-bit words
KEY_WORDS = ("key_0", "key_1", "key_2", "key_3")
#: names that no further column may have
RESERVED = {*LABELS, *RUN_COLUMNS, *RUN_NUMBERS, *KEY_WORDS, "instance", "evals", "best", "raw_y", "best_value"}

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
