"""The (1+1)-EA on linear functions with positive weights: bounds for all of them, and leading terms."""

from theory.bounds.linear.limits import asymptotic, asymptotic_lower_bound, unbiased_asymptotic
from theory.bounds.linear.lower import lower_bound
from theory.bounds.linear.potential import Potential, potential
from theory.bounds.linear.upper import upper_bound

__all__ = [
    "Potential",
    "asymptotic",
    "asymptotic_lower_bound",
    "lower_bound",
    "potential",
    "unbiased_asymptotic",
    "upper_bound",
]
