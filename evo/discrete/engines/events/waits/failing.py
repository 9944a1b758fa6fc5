"""The state follows a fixed path while nothing improves: hazards are summed up, and nothing is drawn."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import log_survival, pace_of, waited
from evo.discrete.engines.events.states.base import hazard_of
from evo.discrete.engines.events.waits.base import (
    REACHED,
    TARGET,
    Arrival,
    arrived,
    invalid,
    is_rate,
    view_of,
)
from evo.discrete.engines.functions import Event
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential


class Failing(NamedTuple):
    """Every step that is no strict improvement is a failure with sign -1."""

    #: whether rate or update may depend on the number of the step
    stepped: bool


@implements_lowered(Failing)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """Step by step until the path ends in a state that failures do not change; then in closed form."""
    n, pending, stream = parts.n, work.pending, work.stream
    if pace.ahead > 0:
        return arrived(pace, pace.ahead, bound, policy, 0)
    if math.isnan(pending[TARGET]):
        pending[TARGET], pending[REACHED] = fast_exponential(stream), 0.0
    at, reached, target, rate, loss = step, pending[REACHED], pending[TARGET], pace.rate, pace.loss
    while at < bound:
        view = view_of(kind, instance, cache, n, at + 1, missing)
        rate = float(f.draw(parts.rate, policy, view, n, stream))
        if not is_rate(rate):
            return invalid(rate, at + 1, policy, at - step)
        loss = log_survival(rate)
        hazard = offspring * hazard_of(kind, f.blend(parts.mutation, rate, n), loss, n, missing)
        reached += hazard
        at += 1
        if reached >= target:
            pending[TARGET] = math.nan
            return Arrival(at, pace_of(rate, loss), policy, True, at - step)
        after = f.update(parts.rate, policy, Event(at, -1, False, 0, 0, 0.0), n)
        if not wait.stepped and after == policy:
            pending[TARGET] = math.nan
            found = waited(hazard, target - reached, at)
            return arrived(pace_of(rate, loss), found, bound, policy, at - step)
        policy = after
    pending[REACHED] = reached
    return Arrival(0, pace_of(rate, loss), policy, True, at - step)
