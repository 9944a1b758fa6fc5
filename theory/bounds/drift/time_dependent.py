"""Multiplicative drift whose strength changes from step to step, as under a schedule of mutation rates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.process import Process
from theory.results import Value

__all__ = ["time_dependent"]


def time_dependent(processes: Sequence[Process], start: ArrayLike, *, deltas: ArrayLike | None = None) -> DriftBound:
    """An upper bound on the tail of T from a drift of at least delta_t times the distance in step t.

    With s_1 the smallest positive state, E[X_t - X_{t+1} | X_t = s] >= delta_t s for all s > 0 and t < m implies
    P(T > t | X_0) <= (X_0 / s_1) prod_{u < t} (1 - delta_u) for t <= m. A delta_t may be negative. After the last step
    the bound stays what it is, so that E[T] is bounded by inf.

    Args:
        processes: one for each of the m steps, all on the same states.
        start: X_0, one of the states; or the probability of every state.
        deltas: float64[m], at most 1; None for the largest that hold.

    Returns:
        The bound: its tail, with float64[m] as `.delta`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: if the states differ between steps, or a drift falls short of delta_t s, with step and state.

    Source: derived (Markov's inequality for X_t), as in the analysis of schedules after Einarsson et al. (2018).

    Example:
        >>> steps = [Process.from_drift([0, 1, 2], [0, d, 2 * d]) for d in (0.5, 0.25, 0.5)]
        >>> time_dependent(steps, 2.0).tail([0, 1, 2, 3, 4]).tolist()
        [1.0, 1.0, 0.75, 0.375, 0.375]
    """
    if not processes:
        raise ValueError("`processes` must hold one process per step; got none. Pass [process] * steps.")
    first = processes[0]
    values, weights = first.start_law(start)
    claimed = np.full(len(processes), math.inf) if deltas is None else np.asarray(deltas, dtype=np.float64)
    if claimed.shape != (len(processes),) or (deltas is not None and not bool(np.isfinite(claimed).all())):
        raise ValueError(
            f"`deltas` must hold {len(processes)} numbers, one per process; got shape {claimed.shape} or an entry "
            "that is not finite. Pass None for the largest that hold."
        )
    found = np.array([_delta(first, each, t, claimed[t], deltas is None) for t, each in enumerate(processes)])
    away = values > 0.0
    ratio, weights = values[away] / first.smallest, weights[away]
    shares = [1.0]
    for delta in found.tolist():
        shares.append(shares[-1] * (1.0 - delta) if delta < 1.0 else 0.0)  # not inf times 0
    products = np.minimum.accumulate(np.array(shares)[None, :] * ratio[:, None], axis=1)
    bounds = weights @ np.minimum(1.0, products)
    source = "derived: Markov's inequality, P(T > t) <= X_0 prod (1 - delta_u) / s_1"

    def survival(t: NDArray[np.float64]) -> NDArray[np.float64]:
        return bounds[np.minimum(t, len(processes)).astype(np.int64)]

    return DriftBound(Value.bound(lower=0.0, source=source), found, survival)


def _delta(first: Process, process: Process, t: int, claimed: float, free: bool) -> float:
    if process.states.shape != first.states.shape or not bool(np.all(process.states == first.states)):
        raise ValueError(
            f"`processes` must all have the same states; number {t} has others. Use one potential for all."
        )
    inside = process.positive
    low, high = process.low[inside] / process.states[inside], process.high[inside] / process.states[inside]
    worst = int(high.argmin())
    if not free and high[worst] < claimed:
        place = int(np.flatnonzero(inside)[worst])
        raise ValueError(
            f"the condition E[X_t - X_(t+1) | X_t = s] >= delta_t s must hold at every X > 0; it fails in step {t} "
            f"with delta_t = {claimed:g} at X = {process.states[place]:g} (state number {place}), where the drift is "
            f"{process.high[place]:g}. Pass deltas=None for the largest that hold."
        )
    return min(claimed, float(low.min()))
