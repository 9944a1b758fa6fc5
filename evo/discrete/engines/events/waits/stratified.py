"""The rate is drawn afresh in every step: thinning under the largest rate of each of its strata."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import Pace, fallibility, log_survival, pace_of, waited
from evo.discrete.engines.events.waits.base import Arrival, invalid, is_rate
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential, uniform


class Stratified(NamedTuple):
    """A step proposes a candidate with probability sum_k weight_k min(1, z top_k), z the number of zero-bits."""

    tops: np.ndarray  # float64[strata], falling
    below: np.ndarray  # float64[strata + 1]: the weight of the first k strata
    masses: np.ndarray  # float64[strata + 1]: the sum over strata k, k + 1, ... of weight times top


def stratified(weights: Any, tops: Any) -> Stratified:
    """The tables of strata with these probabilities and largest rates, the largest first."""
    weights, tops = np.asarray(weights, dtype=np.float64), np.asarray(tops, dtype=np.float64)
    below = np.append(0.0, np.cumsum(weights))
    masses = np.append(np.cumsum((weights * tops)[::-1])[::-1], 0.0)
    return Stratified(tops, below / below[-1], masses / below[-1])


@register_jitable(forceinline=True)
def _first_not_above(falling, low, bound):
    """The first place from `low` on whose number is at most the bound, by bisection."""
    high = falling.shape[0]
    while low < high:
        middle = (low + high) // 2
        if falling[middle] <= bound:
            high = middle
        else:
            low = middle + 1
    return low


@register_jitable(forceinline=True)
def _stratum(wait, certain, total, missing, u):
    """The stratum of a proposal, at u of its distribution function."""
    share = u * total
    if share < wait.below[certain]:
        low, high = 0, certain
        while low < high:  # the first stratum up to which the weight exceeds the share
            middle = (low + high) // 2
            if wait.below[middle + 1] > share:
                high = middle
            else:
                low = middle + 1
        return low
    left = wait.masses[certain] - (share - wait.below[certain]) / missing
    return min(_first_not_above(wait.masses, certain + 1, left), wait.tops.shape[0]) - 1


@implements_lowered(Stratified)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """Propose and reject."""
    n, stream = parts.n, work.stream
    if missing == 0:
        return Arrival(0, Pace(math.nan, math.nan, math.nan, 0), policy, True, 0)
    certain = _first_not_above(wait.tops, 0, 1.0 / missing)
    total = wait.below[certain] + missing * wait.masses[certain]
    hazard = -math.log1p(-total) if total < 1.0 else math.inf
    at, ahead = step, pace.ahead
    while True:
        proposed = ahead if ahead > 0 else waited(hazard, fast_exponential(stream), at)
        if proposed > bound:
            return Arrival(0, Pace(math.nan, math.nan, math.nan, proposed), policy, True, 0)
        at, ahead = proposed, 0
        stratum = _stratum(wait, certain, total, missing, uniform(stream))
        rate = float(f.within(parts.rate, stratum, n, stream))
        if not is_rate(rate) or rate > wait.tops[stratum]:
            return invalid(rate, at, policy, 0)
        loss = log_survival(rate)
        if uniform(stream) * min(1.0, missing * wait.tops[stratum]) < fallibility(loss, missing):
            return Arrival(at, pace_of(rate, loss), policy, True, 0)
