"""The (1+1)-EA on Adversarial Dynamic BinVal: exact law.

In every step the zero-bits of the parent get the largest weights. Every step that flips a zero-bit is accepted, however
many one-bits it flips: with a zero-bits and b one-bits flipped, iff a >= 1. For strengths c < 1 the leading term of
E[T] is n ln n / (c (1 - c)); at c = 1 it is of order n^(3/2).

Example:
    >>> from theory import adversarial_dynamic_bin_val
    >>> round(float(adversarial_dynamic_bin_val.expected_steps(n=100, strength=1.0)))
    2295

Source: Lengler and Meier (2020) for Dynamic BinVal; the rule as recalled from the literature on dynamic monotone
functions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact._zero_bits import Process
from theory.exact._zero_bits.leading_term import leading_term
from theory.results import Value

__all__ = ["asymptotic", "bands", "expected_steps", "expected_steps_from", "law", "variance"]


def _accept(n: int, zeros: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    return (a >= 1).astype(np.float64)


_PROCESS = Process("Adversarial Dynamic BinVal", _accept)

law = _PROCESS.law
expected_steps = _PROCESS.expected_steps
expected_steps_from = _PROCESS.expected_steps_from
variance = _PROCESS.variance
bands = _PROCESS.bands


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps: n ln n / (c (1 - c)) for c < 1, and inf from 1 on.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (multiplicative drift at vanishing density).

    Example:
        >>> import math
        >>> round(float(asymptotic(1000, strength=0.5)) / (1000 * math.log(1000)), 3)
        4.0
    """
    c = _check.strength_of(strength)
    return leading_term(n, c * (1.0 - c), "Adversarial Dynamic BinVal")
