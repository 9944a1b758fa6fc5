"""Exact means and standard deviations on OneMax, where they are cheap."""

from __future__ import annotations

from functools import cache

#: largest n of the exact law under the schedule (2 s), and under the static law (1 s)
MOST_SCHEDULED, MOST_STATIC = 300, 1000


@cache
def known(n: int) -> tuple[float, float]:
    """With rate 1/n."""
    from theory import onemax

    law = onemax.law(n, strength=1.0)
    return law.mean, law.std


@cache
def scheduled(n: int) -> tuple[float, float]:
    """Under the schedule alpha ln(t) / t."""
    from theory import hidden_subset, onemax

    law = onemax.scheduled_law(n, hidden_subset.schedule)
    return law.mean, law.std


@cache
def static(n: int, eps: float) -> tuple[float, float]:
    """With rates drawn from the static law."""
    from theory import flips, onemax

    law = onemax.unbiased_law(n, flips=flips.power_law_static(n, eps))
    return law.mean, law.std
