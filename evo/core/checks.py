"""Input checks: every message names the argument, what came, what is allowed and what to do."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable
from typing import Any

import numpy as np


def shown(value: Any) -> str:
    """A short text of a value for an error message (shapes instead of contents for arrays)."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def bad_value(argument: str, got: Any, allowed: str, action: str) -> ValueError:
    """The `ValueError` for an argument of the right type and a wrong value."""
    return ValueError(f"`{argument}` must {allowed}; got {shown(got)}. {action}")


def bad_type(argument: str, got: Any, allowed: str, action: str) -> TypeError:
    """The `TypeError` for an argument of a wrong type."""
    return TypeError(f"`{argument}` must {allowed}; got {shown(got)} of type {type(got).__name__}. {action}")


def integer(argument: str, value: Any, low: int, action: str, high: int | None = None) -> int:
    """The value as an `int` in [low, high]; booleans and non-integral floats are refused."""
    allowed = f"be an integer >= {low}" if high is None else f"be an integer in [{low}, {high}]"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        integral_float = isinstance(value, float | np.floating) and math.isfinite(value) and float(value).is_integer()
        if not integral_float:
            raise bad_type(argument, value, allowed, action)
    number = int(value)
    if number < low or (high is not None and number > high):
        raise bad_value(argument, value, allowed, action)
    return number


def real(
    argument: str, value: Any, low: float, high: float, action: str, *, open_low: bool = False, open_high: bool = False
) -> float:
    """The value as a finite `float` in the interval from `low` to `high`, whose ends may be excluded."""
    left, right = "(" if open_low else "[", ")" if open_high or math.isinf(high) else "]"
    allowed = f"be a number in {left}{low:g}, {high:g}{right}"
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise bad_type(argument, value, allowed, action)
    number = float(value)
    below = number <= low if open_low else number < low
    above = number >= high if open_high else number > high
    if not math.isfinite(number) or below or above:
        raise bad_value(argument, value, allowed, action)
    return number


def instance_of(argument: str, value: Any, kinds: type | tuple[type, ...], action: str) -> Any:
    """The value itself if it is an instance of one of `kinds`."""
    if not isinstance(value, kinds):
        names = kinds if isinstance(kinds, tuple) else (kinds,)
        raise bad_type(argument, value, "be " + " or ".join(kind.__name__ for kind in names), action)
    return value


def bits(argument: str, value: Any, n: int | None, action: str) -> np.ndarray:
    """The value as a fresh contiguous `uint8[n]` array of zeros and ones."""
    array = np.asarray(value)
    shape = "(n,)" if n is None else f"(n,) = ({n},)"
    allowed = f"be a bit string of shape {shape} that holds only 0 and 1"
    if array.dtype.kind not in "buif":
        raise bad_type(argument, value, allowed, action)
    if array.ndim != 1 or (n is not None and array.shape[0] != n):
        raise bad_value(argument, array, allowed, action)
    if not np.isin(array, (0, 1)).all():
        raise bad_value(argument, array, allowed, action)
    return np.array(array, dtype=np.uint8)


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint with the nearest known name, or the list of all of them."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."
