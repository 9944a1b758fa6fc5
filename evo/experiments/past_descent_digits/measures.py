"""What the rows say: which learning rates are stable, and the loss at the best of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evo.experiments.past_descent import mean, rows_of
from evo.experiments.past_descent_digits.arms import Arm, Regime
from evo.experiments.past_descent_digits.cells import training_cells
from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig
from evo.statistics import Interval

if TYPE_CHECKING:
    import polars as pl

Rows = dict[tuple[Regime, Arm, float], dict[str, np.ndarray]]


def rows_by(table: pl.DataFrame, config: PastDescentDigitsConfig) -> Rows:
    """The columns by regime, arm and learning rate."""
    found = rows_of(table)
    return {(*cell.series, cell.x): found[cell.label] for cell in training_cells(config) if cell.label in found}  # type: ignore[misc]


def stable(rows: Rows, regime: Regime, arm: Arm, step: int) -> list[float]:
    """The learning rates at which every run is below its start after that many steps."""
    return [
        rate
        for (where, what, rate), found in rows.items()
        if (where, what) == (regime, arm) and np.all(found[f"loss t={step}"] < found["loss t=0"])
    ]


def best_rate(rows: Rows, regime: Regime, arm: Arm, step: int) -> float | None:
    """The stable learning rate with the smallest loss after a step, by its geometric mean; None without one."""
    rates = stable(rows, regime, arm, step)
    return min(rates, key=lambda rate: _logs(rows[regime, arm, rate], step).mean()) if rates else None


def best_loss(rows: Rows, regime: Regime, arm: Arm, step: int, confidence: float) -> Interval | None:
    """The geometric mean of losses after a step at the best learning rate, which is taken as given."""
    rate = best_rate(rows, regime, arm, step)
    if rate is None:
        return None
    return geometric(rows[regime, arm, rate], step, confidence, f"rate {rate:g}")


def geometric(found: dict[str, np.ndarray], step: int, confidence: float, where: str = "") -> Interval:
    """The geometric mean of losses after a step."""
    logs = mean(_logs(found, step), confidence, where)
    method = logs.method.replace("Student t", "Student t of logarithms")
    return Interval(math.exp(logs.estimate), math.exp(logs.lower), _exp(logs.upper), confidence, method)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700.0 else math.inf


def _logs(found: dict[str, np.ndarray], step: int) -> np.ndarray:
    return np.log(np.maximum(found[f"loss t={step}"], 1e-30))
