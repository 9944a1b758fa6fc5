from theory import constants as constants
from theory import entropy_compression as entropy_compression
from theory import hidden_subset as hidden_subset
from theory import past_descent as past_descent
from theory import randomized as randomized
from theory import results as results
from theory import unrolled as unrolled
from theory.bounds import drift as drift
from theory.bounds import fitness_levels as fitness_levels
from theory.bounds import linear as linear
from theory.exact import adversarial_dynamic_bin_val as adversarial_dynamic_bin_val
from theory.exact import chain as chain
from theory.exact import dynamic_bin_val as dynamic_bin_val
from theory.exact import dynamic_linear as dynamic_linear
from theory.exact import enumeration as enumeration
from theory.exact import flips as flips
from theory.exact import hitting as hitting
from theory.exact import leading_ones as leading_ones
from theory.exact import onemax as onemax
from theory.exact import partially_ordered as partially_ordered
from theory.exact import rls as rls
from theory.exact import switching_dynamic_bin_val as switching_dynamic_bin_val
from theory.monotone import dichotomy as dichotomy
from theory.monotone import hottopic as hottopic
from theory.results import Kind as Kind
from theory.results import Law as Law
from theory.results import Value as Value

__all__ = [
    "Kind",
    "Law",
    "Value",
    "adversarial_dynamic_bin_val",
    "chain",
    "constants",
    "dichotomy",
    "drift",
    "dynamic_bin_val",
    "dynamic_linear",
    "entropy_compression",
    "enumeration",
    "fitness_levels",
    "flips",
    "hidden_subset",
    "hitting",
    "hottopic",
    "leading_ones",
    "linear",
    "onemax",
    "partially_ordered",
    "past_descent",
    "randomized",
    "results",
    "rls",
    "switching_dynamic_bin_val",
    "unrolled",
]
