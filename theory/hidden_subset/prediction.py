"""The running time that the integrated rate predicts at a given n."""

from __future__ import annotations

import math

import numpy as np

from theory import constants
from theory.hidden_subset import _arguments, _smooth
from theory.hidden_subset._arguments import Rates
from theory.results import Value

__all__ = ["predicted_steps"]

_SOURCE = "S_n(T) = ln n + shift"


def predicted_steps(
    n: int,
    *,
    shift: float = 0.0,
    multiplier: float | None = None,
    rate: float | None = None,
    rates: Rates | None = None,
) -> Value:
    """The number of steps after which all relevant bits are repaired, by the integrated rate.

    The smallest T with sum_{t <= T} p_t (1 - p_t)^(n - 1) >= ln n + shift.

    Args:
        n: number of relevant bits, at least 1 (up to 10^300).
        shift: the O(1) of the requirement, of either sign; the mean of `statistic` over runs is a good choice.
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, or a function from an array of steps to their rates, for at most 1e9 steps.

    Returns:
        A heuristic value in steps; inf where no number of steps in the range of floats suffices.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, more than one description of the rates, or rates that end too early.

    Source: multiplicative drift near the optimum, with ties neglected; for the schedule Einarsson et al. (2018).

    Example:
        >>> t = predicted_steps(10**6, shift=-0.7)
        >>> round(float(t) / (10**6 * math.log(10**6)), 3)
        3.381
    """
    n = _arguments.relevant(n)
    target = _arguments.shifted(n, shift)
    _arguments.at_most_one(multiplier, rate, rates)
    if target <= 0.0:
        return Value.heuristic(0.0, source=_SOURCE)
    if rate is not None:
        each = float(_arguments.repairs(float(n), np.array([_arguments.constant(rate)]))[0])
        wait = target / each if each > 0.0 else math.inf
        return Value.heuristic(math.ceil(wait) if wait < 2.0**53 else wait, source=_SOURCE)
    if rates is not None:
        return Value.heuristic(_reach(n, target, rates), source=_SOURCE)
    c = float(constants.schedule_alpha) if multiplier is None else _arguments.multiplier_of(multiplier)
    return Value.heuristic(_smooth.solve(float(n), target, c), source=_SOURCE)


def _reach(n: int, target: float, rates: Rates) -> float:
    before, reached = 0.0, 0
    for first, block in _arguments.blocks(rates, 1e9):
        cumulative = np.cumsum(_arguments.repairs(float(n), block)) + before
        reached = first + block.size
        if cumulative[-1] >= target:
            return float(first + 1 + np.searchsorted(cumulative, target))
        before = float(cumulative[-1])
    raise ValueError(
        f"`rates` must reach S_n(T) = {target:.6g}; got S_n = {before:.6g} after {reached} steps at n={n}. Pass more "
        "or larger rates, or multiplier= for a schedule of the form c ln(t) / t."
    )
