"""The integrated rate S_n(T) of a schedule, and the statistic S_n(T) - ln n of observed running times."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import constants
from theory.hidden_subset import _arguments, _smooth
from theory.hidden_subset._arguments import Rates
from theory.results import Kind, Value

__all__ = ["integrated_rate", "statistic", "sums_of"]


def integrated_rate(
    n: int, steps: int, *, multiplier: float | None = None, rate: float | None = None, rates: Rates | None = None
) -> Value:
    """The expected number of steps up to T that flip a given relevant bit and no other.

    S_n(T) = sum_{t <= T} p_t (1 - p_t)^(n - 1).

    Args:
        n: number of relevant bits, at least 1 (up to 10^300).
        steps: T >= 0.
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, at least T of them, or a function from an array of steps to their rates.

    Returns:
        An exact value. The schedule c ln(t) / t is added term by term up to t = 65536 and then by Euler and Maclaurin,
        with an error below 2e-12 S + 3e-13 c; rates of a user term by term, up to 1e9 steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than one description of the rates.

    Source: elementary.

    Example:
        >>> round(float(integrated_rate(1000, 24_508)) - math.log(1000), 3)
        0.0
    """
    n = _arguments.relevant(n)
    times = _arguments.steps_of(steps)
    if times.ndim:
        raise ValueError(f"`steps` must be one number; got {steps!r}. Pass arrays to statistic().")
    values, errors = sums_of(n, times, multiplier, rate, rates)
    value, error = float(values), float(errors)
    source = "S_n(T) = sum over t <= T of p_t (1 - p_t)^(n - 1)"
    return Value(value, Kind.EXACT, max(0.0, value - error), value + error, source)


def statistic(
    n: int,
    steps: ArrayLike,
    *,
    multiplier: float | None = None,
    rate: float | None = None,
    rates: Rates | None = None,
) -> Any:
    """How far observed running times are from the requirement S_n(T) = ln n.

    G = S_n(T) - ln n. On linear functions its law settles as n grows; the spread is close to that of a Gumbel
    variable (1.28), because the last of many independent waits decides.

    Args:
        n: number of relevant bits, at least 1.
        steps: observed running times T in steps, a number or an array.
        multiplier: c of the schedule under which they were observed, in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, or a function from an array of steps to their rates.

    Returns:
        G as a float, or an array of the shape of `steps`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than one description of the rates.

    Source: S_n(T) = ln n + O(1) is the heuristic of the method; ours.

    Example:
        >>> statistic(100, [1000, 2000], rate=0.01).round(3).tolist()
        [-0.908, 2.789]
    """
    n = _arguments.relevant(n)
    found = sums_of(n, _arguments.steps_of(steps), multiplier, rate, rates)[0] - math.log(n)
    return float(found) if np.ndim(steps) == 0 else found


def sums_of(
    n: int, times: NDArray[np.float64], multiplier: float | None, rate: float | None, rates: Rates | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """S_n(T) for every T of an array, and bounds on the absolute errors.

    Args:
        n: number of relevant bits.
        times: whole numbers of steps.
        multiplier: c of the schedule, or None.
        rate: a constant rate, or None.
        rates: rates of a user, or None.

    Returns:
        Values and errors.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than one description of the rates.

    Source: elementary.

    Example:
        >>> float(sums_of(2, np.array([4.0]), None, 0.5, None)[0][0])
        1.0
    """
    _arguments.at_most_one(multiplier, rate, rates)
    if rate is not None:
        each = _arguments.repairs(float(n), np.array([_arguments.constant(rate)]))[0]
        return times * each, 1e-12 * times * each
    if rates is not None:
        return _added(n, times, rates)
    c = float(constants.schedule_alpha) if multiplier is None else _arguments.multiplier_of(multiplier)
    return _smooth.sums(float(n), times, c)


def _added(n: int, times: NDArray[np.float64], rates: Rates) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    last = float(times.max(initial=0.0))
    values, before, reached = np.zeros(times.shape), 0.0, 0
    for first, block in _arguments.blocks(rates, last):
        cumulative = np.concatenate([[0.0], np.cumsum(_arguments.repairs(float(n), block))])
        reached = first + block.size
        here = (times > first) & (times <= reached)
        values[here] = before + cumulative[(times[here] - first).astype(np.int64)]
        before += float(cumulative[-1])
    if reached < last:
        raise ValueError(
            f"`rates` must cover all steps; got {reached} rates for {last:.12g} steps. Pass a longer array, or a "
            "function."
        )
    return values, 2e-11 * values
