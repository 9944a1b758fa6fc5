"""The conditions that several drift theorems share, and the tail that any bound on the mean gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.bounds.drift.process import Process


def at_least(process: Process, scale: NDArray[np.float64], delta: Any, law: str) -> float:
    """The largest number not above `delta` with drift >= number * scale at every positive state.

    Args:
        process: with enclosures of its drift.
        scale: float64[m], positive where X is.
        delta: what is claimed; None for the largest that holds.
        law: the condition in words, for the error.

    Raises:
        ValueError: if the claim fails at a state by more than rounding, or no positive number will do.
    """
    inside = process.positive
    low, high = process.low[inside] / scale[inside], process.high[inside] / scale[inside]
    places = np.flatnonzero(inside)
    if delta is None:
        worst = int(low.argmin())
        if low[worst] <= 0.0:
            raise ValueError(_refusal(process, int(places[worst]), law, "there is no positive `delta`"))
        return float(low[worst])
    delta = _positive("delta", delta)
    worst = int(high.argmin())
    if high[worst] < delta:
        raise ValueError(_refusal(process, int(places[worst]), law, f"it fails with delta = {delta:g}"))
    worst = int(low.argmin())
    if low[worst] <= 0.0:
        raise ValueError(_refusal(process, int(places[worst]), law, f"delta = {delta:g} is lost in rounding"))
    return min(delta, float(low[worst]))


def at_most(process: Process, scale: NDArray[np.float64], delta: Any, law: str) -> float:
    """The smallest number not below `delta` with drift <= number * scale at every positive state; as `at_least`."""
    inside = process.positive
    low, high = process.low[inside] / scale[inside], process.high[inside] / scale[inside]
    if delta is None:
        return float(high.max())
    delta = _positive("delta", delta)
    worst = int(low.argmax())
    if low[worst] > delta:
        place = int(np.flatnonzero(inside)[worst])
        raise ValueError(_refusal(process, place, law, f"it fails with delta = {delta:g}"))
    return max(delta, float(high.max()))


def interval(a: Any, b: Any) -> tuple[float, float]:
    """The ends of an interval of X, checked."""
    a = _check.real("a", a, "[0, inf)", unit="X at the near end", advice="Pass 0.0 for the target itself.")
    return a, _check.real("b", b, f"({a!r}, inf)", unit="X at the far end", advice="Pass a state above a.")


def markov(mean: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """P(T > t) <= E[T] / (t + 1), for a bound on the mean."""
    return lambda t: np.full_like(t, math.inf) if math.isinf(mean) else mean / (t + 1.0)


def nothing(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(T > t) <= 1."""
    return np.ones_like(t)


def _positive(name: str, value: Any) -> float:
    return _check.real(
        name, value, "(0, inf)", unit="drift parameter", advice="Pass None for the best value of this process."
    )


def _refusal(process: Process, place: int, law: str, verdict: str) -> str:
    drift = 0.5 * (process.low[place] + process.high[place])
    return (
        f"the condition {law} must hold at every X > 0; {verdict}: at X = {process.states[place]:g} (state number "
        f"{place}) the drift is {drift:g}. Change the potential, or leave delta to the function."
    )
