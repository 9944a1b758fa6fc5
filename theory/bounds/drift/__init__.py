"""Drift theorems: bounds on the time T until a process X_t >= 0 reaches 0, with their conditions checked.

A `Process` says what X is in every state and what E[X_t - X_{t+1}] is; a theorem looks at every state, refuses where
its condition fails, and returns a `DriftBound`. `certificate` does so for a potential on all strings of a few bits,
`estimate` measures a drift on recorded runs.

Example:
    >>> from theory import drift, onemax
    >>> zeros = drift.Process.from_chain(onemax.bands(100, strength=1.0))
    >>> exact = onemax.law(100, strength=1.0, start=50).mean
    >>> drift.variable_upper(zeros, 50.0).expected.upper >= exact >= drift.additive_lower(zeros, 50.0).expected.lower
    True
"""

from theory.bounds.drift.additive import additive_lower, additive_upper
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.certificates import Certificate, certificate
from theory.bounds.drift.claims import AbstractClaim, Additive, Multiplicative, Variable
from theory.bounds.drift.escape import EscapeBound, escape_bound
from theory.bounds.drift.estimator import DriftEstimate, estimate
from theory.bounds.drift.multiplicative import multiplicative_lower, multiplicative_upper
from theory.bounds.drift.negative import NegativeDrift, negative, negative_scaled
from theory.bounds.drift.process import Moves, Process
from theory.bounds.drift.searches import search
from theory.bounds.drift.time_dependent import time_dependent
from theory.bounds.drift.variable import variable_upper

__all__ = [
    "AbstractClaim",
    "Additive",
    "Certificate",
    "DriftBound",
    "DriftEstimate",
    "EscapeBound",
    "Moves",
    "Multiplicative",
    "NegativeDrift",
    "Process",
    "Variable",
    "additive_lower",
    "additive_upper",
    "certificate",
    "escape_bound",
    "estimate",
    "multiplicative_lower",
    "multiplicative_upper",
    "negative",
    "negative_scaled",
    "search",
    "time_dependent",
    "variable_upper",
]
