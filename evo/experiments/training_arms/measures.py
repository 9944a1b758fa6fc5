"""What claims measure of curves: one number per run, and Student's interval of their mean."""

from __future__ import annotations

import math

import numpy as np

from evo.experiments.training_arms.curves import Curves
from evo.statistics import Interval, mean_interval

__all__ = ["closed", "cosine_gain", "log_ratio", "over_runs", "saved"]


def closed(curves: Curves, backprop: Curves, level: float) -> np.ndarray:
    """How much of the gap from a level to the last loss of backprop each run closes, shape (runs,).

    (level - last loss) / (level - last loss of backprop). The rate of `curves` is chosen by the other runs; backprop
    has in each run the smallest last loss of all its rates, which favours it: where it diverged in one run at the
    rate that the others choose, the ratio would flatter the arm beside it.
    """
    runs = min(curves.runs, backprop.runs)
    mine = curves.held("loss")[:runs, -1]
    theirs = np.nanmin([columns["loss"][:runs, -1] for columns in backprop.columns], axis=0)
    return (level - mine) / (level - theirs)


def saved(one: Curves, other: Curves, level: float) -> np.ndarray:
    """Ln of the ratio of the evaluations until the loss is first at a level, shape (runs,); inf for who never is.

    Counted at looks, run by run, at rates chosen by the other runs; nan where neither gets there.
    """
    runs = min(one.runs, other.runs)
    spent = []
    for item in (one, other):
        there, evaluations = item.held("loss")[:runs] <= level, item.held("evaluations")[:runs]
        spent.append(np.where(there.any(axis=1), evaluations[np.arange(runs), there.argmax(axis=1)], np.inf))
    with np.errstate(invalid="ignore"):
        return np.log(spent[0]) - np.log(spent[1])


def log_ratio(one: Curves, other: Curves, rate: float) -> np.ndarray:
    """Ln of the ratio of last losses, run by run at one learning rate, shape (runs,)."""
    runs = min(one.runs, other.runs)
    last = [item.at(rate)["loss"][:runs, -1] for item in (one, other)]
    return np.log(last[0]) - np.log(last[1])


def over_runs(values: np.ndarray, confidence: float, words: str) -> Interval:
    """Student's interval of the mean over runs; the whole line where a value is not finite or there is only one."""
    if len(values) < 2 or not np.isfinite(values).all():
        estimate = float(values[0]) if len(values) == 1 else math.nan
        return Interval(estimate, -math.inf, math.inf, confidence, f"too few runs, {words}")
    if np.ptp(values) == 0.0:
        return Interval(float(values[0]), float(values[0]), float(values[0]), confidence, f"all equal, {words}")
    found = mean_interval(values, confidence)
    return Interval(found.estimate, found.lower, found.upper, confidence, f"{found.method}, {words}")


def cosine_gain(one: Curves, other: Curves, rate: float) -> np.ndarray:
    """Ln of the ratio of mean squared cosines over the looks after the start, at one learning rate, shape (runs,)."""
    runs = min(one.runs, other.runs)
    squares = [np.mean(item.at(rate)["cosine"][:runs, 1:] ** 2, axis=1) for item in (one, other)]
    return np.log(squares[0]) - np.log(squares[1])
