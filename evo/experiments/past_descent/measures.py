"""Intervals for claims and figures: means of runs, and their deviations from what is predicted."""

from __future__ import annotations

import math

import numpy as np

from evo.experiments.grids import quotient
from evo.statistics import Interval, mean_interval

__all__ = ["deviation", "mean", "quotients"]


def mean(values: np.ndarray, confidence: float, where: str = "") -> Interval:
    """Student's interval for a mean; the whole line with fewer than two runs."""
    if len(values) < 2:
        return Interval(math.nan, -math.inf, math.inf, confidence, f"too few runs{_at(where)}")
    found = mean_interval(values, confidence)
    return Interval(found.estimate, found.lower, found.upper, confidence, f"{found.method}{_at(where)}")


def deviation(values: np.ndarray, predicted: float, allowance: float, confidence: float, where: str) -> Interval:
    """The mean less its prediction; what the prediction neglects, the allowance, is taken off towards zero."""
    found = mean(values, confidence, where)
    low, high = found.lower - predicted - allowance, found.upper - predicted + allowance
    off = found.estimate - predicted
    return Interval(off, low, high, confidence, found.method)


def quotients(top: np.ndarray, bottom: np.ndarray, confidence: float, where: str = "") -> Interval:
    """The quotient of the means of two arms, by intervals at half the error each."""
    each = 0.5 + 0.5 * confidence
    return quotient(mean(top, each, where), mean(bottom, each, where))


def _at(where: str) -> str:
    return f", {where}" if where else ""
