"""Hitting times of any finite Markov chain: moments, probabilities of arrival, and whole distributions.

T = min{t >= 0 : X_t in the target}. A chain is a dense or sparse matrix with P(x -> y) in row x; `explore` builds it
from a function that lists the moves of a state, `product` from the moves at every level of a second coordinate, such as
the mutation rate. Chains on {0, ..., m} that move little in each step are faster as bands: `theory.chain`.
"""

from theory.exact.hitting.arrival import probability
from theory.exact.hitting.building import Explored, explore, product
from theory.exact.hitting.distribution import law
from theory.exact.hitting.expectation import expected_steps, expected_steps_from, moments, variance
from theory.exact.hitting.inhomogeneous import inhomogeneous_law

__all__ = [
    "Explored",
    "expected_steps",
    "expected_steps_from",
    "explore",
    "inhomogeneous_law",
    "law",
    "moments",
    "probability",
    "product",
    "variance",
]
