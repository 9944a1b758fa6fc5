"""What a gradient estimator may ask of a task: its loss, or its recurrence one time step at a time."""

from __future__ import annotations

from evo.oracles.base import AbstractTask, data_key, step_data
from evo.oracles.functions import Loss, as_task
from evo.oracles.keys import child, jax_key
from evo.oracles.phases import Phase, phase, staggered
from evo.oracles.sequence import AbstractSequenceTask, Window, unroll

__all__ = [
    "AbstractSequenceTask",
    "AbstractTask",
    "Loss",
    "Phase",
    "Window",
    "as_task",
    "child",
    "data_key",
    "jax_key",
    "phase",
    "staggered",
    "step_data",
    "unroll",
]
