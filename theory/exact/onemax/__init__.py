"""The (1+1)-EA on OneMax: the exact law of the running time, from the chain of the number of zero-bits.

A step that flips A ~ Bin(k, p) of the k zero-bits and B ~ Bin(n - k, p) of the ones is accepted iff A >= B, so
P(k -> k - j) = P(A - B = j) for j >= 1. Equal offspring leave k unchanged: accepting ties (elitist) or rejecting them
(strict) gives the same chain and the same law. Resampling empty mutations changes it.
"""

from theory.exact.onemax.running_time import (
    asymptotic,
    expected_steps,
    expected_steps_from,
    law,
    variance,
    variance_from,
)
from theory.exact.onemax.transitions import bands

__all__ = ["asymptotic", "bands", "expected_steps", "expected_steps_from", "law", "variance", "variance_from"]
