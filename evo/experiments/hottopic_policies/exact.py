"""The exact drift at a frozen level, for any law of the number of flips and for several offspring."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["brood_drift", "brood_root", "law_drift"]

#: with more flips a gain in the hot topic has a probability below 1e-15 at a density of zero-bits of 0.1 or less
_MOST = 400


def law_drift(n: int, alpha: float, eps: float, law: npt.ArrayLike) -> float:
    """The (1+1)-EA that flips a number of distinct bits drawn from a law, zero-bits per step.

    With j of the k flips in the hot topic, the gains g there and r elsewhere are independent, and
    drift = E[g; g > 0] + P(g > 0) E[r] + P(g = 0) E[r; r >= 0] for given j and k.

    Args:
        n: number of bits.
        alpha: share of the bits in the hot topic.
        eps: density of zero-bits, in the hot topic and elsewhere, at most 0.1.
        law: the probabilities of 0, 1, 2, ... flips.
    """
    ahead, gain, level, mean, safe, split = _tables(n, alpha, eps)
    weights = np.asarray(law, dtype=np.float64)[: len(ahead)]
    total = 0.0
    for k in np.flatnonzero(weights):
        j = np.arange(k + 1)
        inner = gain[j] + ahead[j] * mean[k - j] + level[j] * safe[k - j]
        total += float(weights[k] * (split[k, : k + 1] @ inner))
    return total


def brood_drift(n: int, alpha: float, eps: float, strength: float, offspring: int) -> float:
    """The (1+lambda)-EA with standard bits, zero-bits per generation.

    The best offspring has the largest (g, r) in lexicographic order and is accepted from (0, 0) on; with the
    distribution function F of one offspring in that order, that of the best one is F^lambda.

    Args:
        n: number of bits.
        alpha: share of the bits in the hot topic.
        eps: density of zero-bits, in the hot topic and elsewhere.
        strength: expected flips of one offspring.
        offspring: lambda.
    """
    from theory import hottopic

    hot, zeros_in, zeros_out = hottopic.counts(n, alpha=alpha, eps=eps)
    inside, first = _difference(zeros_in, hot - zeros_in, strength / n)
    outside, second = _difference(zeros_out, n - hot - zeros_out, strength / n)
    g = np.repeat(first + np.arange(len(inside)), len(outside))
    r = np.tile(second + np.arange(len(outside)), len(inside))
    below = np.concatenate([[0.0], np.minimum(np.cumsum(np.outer(inside, outside).ravel()), 1.0)])
    best = np.diff(below**offspring)
    kept = (g > 0) | ((g == 0) & (r >= 0))
    return float(best[kept] @ (g + r)[kept])


@cache
def brood_root(n: int, alpha: float, eps: float, offspring: int) -> float:
    """The strength from which on that drift is negative."""
    from scipy.optimize import brentq

    root: Any = brentq(lambda c: brood_drift(n, alpha, eps, c, offspring), 1.0, 6.0, xtol=1e-9)
    return float(root)


@cache
def _tables(n: int, alpha: float, eps: float) -> tuple[np.ndarray, ...]:
    """Per number of flips in the hot topic P(g > 0), E[g; g > 0], P(g = 0), elsewhere E[r], E[r; r >= 0]; the split."""
    from scipy.stats import hypergeom

    from theory import hottopic

    hot, zeros_in, zeros_out = hottopic.counts(n, alpha=alpha, eps=eps)
    flips = np.arange(min(_MOST, hot, n - hot) + 1)
    up, some = flips[None, :], flips[:, None]
    gained = 2 * up - some  # of `some` flips, `up` are of zero-bits
    inside = hypergeom.pmf(up, hot, zeros_in, some)
    outside = hypergeom.pmf(up, n - hot, zeros_out, some)
    return (
        np.sum(inside * (gained > 0), axis=1),
        np.sum(inside * np.maximum(gained, 0), axis=1),
        np.sum(inside * (gained == 0), axis=1),
        np.sum(outside * gained, axis=1),
        np.sum(outside * np.maximum(gained, 0), axis=1),
        hypergeom.pmf(up, n, hot, some),
    )


def _difference(up: int, down: int, rate: float) -> tuple[np.ndarray, int]:
    """The law of Bin(up, rate) - Bin(down, rate) and its smallest value, up to weights of 1e-18."""
    from scipy.stats import binom

    ups = binom.pmf(np.arange(int(binom.isf(1e-18, up, rate)) + 1), up, rate)
    downs = binom.pmf(np.arange(int(binom.isf(1e-18, down, rate)) + 1), down, rate)
    return np.convolve(ups, downs[::-1]), 1 - len(downs)
