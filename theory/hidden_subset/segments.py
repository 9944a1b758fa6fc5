"""Rates by position p_1, p_2, ..., for functions of the first n bits with n unknown."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.results import Value

__all__ = ["segment_steps", "segment_steps_with_swaps"]


def segment_steps(rates: ArrayLike) -> Value:
    """The number of steps on a linear function of the first n bits that a rate for every position needs.

    ln n / min_i p_i prod_{j != i} (1 - p_j): the bit that is repaired alone most rarely decides. With
    S_n = p_1 + ... + p_n and decreasing rates the minimum is close to p_n e^-S_n. Some rates give T(n) for all n iff
    sum ln n / T(n) is finite, see `budget` and `achievable`.

    Args:
        rates: p_1, ..., p_n in (0, 1), at least two.

    Returns:
        A heuristic value in steps, where no two sums of weights are equal: nothing is gained in exchange for a bit.

    Raises:
        ValueError: for rates out of range.

    Source: the model is of Doerr, Doerr and Kötzing (recalled); the formula is ours.

    Example:
        >>> n = 1000
        >>> round(float(segment_steps([1 / (i + 1) for i in range(1, n + 1)])) / (n * math.log(n)))
        1001
    """
    alone, _, n = _repairs(rates)
    return Value.heuristic(math.log(n) / float(alone.min()), source="ln n / min_i p_i prod_{j != i} (1 - p_j)")


def segment_steps_with_swaps(rates: ArrayLike) -> Value:
    """The number of steps on OneMax of the first n bits, where equal offspring are accepted.

    ln n / min_i p_i prod_{j != i} (1 - p_j) (1 + sum_{j != i} p_j / (1 - p_j)): the repair of a rare bit in the same
    step as the loss of one frequent bit is a tie and is accepted, and the frequent bit returns soon. The factor is
    close to 1 + S_n. For large n or slowly decreasing rates it counts some swaps that do not last.

    Args:
        rates: p_1, ..., p_n in (0, 1), at least two.

    Returns:
        A heuristic value in steps.

    Raises:
        ValueError: for rates out of range.

    Source: ours; the factor was found by simulation, which agrees within some fifty per cent at n = 100 and a quarter
        at n = 4000.

    Example:
        >>> n = 1000
        >>> round(float(segment_steps_with_swaps([1 / (i + 1) for i in range(1, n + 1)])) / (n * math.log(n)))
        118
    """
    alone, odds, n = _repairs(rates)
    swapped = alone * (1.0 + (math.fsum(odds) - odds))
    source = "ln n / min_i p_i prod_{j != i} (1 - p_j) (1 + sum_{j != i} p_j / (1 - p_j))"
    return Value.heuristic(math.log(n) / float(swapped.min()), source=source)


def _repairs(rates: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    chances = np.asarray(rates, dtype=np.float64)
    if chances.ndim != 1 or chances.size < 2 or not bool(np.all((chances > 0.0) & (chances < 1.0))):
        raise ValueError(
            f"`rates` must hold one probability in (0, 1) per position, at least two; got {rates!r}. Pass "
            "1 / np.arange(2, n + 2), say."
        )
    odds = chances / (1.0 - chances)
    alone = odds * math.exp(math.fsum(np.log1p(-chances)))
    if not float(alone.min()) > 0.0:
        raise ValueError(
            f"`rates` must be so small that one bit can flip alone; got the sum {math.fsum(chances):.4g}, for which "
            "that is below the range of floats. Pass smaller rates."
        )
    return alone, odds, chances.size
