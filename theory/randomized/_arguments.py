"""Checks of arguments that the files of this package share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check


def probability(name: str, value: Any, unit: str) -> float:
    """A probability."""
    return _check.real(name, value, "[0, 1]", unit=unit, advice="Pass 0.5 for a fair coin.")


def exponent(q: Any) -> float:
    """The exponent of a power mean."""
    return _check.real(
        "q", q, "[1, inf]", unit="exponent of the mean over inputs", advice="Pass 1 for the mean, inf for the maximum."
    )


def seeds_of(S: Any) -> int:
    """The number of independent seeds of one input."""
    return _check.integer("S", S, low=1, high=10**9, unit="independent seeds", advice="Pass 1 for no vote.")


def memory_of(N: Any, M: Any, *, least: int, most: int) -> tuple[int, int]:
    """The number of values and how many of them the memory holds."""
    N = _check.integer("N", N, low=1, high=most, unit="values to be remembered", advice="Pass 8, for example.")
    M = _check.integer(
        "M", M, low=least, high=N, unit=f"dimensions of the memory, N={N}", advice="Pass N for a memory that holds all."
    )
    return N, M


def colours_of(colours: Any, *, low: int = 3) -> int:
    """The number of colours."""
    return _check.integer("colours", colours, low=low, high=64, unit="colours", advice="Pass 3 for a cycle.")


def rounds_of(rounds: Any, *, most: int) -> int:
    """The number of rounds."""
    return _check.integer("rounds", rounds, low=0, high=most, unit="rounds", advice="Pass 0 for none.")


def matrix(name: str, value: Any, meaning: str, advice: str) -> NDArray[np.float64]:
    """A finite matrix with at least one entry."""
    found = _check.floats(name, value, meaning, advice)
    if found.ndim != 2 or not found.size or not bool(np.all(np.isfinite(found))):
        raise ValueError(f"`{name}` must hold {meaning}, all of them finite; got shape {found.shape}. {advice}")
    return found
