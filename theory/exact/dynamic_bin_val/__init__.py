"""The (1+1)-EA on Dynamic BinVal: exact law, fluid drift, threshold and stagnation density.

Every step draws a fresh uniform order of the positions and compares parent and offspring with BinVal in that order: the
first flipped position decides. With a zero-bits and b one-bits flipped, the offspring is accepted with probability
a / (a + b), so the number k of zero-bits is a Markov chain that moves both ways.
"""

from theory.exact.dynamic_bin_val.fluid import asymptotic, fluid_drift, stagnation_density, threshold
from theory.exact.dynamic_bin_val.running_time import expected_steps, expected_steps_from, law, variance
from theory.exact.dynamic_bin_val.transitions import bands

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
