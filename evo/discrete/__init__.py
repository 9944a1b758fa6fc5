"""Search on bit strings: problems, algorithms and their parts, run by compiled engines.

Parts are orthogonal: problem, mutation, rate policy, acceptance, start and recorder combine freely.
"""

from __future__ import annotations

from evo.core.keys import Key
from evo.discrete.acceptance.elitist import Elitist
from evo.discrete.acceptance.metropolis import Metropolis
from evo.discrete.acceptance.strict import Strict
from evo.discrete.algorithms.mu_plus_one import MuPlusOne
from evo.discrete.algorithms.offspring import OffspringRule, Rounding
from evo.discrete.algorithms.one_lambda import OneCommaLambda, OnePlusLambda
from evo.discrete.algorithms.one_plus_lambda_lambda import OnePlusLambdaLambda
from evo.discrete.algorithms.one_plus_one import OnePlusOne, RandomLocalSearch
from evo.discrete.checking import check
from evo.discrete.drift import Drift, drift
from evo.discrete.engines.streams import below, exponential, next_word, uniform
from evo.discrete.mutations.flip_count import FlipCount
from evo.discrete.mutations.per_bit import PerBit
from evo.discrete.mutations.resampled import Resampled
from evo.discrete.mutations.shifted import Shifted
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import (
    AbstractAcceptance,
    AbstractFunction,
    AbstractMutation,
    AbstractRate,
    AbstractStart,
    implements,
)
from evo.discrete.power_law import PowerLaw
from evo.discrete.problems.adversarial_dynamic_bin_val import AdversarialDynamicBinVal
from evo.discrete.problems.bin_val import BinVal
from evo.discrete.problems.custom import Custom
from evo.discrete.problems.deceptive_monotone import DeceptiveMonotone
from evo.discrete.problems.dynamic_bin_val import DynamicBinVal
from evo.discrete.problems.dynamic_linear import DynamicLinear
from evo.discrete.problems.hidden_subset import HiddenSubset
from evo.discrete.problems.hot_topic import HotTopic, HotTopicSets
from evo.discrete.problems.initial_segment import InitialSegment
from evo.discrete.problems.instances import Fixed, PerRun
from evo.discrete.problems.jump import Jump
from evo.discrete.problems.leading_ones import LeadingOnes
from evo.discrete.problems.linear import Linear
from evo.discrete.problems.one_max import OneMax
from evo.discrete.problems.partially_ordered import PartiallyOrdered
from evo.discrete.problems.random_linear import ExponentialWeights, IntegerWeights, RandomLinear, UniformWeights
from evo.discrete.problems.switching_dynamic_bin_val import SwitchingDynamicBinVal
from evo.discrete.rates.equal_fitness_rule import EqualFitnessRule
from evo.discrete.rates.fitness_dependent import By, FitnessDependent
from evo.discrete.rates.heavy_tailed import HeavyTailed
from evo.discrete.rates.log_schedule import LogSchedule
from evo.discrete.rates.power_law_static import PowerLawStatic
from evo.discrete.rates.schedule import Schedule
from evo.discrete.rates.static import Static
from evo.discrete.rates.success_rule import Success, SuccessRule
from evo.discrete.rates.two_rate import TwoRate
from evo.discrete.records.observables import level, levels_visited, mean_density, offspring, rate, zeros
from evo.discrete.starts.given import Given
from evo.discrete.starts.ones import Ones
from evo.discrete.starts.uniform import Uniform

__all__ = [
    "AbstractAcceptance",
    "AbstractFunction",
    "AbstractMutation",
    "AbstractRate",
    "AbstractStart",
    "AdversarialDynamicBinVal",
    "BinVal",
    "By",
    "Custom",
    "DeceptiveMonotone",
    "Drift",
    "DynamicBinVal",
    "DynamicLinear",
    "Elitist",
    "EqualFitnessRule",
    "ExponentialWeights",
    "FitnessDependent",
    "Fixed",
    "FlipCount",
    "Given",
    "HiddenSubset",
    "HeavyTailed",
    "HotTopic",
    "HotTopicSets",
    "InitialSegment",
    "IntegerWeights",
    "Jump",
    "Key",
    "LeadingOnes",
    "Linear",
    "LogSchedule",
    "MuPlusOne",
    "OffspringRule",
    "OneCommaLambda",
    "Metropolis",
    "OneMax",
    "OnePlusLambda",
    "OnePlusLambdaLambda",
    "OnePlusOne",
    "Ones",
    "PartiallyOrdered",
    "PerBit",
    "PerRun",
    "PowerLaw",
    "PowerLawStatic",
    "RandomLinear",
    "RandomLocalSearch",
    "Rounding",
    "Resampled",
    "Schedule",
    "Shifted",
    "StandardBits",
    "Static",
    "Strict",
    "Success",
    "SuccessRule",
    "SwitchingDynamicBinVal",
    "TwoRate",
    "Uniform",
    "UniformWeights",
    "below",
    "check",
    "drift",
    "exponential",
    "implements",
    "level",
    "levels_visited",
    "mean_density",
    "next_word",
    "offspring",
    "rate",
    "uniform",
    "zeros",
]
