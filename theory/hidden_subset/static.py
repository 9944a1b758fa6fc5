"""Rates drawn in every step from one law Q, whatever n: the repair rate, and the running time that it gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.hidden_subset import _arguments
from theory.results import Value

__all__ = ["density", "discrete", "nodes", "repair_rate", "static_asymptotic", "static_steps"]

_LN2 = math.log(2.0)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


def density(u: ArrayLike, *, eps: float) -> Any:
    """The density of u = ln(1 / p) of the power-law static law of rates.

    w(u) = eps (ln 2)^eps / u^(1 + eps) on u >= ln 2, hence p <= 1/2.

    Args:
        u: ln(1 / p), numbers; where u < ln 2 the density is 0.
        eps: the exponent, positive.

    Returns:
        The density, a float or an array of the shape of `u`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: ours; such laws come within (ln n)^eps of the best that a static law can do, by Einarsson et al. (2018).

    Example:
        >>> round(1.0 / density(math.log(100), eps=0.5), 1)
        23.7
    """
    eps = _exponent(eps)
    values = np.asarray(u, dtype=np.float64)
    if bool(np.isnan(values).any()):
        raise ValueError(f"`u` must hold numbers ln(1 / p); got NaN in {u!r}. Remove it.")
    inside = values >= _LN2
    found = np.where(inside, eps / _LN2 * (_LN2 / np.where(inside, values, 1.0)) ** (1.0 + eps), 0.0)
    return float(found) if np.ndim(u) == 0 else found


def repair_rate(
    n: int, *, eps: float | None = None, rates: ArrayLike | None = None, probabilities: ArrayLike | None = None
) -> Value:
    """The probability that a step flips a given relevant bit and no other, with the rate drawn from a law.

    h(n) = int p (1 - p)^(n - 1) dQ(p). Over all n >= 1 it sums to 1, for every law on positive rates.

    Args:
        n: number of relevant bits, at least 1 (up to 10^300).
        eps: exponent of the power-law static law (see `density`), in (0, 20].
        rates: the rates of a discrete law instead, in [0, 1].
        probabilities: their probabilities, with sum 1.

    Returns:
        An exact value.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or not exactly one law.

    Source: elementary.

    Example:
        >>> float(repair_rate(2, rates=[0.5, 0.25], probabilities=[0.5, 0.5]))
        0.21875
    """
    n = _arguments.relevant(n)
    if (eps is None) == (rates is None) or (rates is None) != (probabilities is None):
        raise ValueError(
            f"exactly one law must be given, by `eps` or by `rates` with `probabilities`; got eps={eps!r}, "
            f"rates={rates!r}, probabilities={probabilities!r}. Pass eps=1.0, say."
        )
    source = "h(n) = int p (1 - p)^(n - 1) dQ(p)"
    if eps is not None:
        return Value.exact(_power_law(float(n), _exponent(eps)), source=source)
    values, chances = discrete(rates, probabilities)
    return Value.exact(math.fsum(chances * _arguments.repairs(float(n), values)), source=source)


def static_steps(
    n: int,
    *,
    eps: float | None = None,
    rates: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    shift: float = 0.0,
) -> Value:
    """The number of steps after which all relevant bits are repaired, with the rate drawn from a law in every step.

    (ln n + shift) / h(n) with the exact repair rate h.

    Args:
        n: number of relevant bits, at least 1.
        eps: exponent of the power-law static law, in (0, 20].
        rates: the rates of a discrete law instead, in [0, 1].
        probabilities: their probabilities, with sum 1.
        shift: the O(1) of the requirement T h(n) = ln n + shift.

    Returns:
        A heuristic value in steps; inf where h(n) = 0.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or not exactly one law.

    Source: multiplicative drift near the optimum, with ties neglected; ours.

    Example:
        >>> round(float(static_steps(1000, eps=1.0)) / (1000 * math.log(1000)), 1)
        74.8
    """
    h = float(repair_rate(n, eps=eps, rates=rates, probabilities=probabilities))
    target = max(0.0, _arguments.shifted(n, shift))
    return Value.heuristic(target / h if h > 0.0 else math.inf, source="(ln n + shift) / h(n)")


def static_asymptotic(n: int, *, eps: float) -> Value:
    """The leading term of the number of steps under the power-law static law.

    n ln n / w(ln n) = n (ln n)^(2 + eps) / (eps (ln 2)^eps).

    Args:
        n: number of relevant bits, at least 2.
        eps: exponent of the law, in (0, 20].

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: the order n (ln n)^(2 + eps) is by Einarsson et al. (2018); the constant is ours.

    Example:
        >>> [round(float(static_asymptotic(n, eps=0.5)) / (n * math.log(n)), 1) for n in (100, 1000, 10_000)]
        [23.7, 43.6, 67.1]
    """
    n = _arguments.relevant(n, low=2)
    logarithm = math.log(n)
    value = n * logarithm / density(logarithm, eps=eps)
    return Value.asymptotic(value, source="n ln n / w(ln n)")


def discrete(rates: Any, probabilities: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A discrete law of rates, checked.

    Args:
        rates: rates in [0, 1].
        probabilities: their probabilities, with sum 1.

    Returns:
        Both as arrays.

    Raises:
        ValueError: if they are no law.

    Source: elementary.

    Example:
        >>> discrete([0.5], [1.0])
        (array([0.5]), array([1.]))
    """
    values, chances = np.asarray(rates, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    right = values.ndim == 1 and values.size > 0 and chances.shape == values.shape
    if (
        not right
        or not bool(np.all((values >= 0.0) & (values <= 1.0)) and np.all(chances >= 0.0))
        or not abs(math.fsum(chances) - 1.0) <= 1e-9
    ):
        raise ValueError(
            "`rates` and `probabilities` must be a law: as many rates in [0, 1] as non-negative probabilities with "
            f"sum 1; got {rates!r} and {probabilities!r}. Pass rates=[0.1, 0.01], probabilities=[0.5, 0.5], say."
        )
    return values, chances


def _exponent(eps: Any) -> float:
    return _check.real("eps", eps, "(0, 20]", unit="exponent of the law of ln(1/p)", advice="Pass 1.0, say.")


def nodes(n: int, eps: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates and weights of Gauss's rule for the power-law static law, by panels of at most 1/8 in ln(1/p).

    Args:
        n: number of relevant bits; rates below e^-45 / n are left out.
        eps: exponent of the law, in (0, 20].

    Returns:
        Rates and weights; what is missing to 1 is the probability of smaller rates.

    Raises:
        TypeError: for an exponent of a wrong type.
        ValueError: for an exponent out of range.

    Source: elementary.

    Example:
        >>> rates, weights = nodes(100, 1.0)
        >>> round(float(weights.sum()), 12) == round(1 - math.log(2) / (math.log(100) + 45), 12)
        True
    """
    eps = _exponent(eps)
    end = math.log(n) + 45.0
    edges = np.linspace(_LN2, end, math.ceil(8.0 * (end - _LN2)) + 1)
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    u = middle[:, None] + half[:, None] * _NODES
    return np.exp(-u).ravel(), (half[:, None] * _WEIGHTS * density(u, eps=eps)).ravel()


def _power_law(n: float, eps: float) -> float:
    """Int e^-u (1 - e^-u)^(n - 1) w(u) du over u >= ln 2; what lies beyond the nodes is less than 1e-19 of it."""
    rates, weights = nodes(int(n), eps)
    return math.fsum(weights * _arguments.repairs(n, rates))
