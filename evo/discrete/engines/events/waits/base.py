"""Waiting laws: when the next candidate comes, and at which rate, for each way in which policies behave meanwhile.

Let h_t be the hazard of step t, -ln(1 - P(a candidate)), which for standard bit mutation is -z ln(1 - p_t) with z
zero-bits. The first candidate after step s comes in the first step t with h_(s+1) + ... + h_t >= E, E exponential of
mean 1. What is known of it is kept in `work.pending` and `work.ahead` and survives any cut, so that no cut changes a
run.

Reference: inversion of the cumulative hazard and thinning, as for any point process (Devroye, Non-Uniform Random
Variate Generation, 1986, chapter VI).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from numba.extending import register_jitable

from evo.discrete.engines.events.blends import Pace
from evo.discrete.engines.events.states.base import level_of_state, zeros_of_state
from evo.discrete.engines.functions import PolicyView
from evo.discrete.engines.generic import generic

#: places in `work.pending`: what the sum of hazards must reach (nan: no wait is under way), and what it has reached
TARGET, REACHED = range(2)


class Arrival(NamedTuple):
    """What a wait found."""

    #: the step of the next candidate; 0 if there is none up to the bound
    step: int
    #: the rate of that step, or of the bound
    pace: Pace
    #: the state of the policy: before the candidate's update, or after the bound
    policy: Any
    #: whether all rates were probabilities
    valid: bool
    #: how many steps were walked one by one
    walked: int


@generic(default=False)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """Wait for a candidate after `step`, up to `bound`."""


@register_jitable(forceinline=True)
def view_of(kind, instance, cache, n, step, missing):
    """What the policy sees before a step."""
    return PolicyView(step, level_of_state(kind, instance, cache, n, missing), zeros_of_state(kind, missing), 0)


@register_jitable(forceinline=True)
def is_rate(rate):
    """Whether it is a probability."""
    return rate >= 0.0 and rate <= 1.0


@register_jitable(forceinline=True)
def arrived(pace, step, bound, policy, walked):
    """The arrival at a known step, which is kept for later if it is beyond the bound."""
    if step > bound:
        return Arrival(0, Pace(pace.rate, pace.loss, pace.odds, step), policy, True, walked)
    return Arrival(step, Pace(pace.rate, pace.loss, pace.odds, 0), policy, True, walked)


@register_jitable(forceinline=True)
def invalid(rate, step, policy, walked):
    """The end of a run at a rate that is no probability."""
    return Arrival(step, Pace(rate, math.nan, math.nan, 0), policy, False, walked)
