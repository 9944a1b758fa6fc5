"""Randomised local search: one uniformly random bit flips per step.

On every strictly monotone function, OneMax and all linear functions with positive weights included, a flipped zero-bit
is accepted and a flipped one-bit rejected, so the number of zero-bits alone decides: P(k -> k - 1) = k / n.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._start import zeros_law
from theory.exact.leading_ones import thinned_law
from theory.results import Law, Value

__all__ = ["expected_steps", "law", "leading_ones", "variance"]

_SOURCE = "RLS on a strictly monotone function: coupon collector on the zero-bits"


def law(n: int, *, start: ArrayLike | None = None, horizon: int | None = None) -> Law:
    """The law of the number of steps that RLS needs on any strictly monotone function.

    T is a sum of independent geometric waits with success probabilities k/n, ..., 1/n from k zero-bits.

    Args:
        n: number of bits, at least 1.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law; its distribution is computed on first use.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr and Doerr (2016) for the mean.

    Example:
        >>> round(law(100).mean, 9)
        449.423033708
    """
    n = _check.many_bits(n)
    first, weights = zeros_law(n, start)
    horizon = _check.horizon_of(horizon)
    size = first + weights.size
    steps = chain.Chain(np.arange(size, dtype=np.float64)[:, None] / n, np.zeros((size, 0)))
    return chain.law(steps, np.concatenate([np.zeros(first), _whole(weights)]), source=_SOURCE, horizon=horizon)


def expected_steps(n: int, *, start: ArrayLike | None = None) -> Value:
    """The expected number of steps of RLS on any strictly monotone function.

    E[T] = n sum_k P(k zero-bits at the start) H_k, which is n (ln(n / 2) + 0.5772...) + 1/2 + o(1) from a uniform
    string.

    Args:
        n: number of bits, at least 1.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr and Doerr (2016).

    Example:
        >>> round(float(expected_steps(10)), 9)
        22.359033978
    """
    return Value.exact(law(n, start=start).mean, source=_SOURCE)


def variance(n: int, *, start: ArrayLike | None = None) -> Value:
    """The variance of the number of steps of RLS on any strictly monotone function.

    From k zero-bits sum_{j<=k} (1 - j/n) (n/j)^2, and the law of total variance over the start.

    Args:
        n: number of bits, at least 1.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps squared.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> float(variance(2, start=1))
        2.0
    """
    return Value.exact(law(n, start=start).variance, source=_SOURCE)


def leading_ones(n: int, *, horizon: int | None = None) -> Law:
    """The law of the number of steps that RLS needs on LeadingOnes from a uniform string.

    T = n-fold sum of X_i G_i with X_i ~ Bernoulli(1/2), G_i ~ Geom(1/n); E[T] = n^2 / 2.

    Args:
        n: number of bits, at least 1.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law; its distribution is computed on first use.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> leading_ones(20).mean
        200.0
    """
    n = _check.many_bits(n)
    horizon = _check.horizon_of(horizon)
    source = "RLS on LeadingOnes: sum of Bernoulli(1/2)-thinned geometric waits"
    return thinned_law(np.full(n, 1.0 / n), source=source, horizon=horizon)


def _whole(weights: Any) -> NDArray[np.float64]:
    return np.asarray(weights, dtype=np.float64)
