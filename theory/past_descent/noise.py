"""Past directions with noisy evaluations: the surrogate carries the noise of its own past.

Every directional derivative has a normal error of standard deviation v, in lengths of the gradient. If the directions
catch the share S of the squared gradient, the squared cosine of the estimate is S F with
F = (sqrt(S) + v z)^2 / ((sqrt(S) + v z)^2 + v^2 W), z standard normal and W ~ chi^2(P - 1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from theory.past_descent import _arguments
from theory.past_descent.drift import drifting
from theory.past_descent.single import orthonormal
from theory.results import Value

__all__ = ["noisy", "noisy_orthonormal", "noisy_shrunk"]

_NODES = 48
_STEPS = 200_000
_CONVERGED = 1e-13


def noisy_orthonormal(n: int, pairs: int, *, noise: float) -> Value:
    """The mean squared cosine of the estimate from orthonormal random directions with noisy evaluations.

    E[S F], S ~ Beta(P / 2, (n - P) / 2); about S (S + v^2) / (S + P v^2) at S = P / n, and 1 / n for infinite noise.

    Args:
        n: number of parameters, at least 3.
        pairs: number of directions P, 2 to n - 1.
        noise: v, standard deviation of a directional derivative in lengths of the gradient.

    Returns:
        An exact value in [0, 1], for normal errors.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; the mean of a noncentral Beta variable.

    Example:
        >>> [round(float(noisy_orthonormal(400, 33, noise=v)), 4) for v in (0.0, 0.05, 0.1, 0.2)]
        [0.0825, 0.0424, 0.0184, 0.0072]
    """
    from scipy.special import betaincinv

    n = _arguments.parameters(n, low=3)
    pairs = _arguments.pairs_of(pairs, n, most=n - 1)
    noise = _arguments.noise_of(noise)
    law = orthonormal(n, pairs)
    if noise == 0.0 or pairs == 1:
        return Value.exact(law.mean, source=law.source)
    # the mean over S by quantiles: the integrand is smooth in the angle that spreads the ends
    angles, weights = np.polynomial.legendre.leggauss(400)
    levels = 0.5 * (1.0 + np.sin(0.5 * np.pi * angles))
    share = betaincinv(pairs / 2.0, (n - pairs) / 2.0, levels)
    jacobian = 0.25 * np.pi * np.cos(0.5 * np.pi * angles)
    found = float((weights * jacobian) @ (share * kept(share / noise**2, pairs - 1)))
    return Value.exact(found, source="E[S F], S ~ Beta(P / 2, (n - P) / 2)", error=1e-7)


def noisy(n: int, pairs: int, *, cosine: float, noise: float, generations: int | None = None) -> Value:
    """The mean squared cosine with past directions, a gradient that turns, and noisy evaluations.

    X' = a^2 X + (1 - a^2) (1 - X) / (n - 1), S = X' + (1 - X') (P - 1) / (n - 1), X_{t+1} = S E[F | S].
    E[F | S] is about (S + v^2) / (S + P v^2): the gain is lost as soon as P v^2 exceeds S.

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, the past one included, 2 to n - 1.
        cosine: a, between successive gradients; only its square matters.
        noise: v, standard deviation of a directional derivative in lengths of the gradient.
        generations: t, the first generation is 1; None for the fixed point.

    Returns:
        A heuristic value in [0, 1]: the spread of S about its mean is neglected. It is `drifting` without noise.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(noisy(400, 33, cosine=0.99**0.5, noise=v)), 3) for v in (0.0, 0.02, 0.05, 0.1)]
        [0.897, 0.756, 0.206, 0.027]
    """
    noise = _arguments.noise_of(noise)
    if noise == 0.0:
        return Value.heuristic(float(drifting(n, pairs, cosine=cosine, generations=generations)), source="no noise")

    def estimate(past: float, fresh: float) -> float:
        caught = past + fresh
        return caught * float(kept(np.array([caught / noise**2]), pairs - 1)[0])

    return _iterated(n, pairs, cosine, generations, estimate, "S E[F | S] at the mean of S")


def noisy_shrunk(n: int, pairs: int, *, cosine: float, noise: float, generations: int | None = None) -> Value:
    """The same with coefficients shrunk by what the noise lets one trust: c -> c^2 / (c^2 + v^2) times c.

    Past and random directions are shrunk each by their own mean square: with X' and q = (1 - X') / (n - 1),
    X_{t+1} = X'^2 / (X' + v^2) + (P - 1) q^2 / (q + v^2).

    Args:
        n: number of parameters, at least 3.
        pairs: directions P per generation, the past one included, 2 to n - 1.
        cosine: a, between successive gradients; only its square matters.
        noise: v, standard deviation of a directional derivative in lengths of the gradient.
        generations: t, the first generation is 1; None for the fixed point.

    Returns:
        A heuristic value in [0, 1]: the mean squares are taken as known, and their spread is neglected. At noise
        beyond the fixed point's it is too small, since a surrogate of cosine zero is never quite shrunk to zero.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; the weights of Wiener's filter.

    Example:
        >>> [round(float(noisy_shrunk(400, 33, cosine=0.99**0.5, noise=v)), 3) for v in (0.0, 0.02, 0.05)]
        [0.897, 0.814, 0.619]
    """
    noise = _arguments.noise_of(noise)
    if noise == 0.0:
        return Value.heuristic(float(drifting(n, pairs, cosine=cosine, generations=generations)), source="no noise")

    def estimate(past: float, fresh: float) -> float:
        one = fresh / (pairs - 1)
        return past**2 / (past + noise**2) + (pairs - 1) * one**2 / (one + noise**2)

    return _iterated(n, pairs, cosine, generations, estimate, "Wiener weights at the means of the squares")


def kept(ratio: NDArray[np.float64], others: int) -> NDArray[np.float64]:
    """E[y / (y + W)] with y ~ chi^2(1, noncentrality `ratio`) and W ~ chi^2(others).

    1 - E[others / (others + 1 + 2 J)], J ~ Poisson(ratio / 2), and E[1 / (k + 2 J)] is the integral over (0, 1) of
    x^(k - 1) exp(-(1 - x^2) ratio / 2), here by Gauss and Laguerre in the scale of its decay at 1.
    """
    nodes, weights = _rule()
    ratio = np.asarray(ratio, dtype=np.float64)[..., None]
    scale = others + 1.0 + ratio
    x = np.exp(-nodes / scale)
    values = np.exp(nodes - (others + 1.0) * nodes / scale + 0.5 * ratio * np.expm1(-2.0 * nodes / scale)) / scale
    return 1.0 - others * np.where(x > 0.0, values, 0.0) @ weights


@cache
def _rule() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.laguerre.laggauss(_NODES)
    return nodes, weights


def _iterated(
    n: int,
    pairs: int,
    cosine: float,
    generations: int | None,
    estimate: Callable[[float, float], float],
    source: str,
) -> Value:
    n = _arguments.parameters(n, low=3)
    random = _arguments.random_pairs(pairs, n, most=n - 1)
    square = _arguments.cosine_of(cosine) ** 2
    steps = _STEPS if generations is None else _arguments.generations_of(generations)
    m = n - 1.0
    # the first generation has P random directions: as if the surrogate were one of them
    past = 1.0 / n
    squared = estimate(past, (1.0 - past) * random / m)
    for _ in range(steps - 1):
        past = square * squared + (1.0 - square) * (1.0 - squared) / m
        after = estimate(past, (1.0 - past) * random / m)
        if generations is None and abs(after - squared) <= _CONVERGED:
            break
        squared = after
    return Value.heuristic(squared, source=source)
