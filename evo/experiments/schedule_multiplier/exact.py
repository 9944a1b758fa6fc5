"""Exact means and standard deviations on OneMax under the schedule, where they are cheap."""

from __future__ import annotations

from functools import cache, partial

#: largest n of the exact law, and least multiplier (3 s): where rates fall early, its tail is long
MOST_BITS, LEAST = 100, 0.8


@cache
def moments(n: int, multiplier: float) -> tuple[float, float]:
    """Mean and standard deviation of the number of steps."""
    from theory import hidden_subset, onemax

    law = onemax.scheduled_law(n, partial(hidden_subset.schedule, multiplier=multiplier))
    return law.mean, law.std
