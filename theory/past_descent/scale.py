"""The factors that take unbiased estimates to the least-squares scale, on which they are never too long on average."""

from __future__ import annotations

from theory import _check
from theory.past_descent import _arguments
from theory.results import Value

__all__ = ["least_squares_scale", "orthonormal_scale"]


def least_squares_scale(n: int, pairs: int, *, kurtosis: float = 3.0) -> Value:
    """The factor c that minimises E |c h - g|^2 for the unbiased h = (1/P) sum_j <g, e_j> e_j.

    c = E <h, g> / E |h|^2 = P / (P + n - 2 + k) for entries e_ji that are independent with mean 0, variance 1 and
    fourth moment k: P / (P + n + 1) for Gaussian, P / (P + n - 1) for signs. Then E |c h|^2 = c |g|^2.

    Args:
        n: number of parameters, at least 1.
        pairs: number of independent directions P.
        kurtosis: fourth moment k of an entry, at least 1: 3 for Gaussian, 1 for random signs, and 1 as well for
            directions of fixed length sqrt(n).

    Returns:
        An exact value in (0, 1).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> float(least_squares_scale(999, 1000)), float(least_squares_scale(1, 1, kurtosis=1.0))
        (0.5, 1.0)
    """
    n = _arguments.parameters(n, low=1)
    pairs = _arguments.pairs_of(pairs, n)
    kurtosis = _check.real(
        "kurtosis",
        kurtosis,
        "[1, inf)",
        unit="fourth moment of an entry of variance 1",
        advice="Pass 3.0 for Gaussian.",
    )
    return Value.exact(pairs / (pairs + (n - 2.0) + kurtosis), source="E <h, g> / E |h|^2 by fourth moments")


def orthonormal_scale(n: int, pairs: int) -> Value:
    """The factor c that minimises E |c h - g|^2 for the unbiased h = (n/P) U U^T g, U with P orthonormal columns.

    c = P / n: the best multiple is the projection itself.

    Args:
        n: number of parameters, at least 1.
        pairs: number of directions P, 1 to n.

    Returns:
        An exact value in (0, 1].

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> float(orthonormal_scale(1000, 250))
        0.25
    """
    n = _arguments.parameters(n, low=1)
    pairs = _arguments.pairs_of(pairs, n, most=n)
    return Value.exact(pairs / n, source="E <h, g> / E |h|^2 = P / n")
