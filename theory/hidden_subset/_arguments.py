"""Checks of arguments that several files share, and rates that a user hands over."""

from __future__ import annotations

import contextlib
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check

LARGEST_MULTIPLIER = 1000.0
_LONGEST = 10**9  # steps that are added one by one at most
_BLOCK = 1 << 17

Rates = ArrayLike | Callable[[NDArray[np.int64]], ArrayLike]


def relevant(n: Any, *, low: int = 1, name: str = "n") -> int:
    """The number of relevant bits, an int of at most 10^300."""
    advice = "Pass an integer, 10**20 for 1e20."
    number, whole = 0, False
    with contextlib.suppress(TypeError):
        number, whole = operator.index(n), not isinstance(n, (bool, np.bool_))
    shown = repr(n) if abs(number) <= 10**30 else f"one of {number.bit_length()} binary digits"
    message = f"`{name}` must be an integer in [{low}, 10^300] (relevant bits); got {shown}. {advice}"
    if not whole:
        raise TypeError(message)
    if not low <= number <= 10**300:
        raise ValueError(message)
    return number


def multiplier_of(multiplier: Any) -> float:
    """The multiplier c of the schedule c ln(t) / t."""
    return _check.real(
        "multiplier",
        multiplier,
        f"(0, {LARGEST_MULTIPLIER:g}]",
        unit="c in the rate c ln(t) / t",
        advice="Pass None for the asymptotically best one, 1.5447.",
    )


def at_most_one(multiplier: Any, rate: Any, rates: Any) -> None:
    """Refuses two descriptions of the same schedule."""
    given = {"multiplier": multiplier, "rate": rate, "rates": rates}
    came = [name for name, value in given.items() if value is not None]
    if len(came) > 1:
        raise ValueError(
            "`multiplier`, `rate` and `rates` describe the same schedule, so at most one of them may be given; got "
            f"{' and '.join(came)}. Pass none of them for the best schedule."
        )


def constant(rate: Any) -> float:
    """One rate for all steps."""
    return _check.real("rate", rate, "(0, 1]", unit="probability per bit", advice="Pass 1/n for a known n.")


def blocks(rates: Rates, steps: float) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The rates of a user up to a step, block by block: the step before the block, and the rates of its steps."""
    if callable(rates):
        last = min(steps, float(_LONGEST) + 1.0)
        table = np.empty(0)
    else:
        table = _rates_of(rates, "the array")
        last = min(steps, float(table.size))
    if last > _LONGEST:
        raise ValueError(
            f"`rates` are added one by one, for at most {_LONGEST:.0e} steps; got {steps:.4g} steps. Pass fewer steps, "
            "or multiplier= for a schedule of the form c ln(t) / t."
        )
    for first in range(0, int(last), _BLOCK):
        times = np.arange(first + 1, min(int(last), first + _BLOCK) + 1)
        if callable(rates):
            values = of_arrays("rates", rates, times, "lambda t: np.minimum(0.5, 1 / t)")
            found = _rates_of(values, "the function", times.size)
        else:
            found = table[times - 1]
        yield first, found


def _rates_of(values: Any, origin: str, size: int | None = None) -> NDArray[np.float64]:
    message = (
        "`rates` must be probabilities in [0, 1], an array p_1, p_2, ... or a function from an array of steps to "
        f"an array of that length; got {values!r:.200} from {origin}. Pass lambda t: np.minimum(0.5, 1 / t), say."
    )
    try:
        rates = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(message) from None
    right = rates.ndim == 1 and (size is None or rates.size == size)
    if not right or not bool(np.all((rates >= 0.0) & (rates <= 1.0))):
        raise ValueError(message)
    return rates


def of_arrays(name: str, function: Callable[[Any], ArrayLike], values: NDArray[Any], example: str) -> ArrayLike:
    """What a function of a user gives for an array, or an error if it takes single numbers only."""
    try:
        return function(values)
    except (TypeError, ValueError) as failure:
        raise TypeError(
            f"`{name}` must be a function of an array; it failed on {values.size} values at once: {failure}. "
            f"Use numpy in place of math and min, {example}, say, or pass np.vectorize(function)."
        ) from failure


def repairs(n: float, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """P (1 - p)^(n - 1) for every rate."""
    if n == 1.0:
        return rates.copy()
    with np.errstate(divide="ignore"):
        return rates * np.exp((n - 1.0) * np.log1p(-rates))


def steps_of(steps: Any) -> NDArray[np.float64]:
    """Whole numbers of steps, as floats."""
    times = np.floor(np.asarray(steps, dtype=np.float64))
    if not bool(np.all((times >= 0.0) & (times <= 1e303))):
        raise ValueError(
            f"`steps` must lie in [0, 1e303] (numbers of steps); got {steps!r}. Pass running times of finished runs."
        )
    return times


def shifted(n: int, shift: Any) -> float:
    """Ln n + shift, the integrated rate that is required."""
    number = _check.real(
        "shift", shift, "(-inf, inf)", unit="added to ln n", advice="Pass 0.0, or -0.7 for OneMax-like functions."
    )
    return math.log(n) + number
