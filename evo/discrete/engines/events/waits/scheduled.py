"""The rate is a function of the step: inversion of the cumulative hazard, of which one table serves all runs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.building import Kernel
from evo.discrete.engines.events.blends import log_survival, pace_of
from evo.discrete.engines.events.waits.base import (
    REACHED,
    TARGET,
    Arrival,
    arrived,
    invalid,
    is_rate,
    view_of,
)
from evo.discrete.engines.functions import PolicyView
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential


class Scheduled(NamedTuple):
    """`sums[t]` is the sum of -ln(1 - p) over the steps 1..t; beyond the table the steps are summed one by one."""

    sums: np.ndarray


#: a hazard that no exponential number survives, in place of infinity
_SURE = 800.0


@Kernel
def cumulative_losses(policy, n, sums):
    """Fill a table of sums; returns how many steps it holds: it ends before a rate that is no probability."""
    state = f.start(policy, n)
    stream = np.zeros(4, dtype=np.uint64)
    sums[0], carried = 0.0, 0.0  # compensated: millions of terms
    for step in range(1, sums.shape[0]):
        rate = float(f.draw(policy, state, PolicyView(step, 0, 0, 0), n, stream))
        if not is_rate(rate):
            return step - 1
        term = min(log_survival(rate), _SURE) - carried
        total = sums[step - 1] + term
        carried = (total - sums[step - 1]) - term
        sums[step] = total
    return sums.shape[0] - 1


@implements_lowered(Scheduled)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """Gallop and bisect; the target is in units of the table."""
    n, sums, pending, stream = parts.n, wait.sums, work.pending, work.stream
    last, ahead = sums.shape[0] - 1, pace.ahead
    if ahead == 0:
        if math.isnan(pending[TARGET]):
            pending[REACHED] = sums[step] if step < last else 0.0
            level = fast_exponential(stream)
            pending[TARGET] = pending[REACHED] + level / (float(offspring) * missing) if missing > 0 else math.inf
        if step < last:
            found = _first_at_least(sums, step + 1, pending[TARGET])
            if found <= last:
                ahead = found
            else:
                pending[REACHED] = sums[last]
    if ahead > 0 or bound <= last:  # inside the table
        at = ahead if ahead > 0 and ahead <= bound else bound
        rate = float(f.draw(parts.rate, policy, view_of(kind, instance, cache, n, at, missing), n, stream))
        there = pace_of(rate, log_survival(rate))
        if ahead == 0:
            return Arrival(0, there, policy, True, 0)
        if ahead <= bound:
            pending[TARGET] = math.nan
        return arrived(there, ahead, bound, policy, 0)
    at, rate, loss = max(step, last), pace.rate, pace.loss
    while at < bound:
        at += 1
        rate = float(f.draw(parts.rate, policy, view_of(kind, instance, cache, n, at, missing), n, stream))
        if not is_rate(rate):
            return invalid(rate, at, policy, at - step)
        loss = log_survival(rate)
        pending[REACHED] += loss
        if pending[REACHED] >= pending[TARGET]:
            pending[TARGET] = math.nan
            return Arrival(at, pace_of(rate, loss), policy, True, at - step)
    return Arrival(0, pace_of(rate, loss), policy, True, at - step)


@register_jitable(forceinline=True)
def _first_at_least(sums, low, target):
    """The first place from `low` on whose sum is at least the target; beyond the end if there is none."""
    end = sums.shape[0]
    stride, high = 1, low
    while high < end and sums[high] < target:
        low = high + 1
        high += stride
        stride *= 2
    high = min(high, end)
    while low < high:
        middle = (low + high) // 2
        if sums[middle] >= target:
            high = middle
        else:
            low = middle + 1
    return low
