"""The (1+1) scheme: the candidate against its parent."""

from __future__ import annotations

import math

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.responses.base import Response
from evo.discrete.engines.events.states.base import meet, solved_state, take, worth
from evo.discrete.engines.functions import Event
from evo.discrete.engines.generations.single import LoweredSingle
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import NON_FINITE, PAUSED
from evo.discrete.engines.streams import uniform


@implements_lowered(LoweredSingle)
def respond(algorithm, parts, instance, cache, work, policy, pace, step, missing, target):
    """Compare, accept, adapt."""
    n = parts.n
    blend = f.blend(parts.mutation, pace.rate, n)
    sign, ups, downs = meet(parts.kind, parts.wait, instance, cache, work, blend, pace, n, missing)
    if sign < -1:
        return Response(NON_FINITE, policy, missing, 0, False)
    toss = uniform(work.stream) if f.tosses(parts.rate) else 0.0
    kept, place = f.keep(parts.acceptance, sign, 0.0, 0.0), 0
    missing = take(parts.kind, instance, cache, work, n, missing, ups, downs, kept)
    found = solved_state(parts.kind, instance, cache, missing)  # a candidate that was not kept leaves no optimum
    if not found and not math.isnan(target) and kept:
        found = worth(parts.kind, instance, cache, work, n, missing) >= target
    if found:
        place = 2 if parts.redrawn else 1
    policy = f.update(parts.rate, policy, Event(step, sign, False, ups + downs, 0, toss), n)
    return Response(PAUSED, policy, missing, place, kept and sign > 0)
