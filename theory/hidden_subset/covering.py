"""A proven lower bound for every schedule and every function: each zero-bit must be flipped at least once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from theory import constants
from theory.hidden_subset import _arguments
from theory.hidden_subset._arguments import Rates
from theory.hidden_subset.limits import schedule
from theory.results import Value

__all__ = ["coverage", "coverage_steps"]

_SOURCE = "every initial zero-bit must be flipped once: P(T <= t) <= (1 - prod_{s <= t} (1 - p_s) / 2)^n"
_STEPS = 10**7  # terms of the sum; ending it early leaves a lower bound


def coverage(
    n: int, steps: int, *, multiplier: float | None = None, rate: float | None = None, rates: Rates | None = None
) -> Value:
    """An upper bound on the probability to have found the optimum, on every function whose only optimum is 1^n.

    P(T <= t) <= (1 - prod_{s <= t} (1 - p_s) / 2)^n: whatever is accepted, no bit that starts as zero may be left
    unflipped, and bits start and flip independently.

    Args:
        n: number of relevant bits, at least 1.
        steps: t >= 0, at most 1e7 where the rate is not constant.
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, at least t of them, or a function from an array of steps to their rates.

    Returns:
        A bound, in `.upper`, for the (1+1)-EA with standard bit mutation and any acceptance from a uniform string.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than one description of the rates.

    Source: elementary.

    Example:
        >>> round(coverage(1000, 5000, rate=0.001).upper, 4)
        0.0345
    """
    n, time = _arguments.relevant(n), float(_arguments.steps_of(steps))
    _arguments.at_most_one(multiplier, rate, rates)
    if rate is not None:
        with np.errstate(divide="ignore"):
            hazard = time * np.log1p(-np.array([_arguments.constant(rate)])) if time else np.zeros(1)
        return Value.bound(lower=0.0, upper=min(1.0, float(_covered(n, hazard)[0]) * (1.0 + 1e-9)), source=_SOURCE)
    if time > _STEPS:
        raise ValueError(
            f"`steps` must lie in [0, {_STEPS:.0e}]; got {steps!r}. Pass fewer, the bound is close to 1 then."
        )
    hazard = -np.zeros(1)
    seen = 0
    for block in _logs(multiplier, rate, rates, time):
        hazard, seen = hazard + block.sum(), seen + block.size
    if seen < time:
        raise ValueError(f"`rates` must cover all steps; got {seen} rates for {time:g} steps. Pass a longer array.")
    return Value.bound(lower=0.0, upper=min(1.0, float(_covered(n, hazard)[0]) * (1.0 + 1e-9)), source=_SOURCE)


def coverage_steps(
    n: int, *, multiplier: float | None = None, rate: float | None = None, rates: Rates | None = None
) -> Value:
    """A lower bound on the expected number of steps, on every function whose only optimum is 1^n.

    E[T] >= sum_{t >= 0} (1 - (1 - prod_{s <= t} (1 - p_s) / 2)^n): about ln(n) / p at a constant rate, without the
    factor e, and little under schedules with high rates at first.

    Args:
        n: number of relevant bits, at least 1.
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rate: a constant rate in (0, 1] instead.
        rates: p_1, p_2, ... instead, or a function from an array of steps to their rates.

    Returns:
        A bound in steps, in `.lower`; the sum ends after 1e7 steps or with the rates, which leaves a lower bound.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or more than one description of the rates.

    Source: elementary.

    Example:
        >>> round(coverage_steps(1000, rate=0.001).lower), round(coverage_steps(1000).lower)
        (6789, 13)
    """
    n = _arguments.relevant(n)
    _arguments.at_most_one(multiplier, rate, rates)
    total, hazard = 1.0 - 0.5**n, 0.0  # the term of t = 0
    for block in _logs(multiplier, rate, rates, float(_STEPS)):
        hazards = hazard + np.cumsum(block)
        terms = 1.0 - _covered(n, hazards)
        total, hazard = total + float(terms.sum()), float(hazards[-1])
        if terms[-1] <= 0.0:
            break
    return Value.bound(lower=total * (1.0 - 1e-9), source=_SOURCE)


def _covered(n: int, hazards: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(float(n) * np.log1p(-0.5 * np.exp(hazards)))


def _logs(
    multiplier: float | None, rate: float | None, rates: Rates | None, steps: float
) -> Iterator[NDArray[np.float64]]:
    """ln(1 - p_t), block by block."""
    if rates is not None:
        described = rates
    elif rate is not None:
        each = _arguments.constant(rate)
        described = lambda t: np.full(np.shape(t), each)  # noqa: E731
    else:
        c = float(constants.schedule_alpha) if multiplier is None else _arguments.multiplier_of(multiplier)
        described = lambda t: schedule(t, multiplier=c)  # noqa: E731
    for _, block in _arguments.blocks(described, steps):
        with np.errstate(divide="ignore"):
            yield np.log1p(-block)
