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

import numpy as np
from numpy.typing import NDArray

from theory.exact._zero_bits import Process

__all__ = ["bands", "expected_steps", "expected_steps_from", "law", "variance"]


def _accept(n: int, zeros: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    return (a >= 1).astype(np.float64)


_PROCESS = Process("Adversarial Dynamic BinVal", _accept)

law = _PROCESS.law
expected_steps = _PROCESS.expected_steps
expected_steps_from = _PROCESS.expected_steps_from
variance = _PROCESS.variance
bands = _PROCESS.bands
