"""Averages of independent Gaussian estimates of a gradient that stays: the rivals of past directions."""

from __future__ import annotations

from theory import _check
from theory.past_descent import _arguments
from theory.past_descent.law import CosineLaw
from theory.results import Value

__all__ = ["moving_average", "moving_window", "running_mean"]


def running_mean(n: int, pairs: int, generations: int) -> CosineLaw:
    """The squared cosine of the mean of t independent Gaussian estimates of one gradient.

    The mean of t estimates with P pairs each is one estimate with t P pairs: X ~ Beta(t P / 2, (n - 1) / 2),
    E X = t P / (n - 1 + t P).

    Args:
        n: number of parameters, at least 2.
        pairs: pairs P per generation.
        generations: t.

    Returns:
        An exact law.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(running_mean(1000, 33, 200).mean, 4)
        0.8685
    """
    n = _arguments.parameters(n)
    pairs = _arguments.pairs_of(pairs, n)
    generations = _arguments.generations_of(generations)
    source = "the mean of t Gaussian estimates is one with t times the pairs"
    return CosineLaw([((n - 1) / 2.0, pairs * generations / 2.0, 1)], source=source)


def moving_window(decay: float, generations: int | None = None) -> Value:
    """The effective number of generations in an exponential moving average.

    (sum w)^2 / sum w^2 with the weights b^0, ..., b^(t - 1), which is (1 + b) / (1 - b) * (1 - b^t) / (1 + b^t).

    Args:
        decay: b, in [0, 1).
        generations: t estimates so far; None for the limit (1 + b) / (1 - b).

    Returns:
        An exact value in generations.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(moving_window(0.9)), 9), round(float(moving_window(0.9, 1)), 9)
        (19.0, 1.0)
    """
    decay = _check.real("decay", decay, "[0, 1)", unit="factor per generation", advice="Pass 0.9, for example.")
    window = (1.0 + decay) / (1.0 - decay)
    if generations is not None:
        power = decay ** _arguments.generations_of(generations)
        window *= (1.0 - power) / (1.0 + power)
    return Value.exact(window, source="(sum w)^2 / sum w^2")


def moving_average(n: int, pairs: int, *, decay: float, generations: int | None = None) -> Value:
    """The mean squared cosine of an exponential moving average of Gaussian estimates of one gradient.

    W P / (n - 1 + W P) with the effective window W of `moving_window`. It is exact for equal weights; with others the
    spread of the part along the gradient is neglected, a relative error of the order 1 / (W P).

    Args:
        n: number of parameters, at least 2.
        pairs: pairs P per generation.
        decay: factor per generation, in [0, 1); the average starts from zero, like momentum.
        generations: estimates so far; None for the limit, where the average saturates.

    Returns:
        A heuristic value in [0, 1].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(moving_average(1000, 33, decay=0.9)), 3)
        0.386
    """
    n = _arguments.parameters(n)
    pairs = _arguments.pairs_of(pairs, n)
    caught = float(moving_window(decay, generations)) * pairs
    return Value.heuristic(caught / (n - 1.0 + caught), source="W P / (n - 1 + W P)")
