"""The (1+1)-EA on LeadingOnes: closed forms and the exact law of the running time.

The bits to the right of the first zero stay uniform. So T = sum_i X_i G_i over the levels i = 0, ..., n - 1, with
independent X_i ~ Bernoulli(1/2) (is level i visited?) and G_i ~ Geom(q_i), q_i = p_i (1 - p_i)^i. Equal offspring are
accepted or not: the law is the same.

Rates that repeat empty mutations: `resampling_law`. Rates by step: `scheduled_law`. The success rule:
`self_adjusting_law`.
"""

from theory.exact.leading_ones.best_rates import best_rates, best_static_rate
from theory.exact.leading_ones.levels import improvement as improvement
from theory.exact.leading_ones.resampling import (
    best_resampling_rates,
    resampling_asymptotic,
    resampling_expected_steps,
    resampling_law,
    resampling_variance,
)
from theory.exact.leading_ones.running_time import asymptotic, expected_steps, law, variance
from theory.exact.leading_ones.scheduled import scheduled_law
from theory.exact.leading_ones.self_adjusting import (
    self_adjusting_asymptotic,
    self_adjusting_expected_steps,
    self_adjusting_law,
    self_adjusting_variance,
)
from theory.exact.leading_ones.waits import thinned_law

__all__ = [
    "asymptotic",
    "best_rates",
    "best_resampling_rates",
    "best_static_rate",
    "expected_steps",
    "law",
    "resampling_asymptotic",
    "resampling_expected_steps",
    "resampling_law",
    "resampling_variance",
    "scheduled_law",
    "self_adjusting_asymptotic",
    "self_adjusting_expected_steps",
    "self_adjusting_law",
    "self_adjusting_variance",
    "thinned_law",
    "variance",
]
