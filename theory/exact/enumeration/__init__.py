"""The whole law of the running time on any function of at most 12 bits, and of any search with finitely many states.

The law of (string, policy state) is pushed forward step by step.

A string is an integer, bit i for position i. In step t = 1, 2, ... the policy names a rate, the mutation flips a random
set of positions, offspring and parent are compared, the acceptance rule decides, and the policy sees the sign of the
comparison and whether the mutation was empty (idle). T is the first step after which the current string is solved; T =
0 if the start is. Policy states that agree to a relative 1e-9 are one state.

Searches with several offspring or parents: `offspring_law`, `two_rate_law`, `population_law`, `lambda_lambda_law`.
Any other: `process_law`.
"""

from theory.exact.enumeration.acceptance import AbstractAcceptance, Elitist, Metropolis, Strict
from theory.exact.enumeration.fixed_mutations import FitnessDependent, FlipCount, Mixture, OneBit, PerBit
from theory.exact.enumeration.mutations import AbstractMutation, Resampled, Shifted, StandardBits
from theory.exact.enumeration.policies import AbstractPolicy, RatePolicy, Schedule, Static
from theory.exact.enumeration.process import SAMPLED, Step, process_law
from theory.exact.enumeration.running_time import expected_steps, law
from theory.exact.enumeration.searches import (
    RandomFunction,
    SelfAdjusting,
    bin_val_orders,
    lambda_lambda_law,
    offspring_law,
    population_law,
    two_rate_law,
)
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
    "RandomFunction",
    "RatePolicy",
    "Resampled",
    "SAMPLED",
    "Schedule",
    "SelfAdjusting",
    "Shifted",
    "StandardBits",
    "Static",
    "Step",
    "Strict",
    "Success",
    "SuccessRule",
    "bin_val_orders",
    "dynamic",
    "dynamic_bin_val",
    "expected_steps",
    "lambda_lambda_law",
    "law",
    "offspring_law",
    "population_law",
    "process_law",
    "tabulate",
    "two_rate_law",
]
