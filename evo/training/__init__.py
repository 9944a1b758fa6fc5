"""Training: an estimator and an Optax transformation as one optimizer, through `evo.run` or safely in a folder."""

from __future__ import annotations

from evo.training.checkpoints import load, save
from evo.training.flattened import Flattened
from evo.training.folders import FolderInUseError, train
from evo.training.gradient_descent import GradientDescent
from evo.training.observables import Info, Metric
from evo.training.side_by_side import Sweep
from evo.training.sweeps import sweep
from evo.training.transformation import Transformation

__all__ = [
    "FolderInUseError",
    "Flattened",
    "GradientDescent",
    "Info",
    "Metric",
    "Sweep",
    "Transformation",
    "load",
    "save",
    "sweep",
    "train",
]
