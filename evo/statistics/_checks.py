"""Checks of arguments; every message names the argument, what came, what is allowed and what to do."""

import math
import operator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


def sample(name: str, values: npt.ArrayLike, *, minimum: int = 1) -> FloatArray:
    """Return `values` as a new one-dimensional float64 array without NaN or -inf; `inf` stands for a capped run."""
    given = np.asarray(values)
    if given.size and (given.dtype.kind not in "biuf"):
        raise TypeError(
            f"`{name}` must hold real numbers; got dtype {given.dtype}. Convert: np.asarray({name}, dtype=float)."
        )
    if given.ndim != 1:
        raise ValueError(
            f"`{name}` must be one-dimensional, one number per run; got shape {given.shape}. "
            f"Pass one cell at a time, or {name}.ravel() to pool the runs."
        )
    if given.size < minimum:
        raise ValueError(f"`{name}` must hold {minimum} or more values; got {given.size}. Pass more.")
    array = np.array(given, dtype=np.float64)
    if np.isnan(array).any():
        index = int(np.flatnonzero(np.isnan(array))[0])
        raise ValueError(
            f"`{name}` must not hold NaN; got {int(np.isnan(array).sum())} of {array.size}, first at index {index}. "
            "Mark capped runs with inf, or drop these entries."
        )
    if (array == -math.inf).any():
        raise ValueError(
            f"`{name}` must be larger than -inf; got -inf at index {int(np.argmin(array))}. Drop this entry."
        )
    return array


def finite_sample(name: str, values: npt.ArrayLike, *, minimum: int = 1, instead: str) -> FloatArray:
    """Return `values` as by `sample`, refusing `inf` with the advice `instead`."""
    array = sample(name, values, minimum=minimum)
    infinite = int(np.isinf(array).sum())
    if infinite:
        raise ValueError(
            f"`{name}` must be finite; got inf (a capped run) in {infinite} of {array.size} entries. {instead}"
        )
    return array


def not_negative(name: str, array: FloatArray) -> None:
    """Refuse negative run times."""
    if array.size and array.min() < 0:
        raise ValueError(
            f"`{name}` must be at least 0 (run times); got {array.min():g} at index {np.argmin(array)}. Pass steps."
        )


def flags(name: str, values: npt.ArrayLike, size: int, partner: str) -> BoolArray:
    """Return `values` as a boolean array of `size` entries."""
    array = np.asarray(values)
    if array.dtype != np.bool_:
        raise TypeError(f"`{name}` must hold booleans, one per run; got {array.dtype}. Pass, say, np.isfinite(steps).")
    same_length(name, array.shape, partner, size)
    return array


def same_length(name: str, shape: tuple[int, ...], partner: str, size: int) -> None:
    """Refuse arrays that do not pair up run by run."""
    if shape != (size,):
        raise ValueError(
            f"`{name}` must have shape ({size},) like `{partner}`; got {shape}. Pass both arrays of the same runs."
        )


def run_times(steps: npt.ArrayLike, spent: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return steps and spent of the same runs, `spent` at least `steps` where the goal was reached."""
    times = sample("steps", steps)
    not_negative("steps", times)
    used = finite_sample("spent", spent, instead="Pass the steps actually used.")
    not_negative("spent", used)
    same_length("spent", used.shape, "steps", times.size)
    wrong = np.isfinite(times) & (times > used)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"`spent` must be at least `steps` where the goal was reached; got {used[i]:g} and {times[i]:g} "
            f"at index {i}. Pass (steps, spent) in this order."
        )
    return times, used


def probability(name: str, value: float, *, advice: str) -> float:
    """Return `value` as a float strictly between 0 and 1."""
    number = real(name, value)
    if not 0.0 < number < 1.0:
        raise ValueError(f"`{name}` must lie strictly between 0 and 1; got {number:g}. {advice}")
    return number


def confidence(value: float) -> float:
    """Return a confidence level strictly between 0 and 1."""
    return probability("confidence", value, advice="For 95 per cent pass confidence=0.95.")


def false_alarm(value: float) -> float:
    """Return a false-alarm rate strictly between 0 and 1."""
    return probability("false_alarm", value, advice="It is the chance to refuse a true law; pass for example 1e-9.")


def real(name: str, value: object) -> float:
    """Return `value` as a float that is not NaN."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError("text")
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"`{name}` must be one real number; got {value!r} ({type(value).__name__}). Pass a float."
        ) from error
    if math.isnan(number):
        raise ValueError(f"`{name}` must be a number; got NaN. Look where it was computed.")
    return number


def count(name: str, value: object, *, minimum: int) -> int:
    """Return `value` as an int of at least `minimum`."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise TypeError(
            f"`{name}` must be an integer; got {value!r} ({type(value).__name__}). Pass int({name})."
        ) from error
    if number < minimum:
        raise ValueError(f"`{name}` must be at least {minimum}; got {number}. Pass a larger {name}.")
    return number


def horizon(value: float) -> float:
    """Return the largest time up to which every run was watched."""
    number = real("horizon", value)
    if number <= 0:
        raise ValueError(f"`horizon` must be positive (in steps); got {number:g}. Pass smallest_cap(steps, spent).")
    return number
