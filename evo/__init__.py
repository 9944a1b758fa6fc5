"""Evolutionary algorithms and black-box optimization: one interface from runtime theory to machine learning.

Importing this package loads nothing else; names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

#: public name -> module that defines it
_HOMES = {
    "AbstractProblem": "evo.core.problems",
    "AskTell": "evo.core.optimizers",
    "Absorbed": "evo.core.optimizers",
    "BlackBox": "evo.core.problems",
    "Engine": "evo.core.engines",
    "Evaluations": "evo.core.stops",
    "Every": "evo.core.records",
    "Final": "evo.core.records",
    "GradientDescent": "evo.training.gradient_descent",
    "Improvements": "evo.core.records",
    "Key": "evo.core.keys",
    "LogGrid": "evo.core.records",
    "Optimizer": "evo.core.optimizers",
    "Reason": "evo.core.stops",
    "Result": "evo.core.results",
    "Runs": "evo.core.results",
    "Sense": "evo.core.problems",
    "Stagnation": "evo.core.stops",
    "StepInfo": "evo.core.optimizers",
    "Steps": "evo.core.stops",
    "Target": "evo.core.stops",
    "Values": "evo.core.problems",
    "WallClock": "evo.core.stops",
    "best_value": "evo.core.records",
    "explain": "evo.core.api",
    "iterate": "evo.core.api",
    "maximise": "evo.black_box",
    "minimise": "evo.black_box",
    "repeat": "evo.core.api",
    "run": "evo.core.api",
    "study": "evo.studies.study",
    "value": "evo.core.records",
}
#: public subpackages
_PACKAGES = (
    "continuous",
    "discrete",
    "estimators",
    "experiments",
    "models",
    "oracles",
    "plots",
    "randomized",
    "statistics",
    "studies",
    "tasks",
    "testing",
    "training",
)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        loaded = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _PACKAGES:
        loaded = importlib.import_module(f"evo.{name}")
    else:
        raise AttributeError(f"module 'evo' has no attribute {name!r}; see dir(evo) for what it has")
    globals()[name] = loaded
    return loaded


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_PACKAGES])
