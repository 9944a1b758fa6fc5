"""The (1+1)-EA with the (1 : s + 1) success rule on LeadingOnes: one chain on (level, rate).

In a step at level i and rate p the offspring is worse with probability 1 - (1 - p)^i (a failure), equal with (1 - p)^(i
+ 1) and better with p (1 - p)^i (successes). The bits to the right of the first zero stay uniform, so that a better
offspring has level i + 1 + G with P(G = g) = 2^-(g + 1). For rational s all rates that can occur lie on at most three
geometric grids: through the first rate, through the highest and through the lowest.
"""

from theory.exact.leading_ones.self_adjusting.running_time import (
    self_adjusting_asymptotic,
    self_adjusting_expected_steps,
    self_adjusting_law,
    self_adjusting_variance,
)

__all__ = [
    "self_adjusting_asymptotic",
    "self_adjusting_expected_steps",
    "self_adjusting_law",
    "self_adjusting_variance",
]
