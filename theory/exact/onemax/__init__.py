"""OneMax: exact laws of the running time, from the chain of the number of zero-bits.

In the (1+1)-EA with standard bit mutation, a step that flips A ~ Bin(k, p) of the k zero-bits and B ~ Bin(n - k, p) of
the ones is accepted iff A >= B, so P(k -> k - j) = P(A - B = j) for j >= 1. Equal offspring leave k unchanged:
accepting ties (elitist) or rejecting them (strict) gives the same chain and the same law. Resampling empty mutations
changes it.

Any law on the number of flips, several offspring, comma selection: `unbiased_law`. The (1+(lambda,lambda))-GA:
`lambda_lambda_law`. A rate for every step: `scheduled_law`; one that learns from success: `self_adjusting_law`; one for
every number of zero-bits: `fitness_dependent_law`, the best of them: `optimal_rates`. Single points of the distribution
for large n: `distribution`.
"""

from theory.exact.onemax.fitness_dependent import fitness_dependent_law
from theory.exact.onemax.inversion import distribution
from theory.exact.onemax.lambda_lambda import lambda_lambda_law
from theory.exact.onemax.optimal import OptimalRates, optimal_rates, optimal_rates_for_quantile
from theory.exact.onemax.running_time import (
    asymptotic,
    expected_steps,
    expected_steps_from,
    law,
    variance,
    variance_from,
)
from theory.exact.onemax.scheduled import scheduled_law
from theory.exact.onemax.self_adjusting import (
    self_adjusting_expected_steps,
    self_adjusting_law,
    self_adjusting_rates,
)
from theory.exact.onemax.transitions import bands
from theory.exact.onemax.unbiased import unbiased_expected_steps, unbiased_law

__all__ = [
    "OptimalRates",
    "asymptotic",
    "bands",
    "distribution",
    "expected_steps",
    "expected_steps_from",
    "fitness_dependent_law",
    "lambda_lambda_law",
    "law",
    "optimal_rates",
    "optimal_rates_for_quantile",
    "scheduled_law",
    "self_adjusting_expected_steps",
    "self_adjusting_law",
    "self_adjusting_rates",
    "unbiased_expected_steps",
    "unbiased_law",
    "variance",
    "variance_from",
]
