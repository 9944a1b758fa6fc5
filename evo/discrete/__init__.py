"""Search on bit strings: problems, algorithms and their parts, run by compiled engines.

Parts are orthogonal: problem, mutation, rate policy, acceptance, start and recorder combine freely.
"""

from types import ModuleType as _Module

from evo.core.keys import Key as Key
from evo.discrete.acceptance.elitist import Elitist as Elitist
from evo.discrete.acceptance.metropolis import Metropolis as Metropolis
from evo.discrete.acceptance.strict import Strict as Strict
from evo.discrete.algorithms.mu_plus_one import MuPlusOne as MuPlusOne
from evo.discrete.algorithms.offspring import OffspringRule as OffspringRule
from evo.discrete.algorithms.offspring import Rounding as Rounding
from evo.discrete.algorithms.one_lambda import OneCommaLambda as OneCommaLambda
from evo.discrete.algorithms.one_lambda import OnePlusLambda as OnePlusLambda
from evo.discrete.algorithms.one_plus_lambda_lambda import OnePlusLambdaLambda as OnePlusLambdaLambda
from evo.discrete.algorithms.one_plus_one import OnePlusOne as OnePlusOne
from evo.discrete.algorithms.one_plus_one import RandomLocalSearch as RandomLocalSearch
from evo.discrete.checking import check as check
from evo.discrete.drift import Drift as Drift
from evo.discrete.drift import drift as drift
from evo.discrete.engines.streams import below as below
from evo.discrete.engines.streams import exponential as exponential
from evo.discrete.engines.streams import next_word as next_word
from evo.discrete.engines.streams import uniform as uniform
from evo.discrete.engines.waiting import Waiting as Waiting
from evo.discrete.mutations.flip_count import FlipCount as FlipCount
from evo.discrete.mutations.per_bit import PerBit as PerBit
from evo.discrete.mutations.resampled import Resampled as Resampled
from evo.discrete.mutations.shifted import Shifted as Shifted
from evo.discrete.mutations.standard_bits import StandardBits as StandardBits
from evo.discrete.parts import AbstractAcceptance as AbstractAcceptance
from evo.discrete.parts import AbstractFunction as AbstractFunction
from evo.discrete.parts import AbstractMutation as AbstractMutation
from evo.discrete.parts import AbstractRate as AbstractRate
from evo.discrete.parts import AbstractStart as AbstractStart
from evo.discrete.parts import implements as implements
from evo.discrete.power_law import PowerLaw as PowerLaw
from evo.discrete.problems.adversarial_dynamic_bin_val import AdversarialDynamicBinVal as AdversarialDynamicBinVal
from evo.discrete.problems.bin_val import BinVal as BinVal
from evo.discrete.problems.custom import Custom as Custom
from evo.discrete.problems.deceptive_monotone import DeceptiveMonotone as DeceptiveMonotone
from evo.discrete.problems.dynamic_bin_val import DynamicBinVal as DynamicBinVal
from evo.discrete.problems.dynamic_linear import DynamicLinear as DynamicLinear
from evo.discrete.problems.hidden_subset import HiddenSubset as HiddenSubset
from evo.discrete.problems.hot_topic import HotTopic as HotTopic
from evo.discrete.problems.hot_topic import HotTopicSets as HotTopicSets
from evo.discrete.problems.initial_segment import InitialSegment as InitialSegment
from evo.discrete.problems.instances import Fixed as Fixed
from evo.discrete.problems.instances import PerRun as PerRun
from evo.discrete.problems.jump import Jump as Jump
from evo.discrete.problems.leading_ones import LeadingOnes as LeadingOnes
from evo.discrete.problems.linear import Linear as Linear
from evo.discrete.problems.one_max import OneMax as OneMax
from evo.discrete.problems.partially_ordered import PartiallyOrdered as PartiallyOrdered
from evo.discrete.problems.random_linear import ExponentialWeights as ExponentialWeights
from evo.discrete.problems.random_linear import IntegerWeights as IntegerWeights
from evo.discrete.problems.random_linear import RandomLinear as RandomLinear
from evo.discrete.problems.random_linear import UniformWeights as UniformWeights
from evo.discrete.problems.switching_dynamic_bin_val import SwitchingDynamicBinVal as SwitchingDynamicBinVal
from evo.discrete.rates.equal_fitness_rule import EqualFitnessRule as EqualFitnessRule
from evo.discrete.rates.fitness_dependent import By as By
from evo.discrete.rates.fitness_dependent import FitnessDependent as FitnessDependent
from evo.discrete.rates.heavy_tailed import HeavyTailed as HeavyTailed
from evo.discrete.rates.log_schedule import LogSchedule as LogSchedule
from evo.discrete.rates.power_law_static import PowerLawStatic as PowerLawStatic
from evo.discrete.rates.schedule import Schedule as Schedule
from evo.discrete.rates.static import Static as Static
from evo.discrete.rates.success_rule import Success as Success
from evo.discrete.rates.success_rule import SuccessRule as SuccessRule
from evo.discrete.rates.two_rate import TwoRate as TwoRate
from evo.discrete.records.observables import level as level
from evo.discrete.records.observables import levels_visited as levels_visited
from evo.discrete.records.observables import mean_density as mean_density
from evo.discrete.records.observables import offspring as offspring
from evo.discrete.records.observables import rate as rate
from evo.discrete.records.observables import zeros as zeros
from evo.discrete.starts.given import Given as Given
from evo.discrete.starts.ones import Ones as Ones
from evo.discrete.starts.uniform import Uniform as Uniform

#: every name that is imported above, sorted: a new part takes one line there and none here
_public = [name for name, item in sorted(globals().items()) if not isinstance(item, _Module)]
__all__ = [name for name in _public if not name.startswith("_")]  # pyright: ignore[reportUnsupportedDunderAll]
