"""Searches with several offspring or several parents, plain and slow, for any function of a few bits.

Each is written as the law of one step and handed to `process_law`. A string is an integer, bit i for position i. Every
search maximises; T is the first step (generation) in which a string of largest value is sampled, 0 if the start has
one. Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from theory.exact.enumeration.searches.functions import RandomFunction, bin_val_orders
from theory.exact.enumeration.searches.lambda_lambda import lambda_lambda_law
from theory.exact.enumeration.searches.offspring import SelfAdjusting, offspring_law
from theory.exact.enumeration.searches.population import population_law
from theory.exact.enumeration.searches.two_rate import two_rate_law

__all__ = [
    "RandomFunction",
    "SelfAdjusting",
    "bin_val_orders",
    "lambda_lambda_law",
    "offspring_law",
    "population_law",
    "two_rate_law",
]
