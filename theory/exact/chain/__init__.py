"""Hitting time of state 0 for Markov chains on {0, ..., m}: moments without subtraction, and the whole law.

Moves down only: forward substitution. Moves both ways: the state reduction of Grassmann, Taksar and Heyman, which never
subtracts and so keeps its relative accuracy however long the hitting time is. The whole law: forward iteration.
"""

from theory.exact.chain.bands import Chain
from theory.exact.chain.iteration import iterate, law
from theory.exact.chain.reduction import mixed, moments, solve

__all__ = ["Chain", "iterate", "law", "mixed", "moments", "solve"]
