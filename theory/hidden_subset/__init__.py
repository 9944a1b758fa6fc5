"""Linear functions on an unknown number n of relevant bits: schedules, static laws of rates, rates by position.

A zero-bit near the optimum is repaired in step t with probability p_t (1 - p_t)^(n - 1), so that about
exp(-S_n(T)) of the zero-bits are left after T steps, S_n(T) = sum_{t <= T} p_t (1 - p_t)^(n - 1). All are repaired when
S_n(T) = ln n + O(1): from this requirement come the best schedule alpha ln(t) / t and its constant beta, see
`theory.constants.schedule_alpha` and `schedule_beta`.

A schedule, yours as a function from an array of steps to their rates: `predicted_steps` at one n, `guarantee` over
several; what no schedule can beat: `lower_bound`; proven for yours at one n: `coverage_steps`. A rate drawn anew in
every step: `static_steps`, and `achievable` and `budget` for what such laws can do for all n. A rate for every
position: `segment_steps`. Observed run times: `statistic`.

Example:
    >>> from theory import constants, hidden_subset
    >>> round(float(hidden_subset.limit(float(constants.schedule_alpha))), 6)
    3.552478
"""

from theory.hidden_subset.budgets import achievable, budget, law_budget
from theory.hidden_subset.covering import coverage, coverage_steps
from theory.hidden_subset.duality import guarantee, lower_bound
from theory.hidden_subset.integrated import integrated_rate, statistic
from theory.hidden_subset.limits import limit, price, schedule
from theory.hidden_subset.prediction import predicted_steps
from theory.hidden_subset.segments import segment_steps, segment_steps_with_swaps
from theory.hidden_subset.static import density, repair_rate, static_asymptotic, static_steps

__all__ = [
    "achievable",
    "budget",
    "coverage",
    "coverage_steps",
    "density",
    "guarantee",
    "integrated_rate",
    "law_budget",
    "limit",
    "lower_bound",
    "predicted_steps",
    "price",
    "repair_rate",
    "schedule",
    "segment_steps",
    "segment_steps_with_swaps",
    "static_asymptotic",
    "static_steps",
    "statistic",
]
