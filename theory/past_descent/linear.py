"""Past descent directions on linear functions: each estimate is the surrogate of the next.

The estimate is the projection of the gradient on the previous estimate and P - 1 random directions across it. What is
left of the gradient is uniform across the estimate: each generation multiplies 1 - X by an independent Beta variable.
The first generation has no past but P random directions, so that all generations cost 2 P evaluations.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from theory import _check
from theory.past_descent import _arguments, _inversion
from theory.past_descent.law import CosineLaw
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["evaluations_to", "generations_to", "past", "past_rate"]

_SOURCE = "past directions on a linear function: 1 - X_t = (1 - X_1) prod (1 - B_i)"
_LONGEST = 10**6
_LOG_TAIL = math.log(1e-14)
_ERROR = 1e-9  # of one probability, at most


def past(n: int, pairs: int, generations: int) -> CosineLaw:
    """The squared cosine after some generations with past directions on a linear function.

    X_1 ~ Beta(P / 2, (n - P) / 2), X_{t+1} = X_t + (1 - X_t) B_t with independent
    B_t ~ Beta((P - 1) / 2, (n - P) / 2), hence E[1 - X_t] = (1 - P / n) (1 - (P - 1) / (n - 1))^(t - 1).

    Args:
        n: number of parameters, at least 2.
        pairs: directions P per generation, the past one included, 2 to n.
        generations: t, the first generation is 1.

    Returns:
        An exact law.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> [round(past(1000, 11, t).mean, 4) for t in (1, 2, 5, 10, 100)]
        [0.011, 0.0209, 0.05, 0.0966, 0.6347]
    """
    n = _arguments.parameters(n)
    fresh = _arguments.random_pairs(pairs, n, most=n)
    generations = _arguments.generations_of(generations)
    return CosineLaw(_factors(n, fresh, generations), source=_SOURCE)


def past_rate(n: int, pairs: int) -> Value:
    """The almost sure limit of ln(1 - X_t) / t with past directions on a linear function.

    E ln(1 - B) = psi((n - P) / 2) - psi((n - 1) / 2) with the digamma function psi; below -(P - 1) / (n - 1).

    Args:
        n: number of parameters, at least 2.
        pairs: directions P per generation, the past one included, 2 to n.

    Returns:
        An exact value per generation; -inf for P = n, where one generation is enough.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: the law of large numbers for `past`.

    Example:
        >>> round(float(past_rate(1000, 33)), 6)
        -0.032589
    """
    from scipy.special import digamma

    n = _arguments.parameters(n)
    fresh = _arguments.random_pairs(pairs, n, most=n)
    if fresh == n - 1:
        return Value.exact(-math.inf, source=_SOURCE)
    found = float(digamma((n - 1 - fresh) / 2.0) - digamma((n - 1) / 2.0))
    return Value.exact(found, source=_SOURCE, error=1e-15 * n / fresh * (1.0 + math.log(n)))


def generations_to(n: int, pairs: int, *, missing: float) -> Law:
    """The law of the first generation with 1 - X_t <= missing, with past directions on a linear function.

    P(T <= t) = P(1 - X_t <= missing), since 1 - X_t never rises.

    Args:
        n: number of parameters, at least 2.
        pairs: directions P per generation, the past one included, 2 to n.
        missing: what may be missing of the squared gradient, in (0, 1).

    Returns:
        An exact law in generations.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or if it takes more than a million generations.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> law = generations_to(1000, 33, missing=0.1)
        >>> round(law.mean, 2), law.quantile(0.5)
        (71.15, 71)
    """
    n = _arguments.parameters(n)
    fresh = _arguments.random_pairs(pairs, n, most=n)
    missing = _missing_of(missing)
    rate = abs(float(past_rate(n, pairs)))
    if -math.log(missing) > rate * _LONGEST:
        raise ValueError(
            f"`missing` must be reached within a million generations to track their law; got {missing!r} with n={n}, "
            f"pairs={pairs}, some {-math.log(missing) / rate:.3g} generations. Use evaluations_to(...) for the mean."
        )

    @cache
    def table() -> Masses:
        return _masses(n, fresh, missing)

    return Law(kind=Kind.EXACT, source=_SOURCE, moments=lambda: _moments(table()), masses=table)


def evaluations_to(n: int, pairs: int, *, missing: float) -> Value:
    """The evaluations until E[1 - X_t] <= missing, with past directions on a linear function.

    2 P t for the smallest such t, about 2 (n - 1) P / (P - 1) ln(1 / missing): it hardly depends on P, but P = 2 pays
    double.

    Args:
        n: number of parameters, at least 2.
        pairs: directions P per generation, the past one included, 2 to n.
        missing: what may be missing of the squared gradient in the mean, in (0, 1).

    Returns:
        An exact value in evaluations.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> [float(evaluations_to(1000, pairs, missing=0.01)) for pairs in (2, 11, 101)]
        [18392.0, 10076.0, 8888.0]
    """
    n = _arguments.parameters(n)
    fresh = _arguments.random_pairs(pairs, n, most=n)
    missing = _missing_of(missing)
    generations, first = 1, 1.0 - (fresh + 1.0) / n
    if first > missing:
        generations += math.ceil(math.log(missing / first) / math.log1p(-fresh / (n - 1.0)) * (1.0 - 1e-15))
    return Value.exact(2.0 * (fresh + 1) * generations, source=_SOURCE)


def _factors(n: int, fresh: int, generations: int) -> list[tuple[float, float, float]]:
    return [
        ((n - fresh - 1) / 2.0, (fresh + 1) / 2.0, 1),
        ((n - 1 - fresh) / 2.0, fresh / 2.0, generations - 1),
    ]


def _missing_of(missing: float) -> float:
    return _check.real(
        "missing",
        missing,
        "(0, 1)",
        unit="1 - cos^2, the part of the squared gradient that is missing",
        advice="Pass 0.01 for a squared cosine of 0.99.",
    )


def _masses(n: int, fresh: int, missing: float) -> Masses:
    level = -math.log(missing)
    first, last = _window(n, fresh, level)
    below = [CosineLaw(_factors(n, fresh, t), source=_SOURCE).cdf(1.0 - missing) for t in range(first, last + 1)]
    reached = np.maximum.accumulate(np.concatenate([np.zeros(first), 1.0 - np.array(below)]))
    return Masses(np.diff(reached, prepend=0.0), max(0.0, 1.0 - float(reached[-1])) + _ERROR)


def _window(n: int, fresh: int, level: float) -> tuple[int, int]:
    """The generations between which all but 1e-14 of the mass is, by Chernoff's bounds for -ln(1 - X_t) and `level`."""
    one, each = ([(a, b, 1)] for a, b, _ in _factors(n, fresh, 2))
    ups = n * 2.0 ** np.arange(-20.0, 12.0)
    downs = -0.5 * (n - 1 - fresh) * (1.0 - 2.0 ** -np.arange(0.1, 12.0, 0.25))
    if fresh == n - 1:
        return 1, 1
    ends = []
    for s in (downs, ups):
        start, slope = (_inversion.transform(s.astype(np.complex128), part).real for part in (one, each))
        # start + (t - 1) slope + s level <= ln(1e-14) for some s
        ends.append(1.0 + (_LOG_TAIL - s * level - start) / slope)
    before, after = float(np.max(ends[0])), float(np.min(ends[1]))
    return max(1, math.floor(before)), max(1, math.ceil(after))


def _moments(masses: Masses) -> Moments:
    times = np.arange(masses.pmf.size, dtype=np.float64)
    mean = float(times @ masses.pmf)
    return Moments.rounded(mean, float(((times - mean) ** 2) @ masses.pmf), 1e-8)
