"""Checks of arguments. Each message names the argument, what came, what is allowed and what to do."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FLOATS = 1 << 500  # beyond, n^2 is not a float
_MANY = 10**8  # numbers that are kept for every bit: some gigabytes
_STEPS = 10**9  # that a table may hold


def integer(name: str, value: Any, *, low: int, high: int | None = None, unit: str, advice: str) -> int:
    """`value` as an int in [low, high], or an error that says what to pass instead."""
    span = f"an integer >= {low}" if high is None else f"an integer in [{low}, {high}]"
    message = f"`{name}` must be {span} ({unit}); got {value!r}. {advice}"
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(message)
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(message) from None
    if number < low or (high is not None and number > high):
        raise ValueError(message)
    return number


def bits(n: Any, *, high: int | None = None) -> int:
    """The number of bits, an int of at least 1."""
    number = integer("n", n, low=1, high=high, unit="number of bits", advice="Pass the length of the bit string.")
    if number > _FLOATS:
        raise ValueError(
            "`n` must be at most 2^500 (number of bits), so that floats hold its square; got a number of "
            f"{number.bit_length()} binary digits. Pass a smaller n."
        )
    return number


def _short(number: int) -> str:
    return f"{float(number):.6g}" if number < _FLOATS else "more than 2^500"


def many_bits(n: Any) -> int:
    """The number of bits where numbers are kept for every bit."""
    number = bits(n)
    if number > _MANY:
        raise ValueError(
            f"`n` must be at most {_MANY} (number of bits) where numbers are kept for every bit; got {_short(number)}. "
            "Pass a smaller n, or use an asymptotic value."
        )
    return number


def real(name: str, value: Any, span: str, *, unit: str, advice: str) -> float:
    """`value` as a float in `span`, which is written as "(0, 1]" and the like.

    Args:
        name: the argument.
        value: what came.
        span: the allowed interval; round brackets exclude an end.
        unit: what the number means.
        advice: what to do instead.

    Returns:
        The number.

    Raises:
        TypeError: for anything but a real number.
        ValueError: outside the interval, or for NaN.
    """
    message = f"`{name}` must lie in {span} ({unit}); got {value!r}. {advice}"
    if isinstance(value, (bool, np.bool_, str, bytes)) or value is None:
        raise TypeError(message)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(message) from None
    except OverflowError:
        raise ValueError(f"`{name}` must lie in {span} ({unit}); got a number beyond floats. {advice}") from None
    low, high = (float(end) for end in span[1:-1].split(","))
    inside = (number >= low if span[0] == "[" else number > low) and (
        number <= high if span[-1] == "]" else number < high
    )
    if math.isnan(number) or not inside:
        raise ValueError(message)
    return number


def rate_of(n: int, strength: Any, rate: Any) -> float:
    """The probability per bit, from exactly one of strength (flips expected per step) and rate."""
    if (strength is None) == (rate is None):
        came = "neither" if rate is None else f"strength={strength!r} and rate={rate!r}"
        raise ValueError(
            f"`strength` or `rate` must be given, exactly one of them (rate = strength / n); got {came}. "
            f"For one expected flip per step pass strength=1.0 or rate=1/n={1 / n:g}."
        )
    if rate is not None:
        return real(
            "rate",
            rate,
            "(0, 1]",
            unit=f"probability per bit, n={n}",
            advice=f"For one expected flip per step pass rate=1/n={1 / n:g} or strength=1.0.",
        )
    return (
        real(
            "strength",
            strength,
            f"(0, {n}]",
            unit=f"expected flips per step, n={n}",
            advice="For one expected flip per step pass strength=1.0.",
        )
        / n
    )


def strength_of(strength: Any) -> float:
    """The expected number of flips per step where n tends to infinity."""
    return real(
        "strength",
        strength,
        "(0, inf)",
        unit="expected flips per step",
        advice="For one expected flip per step pass strength=1.0.",
    )


def horizon_of(horizon: Any, unit: str = "steps") -> int | None:
    """The number of steps that a distribution is to track, or None for all of it."""
    if horizon is None:
        return None
    return steps_of(horizon, unit, "Pass None to track all of the law.")


def steps_of(horizon: Any, unit: str, advice: str) -> int:
    """A number of steps that a table can hold."""
    number = integer("horizon", horizon, low=0, unit=unit, advice=advice)
    if number > _STEPS:
        raise ValueError(f"`horizon` must be at most {_STEPS} ({unit}) for a table; got {_short(number)}. {advice}")
    return number


def floats(name: str, value: Any, meaning: str, advice: str) -> NDArray[np.float64]:
    """`value` as an array of floats; shape and range are left to the caller.

    Args:
        name: the argument.
        value: what came.
        meaning: what the numbers are.
        advice: what to do instead.

    Returns:
        The array, a copy.

    Raises:
        TypeError: for anything but real numbers.
        ValueError: for numbers beyond floats.
    """
    message = f"`{name}` must hold {meaning}; got {value!r:.200}. {advice}"
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "iufO":
            raise TypeError(message)
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(message) from None
    except OverflowError:
        raise ValueError(message) from None
