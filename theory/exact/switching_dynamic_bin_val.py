"""The (1+1)-EA on Switching Dynamic BinVal: exact law.

In every step the zero-bits of the parent get the largest weights if k < n/2, and the one-bits if k >= n/2. So a step
that flips a zero-bits and b one-bits is accepted iff a >= 1 in the first case, and iff b = 0 in the second. Among the
dynamic monotone functions this choice has the smallest drift towards the optimum, whatever the rate.

Example:
    >>> from theory import adversarial_dynamic_bin_val as adversarial, switching_dynamic_bin_val as switching
    >>> n = 60  # above one half, rejecting every loss is slower than accepting it
    >>> switching.law(n, strength=1.0, start=n).mean > adversarial.law(n, strength=1.0, start=n).mean
    True

Source: the rule for k < n/2 as recalled from the literature; the rule for k >= n/2 is derived, it minimises the drift.
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
    return np.where(2 * zeros < n, a >= 1, b == 0).astype(np.float64)


_PROCESS = Process("Switching Dynamic BinVal", _accept, halves=True)

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
    return leading_term(n, c * (1.0 - c), "Switching Dynamic BinVal")
