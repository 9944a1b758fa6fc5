"""Nothing is known of the policy: one uniform number per step, with the string untouched."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import failed_number, log_survival, pace_of
from evo.discrete.engines.events.states.base import chance_bound, chance_of, failures_of
from evo.discrete.engines.events.waits.base import Arrival, invalid, is_rate, view_of
from evo.discrete.engines.functions import Event
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import uniform


class Walking(NamedTuple):
    """Better, equal, idle or worse: that is all that a step is to a policy, and perhaps how many bits flipped."""

    #: whether the policy's `update` looks at the number of flips
    counted: bool


@implements_lowered(Walking)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """One uniform number per step, compared with the chances of each outcome."""
    n, stream, at, rate, loss = parts.n, work.stream, step, pace.rate, pace.loss
    while at < bound:
        drawn = float(f.draw(parts.rate, policy, view_of(kind, instance, cache, n, at + 1, missing), n, stream))
        if not is_rate(drawn):
            return invalid(drawn, at + 1, policy, at - step)
        at += 1
        if drawn != rate:
            rate, loss = drawn, log_survival(drawn)
        blend = f.blend(parts.mutation, rate, n)
        u = uniform(stream)
        likely = u >= 1.0 - chance_bound(kind, blend, loss, n, missing)
        if likely and u >= 1.0 - chance_of(kind, blend, loss, n, missing):
            return Arrival(at, pace_of(rate, loss), policy, True, at - step)
        equal, idle = failures_of(kind, blend, loss, n, missing)
        flips = failed_number(blend, loss, n, missing, stream) if wait.counted and u >= idle else 0
        toss = uniform(stream) if f.tosses(parts.rate) else 0.0
        sign = 0 if u < equal else -1
        policy = f.update(parts.rate, policy, Event(at, sign, u < idle, flips, 0, toss), n)
    return Arrival(0, pace_of(rate, loss), policy, True, at - step)
