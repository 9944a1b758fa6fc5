"""Past directions while the gradient turns: a fixed angle per generation, in a direction that is random each time."""

from __future__ import annotations

import math
from typing import NamedTuple

from theory.past_descent import _arguments
from theory.results import Kind, Value

__all__ = ["drifting", "drifting_variance"]

_SOURCE = "past directions against a gradient that turns by a fixed angle in a random direction"
_CONVERGED = 1e-17


class _Moments(NamedTuple):
    """E X and E X^2."""

    first: float
    second: float


def drifting(n: int, pairs: int, *, cosine: float, generations: int | None = None) -> Value:
    """The mean squared cosine with past directions, where the gradient turns between generations.

    With a = cos(g_t, g_{t+1}) and X' the squared cosine between the past estimate and the new gradient,
    E X' = a^2 E X + (1 - a^2) (1 - E X) / (n - 1) and E X_{t+1} = r + (1 - r) E X', r = (P - 1) / (n - 1).
    Fixed point: [r + (1 - r) (1 - a^2) / (n - 1)] / [1 - (1 - r) (a^2 - (1 - a^2) / (n - 1))], about r / (r + 1 - a^2).

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, the past one included, 2 to n.
        cosine: a; only its square matters.
        generations: t, the first generation is 1; None for the fixed point.

    Returns:
        An exact value in [0, 1], for this model of the gradient.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> round(float(drifting(400, 33, cosine=0.9**0.5)), 3), round(float(drifting(400, 33, cosine=1.0)), 3)
        (0.467, 1.0)
    """
    n, fresh, kept = _model(n, pairs, cosine)
    m = n - 1.0
    share = fresh / m
    stay = (1.0 - share) * (kept - (1.0 - kept) / m)
    gain = share + (1.0 - share) * (1.0 - kept) / m
    limit = min(1.0, gain / (1.0 - stay)) if stay < 1.0 else 1.0
    if generations is None:
        return Value.exact(limit, source=_SOURCE)
    power = stay ** (_arguments.generations_of(generations) - 1)
    return Value.exact(limit + ((fresh + 1.0) / n - limit) * power, source=_SOURCE)


def drifting_variance(n: int, pairs: int, *, cosine: float, generations: int | None = None) -> Value:
    """The variance of the squared cosine with past directions, where the gradient turns between generations.

    sqrt(X') = a sqrt(X) + sqrt(1 - a^2) sqrt(1 - X) u, with u one coordinate of a uniformly random unit vector in n - 1
    dimensions, and X_{t+1} = X' + (1 - X') B: second moments obey a linear recursion as well.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, the past one included, 2 to n.
        cosine: a; only its square matters.
        generations: t, the first generation is 1; None for the limit.

    Returns:
        An exact value, for this model of the gradient.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(drifting_variance(400, 33, cosine=0.9**0.5)) ** 0.5, 4)
        0.0315
    """
    n, fresh, kept = _model(n, pairs, cosine)
    size = (fresh + 1.0) / n
    moments = _Moments(size, size * (fresh + 3.0) / (n + 2.0))
    if generations is None:
        moments = _limit(n, fresh, kept)
    else:
        for _ in range(_arguments.generations_of(generations) - 1):
            after = _next(n, fresh, kept, moments)
            if max(abs(after.first - moments.first), abs(after.second - moments.second)) <= _CONVERGED:
                break
            moments = after
    variance = max(0.0, moments.second - moments.first**2)
    return Value(variance, Kind.EXACT, max(0.0, variance - 1e-13), variance + 1e-13, _SOURCE)


def _model(n: int, pairs: int, cosine: float) -> tuple[int, int, float]:
    n = _arguments.parameters(n, low=3)
    return n, _arguments.random_pairs(pairs, n, most=n), _arguments.cosine_of(cosine) ** 2


def _next(n: int, fresh: int, kept: float, now: _Moments) -> _Moments:
    m, turned = n - 1.0, 1.0 - kept
    x, xx = now
    # E u^2 = 1 / m, E u^4 = 3 / (m (m + 2)); odd moments vanish
    first = kept * x + turned * (1.0 - x) / m
    second = (
        kept**2 * xx + 6.0 * kept * turned * (x - xx) / m + turned**2 * (1.0 - 2.0 * x + xx) * 3.0 / (m * (m + 2.0))
    )
    # 1 - X <- (1 - X') (1 - B), 1 - B ~ Beta((m - F) / 2, F / 2) with F fresh directions
    left = 1.0 - fresh / m
    left_squared = left * (m - fresh + 2.0) / (m + 2.0)
    missing = left * (1.0 - first)
    missing_squared = left_squared * (1.0 - 2.0 * first + second)
    return _Moments(1.0 - missing, 1.0 - 2.0 * missing + missing_squared)


def _limit(n: int, fresh: int, kept: float) -> _Moments:
    """The fixed point of the recursion, which is affine and triangular."""
    first = float(drifting(n, fresh + 1, cosine=math.sqrt(kept)))
    at_zero = _next(n, fresh, kept, _Moments(first, 0.0)).second
    slope = _next(n, fresh, kept, _Moments(first, 1.0)).second - at_zero
    return _Moments(first, at_zero / (1.0 - slope) if slope < 1.0 else first**2)
