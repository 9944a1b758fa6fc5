"""Variable drift: the drift is at least a non-decreasing function of the distance to the target."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.bounds.drift import _conditions
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.process import Process, demand_process
from theory.results import Value

__all__ = ["variable_upper"]


def variable_upper(
    process: Process, start: ArrayLike, *, h: ArrayLike | Callable[[float], float] | None = None
) -> DriftBound:
    """An upper bound on E[T] from a drift of at least h(s), h non-decreasing.

    E[X_t - X_{t+1} | X_t = s] >= h(s) for all s > 0 implies E[T | X_0] <= s_1 / h(s_1) + int_{s_1}^{X_0} dx / h(x),
    where s_1 < s_2 < ... are the positive states. Only h(s_i) matters, so that h may be taken constant on (s_{i-1},
    s_i]: with s_0 = 0 the bound is the sum of (s_i - s_{i-1}) / h(s_i) over s_i <= X_0. It is never above the integral
    with the same values at the states, and it needs no quadrature.

    Args:
        process: its states and drifts.
        start: X_0, one of the states; or the probability of every state.
        h: float64[m], one positive number per state, non-decreasing in X, the entry at 0 is ignored; or a function of
            X, asked at positive states only; None for the largest non-decreasing function below the drift.

    Returns:
        The bound in steps, with h at every state as `.delta`; its tail is Markov's inequality.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if h decreases, is not positive, or exceeds the drift, with the state.

    Source: Johannsen (2010) and Mitavskiy, Rowe and Cannings (2009), variable drift theorem.

    Example:
        >>> walk = Process.from_drift([0, 1, 2, 3], [0, 0.25, 0.5, 0.5])
        >>> variable_upper(walk, 3.0).expected.upper
        8.0
    """
    demand_process(process)
    values, weights = process.start_law(start)
    states, place = np.unique(process.states, return_inverse=True)
    claimed = None if h is None else _claimed(process, h, states, place)
    low = np.full(states.size, math.inf)
    np.minimum.at(low, place, process.low)
    low[0] = math.inf
    if claimed is not None:
        low = np.minimum(low, claimed)
    low = np.minimum.accumulate(low[::-1])[::-1]  # the largest non-decreasing function below
    if low[1] <= 0.0:
        worst = int(np.flatnonzero(process.positive)[process.low[process.positive].argmin()])
        raise ValueError(
            "the condition E[X_t - X_{t+1} | X_t = s] >= h(s) > 0 must hold at every X > 0; no positive h will do: at "
            f"X = {process.states[worst]:g} (state number {worst}) the drift is {process.low[worst]:g}. Change the "
            "potential."
        )
    times = np.concatenate([[0.0], np.cumsum(np.diff(states) / low[1:])])
    mean = math.fsum(weights * times[np.searchsorted(states, values)])
    low[0] = 0.0
    source = "Johannsen (2010), Mitavskiy, Rowe and Cannings (2009): variable drift, sum over the steps of h"
    return DriftBound(Value.bound(lower=0.0, upper=mean, source=source), low[place], _conditions.markov(mean))


def _claimed(
    process: Process,
    h: ArrayLike | Callable[[float], float],
    states: NDArray[np.float64],
    place: NDArray[np.int64],
) -> NDArray[np.float64]:
    if callable(h):
        claimed = np.array([math.inf, *(float(h(float(x))) for x in states[1:])])
    else:
        table = np.asarray(h, dtype=np.float64)
        if table.shape != process.states.shape:
            raise ValueError(
                f"`h` must be a function of X or hold {process.states.size} numbers, one per state; got shape "
                f"{table.shape}. Pass None for the largest admissible h."
            )
        claimed = np.full(states.size, -math.inf)
        np.maximum.at(claimed, place, table)
        claimed[0] = math.inf
    if not bool(np.all(claimed[1:] > 0.0)) or not bool(np.all(np.isfinite(claimed[1:]))):
        raise ValueError("`h` must be positive and finite at every X > 0; got another value. Pass None, or correct it.")
    falls = np.flatnonzero(np.diff(claimed[1:]) < 0.0) + 1
    if falls.size:
        i = int(falls[0])
        raise ValueError(
            f"`h` must be non-decreasing in X; got h({states[i]:g}) = {claimed[i]:g} > h({states[i + 1]:g}) = "
            f"{claimed[i + 1]:g}. Pass None for the largest admissible h."
        )
    short = np.flatnonzero(process.positive & (process.high < claimed[place]))
    if short.size:
        k = int(short[0])
        raise ValueError(
            "the condition E[X_t - X_{t+1} | X_t = s] >= h(s) must hold at every X > 0; it fails at X = "
            f"{process.states[k]:g} (state number {k}): the drift is {process.high[k]:g} and h is "
            f"{claimed[place[k]]:g}. Pass None for the largest admissible h."
        )
    return claimed
