"""One estimate: how much of the gradient random directions catch, and what a surrogate adds.

All laws are for exact directional derivatives, that is linear functions or the limit of a small radius.
"""

from __future__ import annotations

from theory import _check
from theory.past_descent import _arguments
from theory.past_descent.law import CosineLaw

__all__ = ["gaussian", "orthonormal", "surrogate"]


def orthonormal(n: int, pairs: int) -> CosineLaw:
    """The squared cosine of the estimate from orthonormal random directions.

    X ~ Beta(P / 2, (n - P) / 2), E X = P / n: the estimate is the projection of the gradient on a uniformly random
    subspace.

    Args:
        n: number of parameters, at least 2.
        pairs: number of directions P, 1 to n.

    Returns:
        An exact law.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: rotational invariance.

    Example:
        >>> round(orthonormal(1000, 33).mean, 12)
        0.033
    """
    n = _arguments.parameters(n)
    pairs = _arguments.pairs_of(pairs, n, most=n)
    source = "projection on a uniformly random subspace"
    return CosineLaw([((n - pairs) / 2.0, pairs / 2.0, 1)], source=source)


def gaussian(n: int, pairs: int) -> CosineLaw:
    """The squared cosine of (1/P) sum_j <g, e_j> e_j with independent Gaussian directions e_j.

    X ~ Beta(P / 2, (n - 1) / 2), E X = P / (n + P - 1). Given the components a_j along g, the part across g is Gaussian
    with variance |a|^2 in n - 1 coordinates each: X = S / (S + Q) with independent S ~ chi^2(P) and Q ~ chi^2(n - 1).

    The quotient of expectations P / (n + P + 1) is not E X; it is the factor of `least_squares_scale`.

    Args:
        n: number of parameters, at least 2.
        pairs: number of directions P, at least 1.

    Returns:
        An exact law.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(gaussian(1000, 33).mean, 6), round(33 / 1032, 6)
        (0.031977, 0.031977)
    """
    n = _arguments.parameters(n)
    pairs = _arguments.pairs_of(pairs, n)
    return CosineLaw([((n - 1) / 2.0, pairs / 2.0, 1)], source="S / (S + Q), S ~ chi^2(P), Q ~ chi^2(n - 1)")


def surrogate(n: int, pairs: int, *, quality: float) -> CosineLaw:
    """The squared cosine of the projection on a surrogate and P - 1 orthonormal random directions across it.

    X = x + (1 - x) B, B ~ Beta((P - 1) / 2, (n - P) / 2): the residual of the gradient is uniform across the surrogate.

    Args:
        n: number of parameters, at least 2.
        pairs: number of directions P, the surrogate included, 2 to n.
        quality: x, the squared cosine between surrogate and gradient, in [0, 1]; its sign and length do not matter.

    Returns:
        An exact law; its mean is x + (1 - x) (P - 1) / (n - 1) >= x.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Meier, Mujika, Gauy and Steger (2019), re-derived.

    Example:
        >>> round(surrogate(1000, 101, quality=0.25).mean ** 0.5, 3)
        0.57
    """
    n = _arguments.parameters(n)
    fresh = _arguments.random_pairs(pairs, n, most=n)
    quality = _check.real(
        "quality",
        quality,
        "[0, 1]",
        unit="squared cosine between surrogate and gradient",
        advice="Pass 0.25 for a cosine of one half.",
    )
    factors = [((n - 1 - fresh) / 2.0, fresh / 2.0, 1)]
    return CosineLaw(factors, left=1.0 - quality, source="the residual is uniform across the surrogate")
