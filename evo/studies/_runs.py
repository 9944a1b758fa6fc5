"""The runs of one cell as `evo.repeat` gives them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evo.core.engines import Engine, EngineUsed
from evo.core.records import Recorder
from evo.core.results import Result, Runs
from evo.studies._frames import frame_of, records_of
from evo.studies.store import Store

__all__ = ["runs_of"]


def runs_of(store: Store, cell: str, rerun: Callable[[int, Recorder | None], Result] | None) -> Runs:
    """The runs 0, 1, ... of a cell, up to the first that is missing.

    Args:
        store: of a study.
        cell: one of its cells.
        rerun: makes a run again, if the parts are known.
    """
    frame = frame_of(store, [cell])
    gap = np.flatnonzero(frame["run"].to_numpy() != np.arange(len(frame)))
    frame = frame.head(int(gap[0])) if len(gap) else frame
    engine, _, version = store.plan.engines[cell].rpartition(" v")
    arrays = {name: frame[name].to_numpy() for name in ("steps", "spent", "evaluations", "hit", "reached", "value")}
    return Runs(
        first=0,
        **arrays,
        reason=frame["reason"].to_physical().to_numpy().astype(np.int64) + 1,
        records=_records(store, cell, len(frame)),
        engine=EngineUsed(Engine[engine.upper()], int(version)),
        label=cell,
        rerun=rerun,
    )


def _records(store: Store, cell: str, runs: int) -> dict[str, np.ndarray]:
    import polars as pl

    frame = records_of(store, [cell]).filter(pl.col("run") < runs)
    columns = frame.columns[frame.columns.index("run") :]
    if len(columns) == 1:
        return {}
    return {"step" if name == "steps" else name: frame[name].to_numpy() for name in columns}
