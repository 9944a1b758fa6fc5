"""Repetition: a majority of independent answers, and the best of several attempts."""

from __future__ import annotations

import math

from theory.randomized import _arguments
from theory.results import Value

__all__ = ["amplified", "majority"]


def majority(p: float, S: int) -> Value:
    """The probability that the majority of S independent answers is right, each of them right with probability p.

    P(Bin(S, p) > S/2) + P(Bin(S, p) = S/2) / 2: a fair coin decides ties. With k = ceil(S/2) it is the incomplete Beta
    function I_p(k, k): the vote of an even number 2k is as good as that of 2k - 1, because one more answer makes or
    breaks a tie equally often.

    Args:
        p: probability of one right answer, in [0, 1].
        S: number of answers, at least 1.

    Returns:
        An exact value. It grows with S to 1 if p > 1/2 and falls to 0 if p < 1/2.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(majority(0.75, S)), 3) for S in (1, 2, 3, 9, 33)]
        [0.75, 0.75, 0.844, 0.951, 0.999]
    """
    from scipy.special import betainc

    p = _arguments.probability("p", p, "probability of one right answer")
    half = (_arguments.seeds_of(S) + 1) // 2
    return Value.exact(float(betainc(half, half, p)), source="P(more than half are right)", error=1e-11)


def amplified(p: float, S: int) -> Value:
    """The probability that one of S independent attempts succeeds: 1 - (1 - p)^S.

    Repetition pays where success is checkable, as in search; otherwise there is `majority`.

    Args:
        p: probability that one attempt succeeds, in [0, 1].
        S: number of attempts, at least 1.

    Returns:
        An exact value.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> [round(float(amplified(0.25, S)), 3) for S in (1, 3, 9, 33)]
        [0.25, 0.578, 0.925, 1.0]
    """
    p = _arguments.probability("p", p, "probability that one attempt succeeds")
    S = _arguments.seeds_of(S)
    found = 1.0 if p == 1.0 else -math.expm1(S * math.log1p(-p))
    return Value.exact(found, source="1 - (1 - p)^S")
