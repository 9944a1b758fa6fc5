"""The (1+1)-EA on dynamic linear functions with weights uniform in (0, 1): exact law, drift, threshold, stagnation.

Every step draws fresh independent weights. With a zero-bits and b one-bits flipped, the offspring is accepted iff the
sum of a uniform numbers exceeds the sum of b others. Replacing the b numbers V by 1 - V, this is P(S <= a) for the sum
S of a + b uniform numbers, that is the sum over i < a of A(a + b, i) / (a + b)! with the Eulerian numbers A.

Example:
    >>> from theory import dynamic_linear
    >>> round(dynamic_linear.law(n=100, strength=2.0).mean)
    1676

Source: Lengler and Schaller (2018) for the functions; the probability of acceptance is elementary (Irwin-Hall law).
"""

import numpy as np
from numpy.typing import NDArray

from theory.exact._zero_bits import Process
from theory.exact.dynamic_linear.fluid import asymptotic, fluid_drift, stagnation_density, threshold
from theory.exact.dynamic_linear.uniform_sums import beats

__all__ = [
    "asymptotic",
    "bands",
    "expected_steps",
    "expected_steps_from",
    "fluid_drift",
    "law",
    "stagnation_density",
    "threshold",
    "variance",
]


def _accept(n: int, zeros: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    return beats(int(a.max()))


_PROCESS = Process("dynamic linear functions with uniform weights", _accept)

law = _PROCESS.law
expected_steps = _PROCESS.expected_steps
expected_steps_from = _PROCESS.expected_steps_from
variance = _PROCESS.variance
bands = _PROCESS.bands
