"""The whole law of the running time on any function of at most 12 bits.

The law of (string, policy state) is pushed forward step by step.

A string is an integer, bit i for position i. In step t = 1, 2, ... the policy names a rate, the mutation flips a random
set of positions, offspring and parent are compared, the acceptance rule decides, and the policy sees the sign of the
comparison and whether the mutation was empty (idle). T is the first step after which the current string is solved; T =
0 if the start is. Policy states that agree to a relative 1e-9 are one state.
"""

from theory.exact.enumeration.acceptance import AbstractAcceptance, Elitist, Metropolis, Strict
from theory.exact.enumeration.fixed_mutations import FitnessDependent, FlipCount, Mixture, OneBit, PerBit
from theory.exact.enumeration.mutations import AbstractMutation, Resampled, Shifted, StandardBits
from theory.exact.enumeration.policies import AbstractPolicy, RatePolicy, Schedule, Static
from theory.exact.enumeration.process import SAMPLED, Step, process_law
from theory.exact.enumeration.running_time import expected_steps, law
from theory.exact.enumeration.self_adjusting import EqualFitnessRule, Success, SuccessRule
from theory.exact.enumeration.tables import dynamic, dynamic_bin_val, tabulate

__all__ = [
    "AbstractAcceptance",
    "AbstractMutation",
    "AbstractPolicy",
    "Elitist",
    "EqualFitnessRule",
    "FitnessDependent",
    "FlipCount",
    "Metropolis",
    "Mixture",
    "OneBit",
    "PerBit",
    "RatePolicy",
    "Resampled",
    "SAMPLED",
    "Schedule",
    "Shifted",
    "StandardBits",
    "Static",
    "Step",
    "Strict",
    "Success",
    "SuccessRule",
    "dynamic",
    "dynamic_bin_val",
    "expected_steps",
    "law",
    "process_law",
    "tabulate",
]
