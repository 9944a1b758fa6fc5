"""The (1+1)-EA on Dynamic BinVal: exact law, fluid drift, threshold and stagnation density.

Every step draws a fresh uniform order of the positions and compares parent and offspring with BinVal in that order: the
first flipped position decides. With a zero-bits and b one-bits flipped, the offspring is accepted with probability
a / (a + b), so the number k of zero-bits is a Markov chain that moves both ways.

Source: Lengler and Meier (2020) for the function.
"""

import numpy as np
from numpy.typing import NDArray

from theory.exact._zero_bits import Process
from theory.exact.dynamic_bin_val.fluid import asymptotic, fluid_drift, stagnation_density, threshold

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
    return a / (a + b).clip(1)


_PROCESS = Process("Dynamic BinVal", _accept)

law = _PROCESS.law
expected_steps = _PROCESS.expected_steps
expected_steps_from = _PROCESS.expected_steps_from
variance = _PROCESS.variance
bands = _PROCESS.bands
