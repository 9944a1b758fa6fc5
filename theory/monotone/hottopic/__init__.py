"""The (1+1)-EA on HotTopic: drift at a frozen level, critical strengths, stagnation.

At a frozen level the bits of the current hot set A outrank all others: an offspring is accepted iff it gains in A, or
loses nothing there and nothing outside. With g, r the decreases of the number of zero-bits inside and outside of A,
drift = E[g; g > 0] + P(g > 0) E[r] + P(g = 0) E[r; r >= 0].
"""

from theory.monotone.hottopic.critical import Counts, best_share, counts, critical_strength, limit_strength
from theory.monotone.hottopic.drifts import Drift, drift, fluid_drift
from theory.monotone.hottopic.stalls import Stagnation, stagnation, visibility

__all__ = [
    "Counts",
    "Drift",
    "Stagnation",
    "best_share",
    "counts",
    "critical_strength",
    "drift",
    "fluid_drift",
    "limit_strength",
    "stagnation",
    "visibility",
]
