"""The potential behind the upper bound: weights that grow no faster than the drift allows."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check

__all__ = ["Potential", "potential"]


class Potential(NamedTuple):
    """A potential g(x) = sum of weights over the zero-bits of x, with its multiplicative drift.

    Args:
        weights: float64[n], in the order of the bits; the smallest is 1.
        delta: E[g(x) - g(x')] >= delta g(x) at every x.
    """

    weights: NDArray[np.float64]
    delta: float


def potential(
    weights: ArrayLike, *, strength: float | None = None, rate: float | None = None, alpha: float = 2.0
) -> Potential:
    """The potential of a linear function whose drift is at least delta times itself at every string.

    For w_1 <= ... <= w_n: g_1 = 1, g_i = min{g_{i-1} w_i / w_{i-1}, (1 + a p / (1 - p)^(n - 1))^(i - 1)}, and delta = p
    (1 - p)^(n - 1) (1 - 1 / a).

    Args:
        weights: n positive numbers, in any order.
        strength: expected flips per step, in (0, n).
        rate: flip probability per bit, in (0, 1); exactly one of `strength` and `rate`.
        alpha: a > 1.

    Returns:
        The weights g in the order of the bits, and delta.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Witt (2013), proof of the upper bound; recalled. `theory.drift.certificate` checks the drift at every
        string, and so do the tests.

    Example:
        >>> steps = potential([1.0, 100.0, 10.0], rate=0.25)
        >>> steps.weights.round(6).tolist(), round(steps.delta, 6)
        ([1.0, 3.567901, 1.888889], 0.070312)
    """
    listed = np.asarray(weights, dtype=np.float64)
    if listed.ndim != 1 or listed.size == 0 or not bool(np.all((listed > 0.0) & (listed < math.inf))):
        raise ValueError(
            f"`weights` must hold n positive finite numbers; got {weights!r}. Flip the bits of negative weights."
        )
    n = listed.size
    p = _check.rate_of(n, strength, rate)
    if p == 1.0:
        raise ValueError(
            f"`rate` must lie in (0, 1) for the potential (probability per bit); got {p!r}. Pass rate=1/n={1 / n:g}."
        )
    a = _check.real("alpha", alpha, "(1, inf)", unit="parameter of the potential", advice="Pass 2.0.")
    single = p * math.exp((n - 1) * math.log1p(-p))  # a given bit flips alone
    if single == 0.0:
        raise ValueError(
            f"`rate` must be so small that p (1 - p)^(n - 1) is within the range of floats; got {p!r} with n={n}. Pass "
            f"rate=1/n={1 / n:g}, say."
        )
    growth = math.log1p(a * p * (p / single))  # per bit
    order = np.argsort(listed, kind="stable")
    g = np.ones(n)
    for i in range(1, n):
        most = math.exp(i * growth) if i * growth < 709.0 else math.inf
        with np.errstate(over="ignore"):
            g[i] = min(g[i - 1] * (listed[order[i]] / listed[order[i - 1]]), most)
    if not math.isfinite(g[-1]):
        raise ValueError(
            "`weights` must have quotients within the range of floats; got the smallest "
            f"{listed[order[0]]:g} and the largest {listed[order[-1]]:g}. Scale the largest down; beyond the factor "
            "between neighbours in the formula that changes nothing."
        )
    result = np.empty(n)
    result[order] = g
    return Potential(result, single * (1.0 - 1.0 / a))
