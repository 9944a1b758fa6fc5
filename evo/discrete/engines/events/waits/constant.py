"""The rate only changes with the string: a geometric number of steps, in closed form."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import log_survival, pace_of, waited
from evo.discrete.engines.events.states.base import hazard_of
from evo.discrete.engines.events.waits.base import arrived, invalid, is_rate, view_of
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import fast_exponential


class Constant(NamedTuple):
    """A geometric wait."""

    unused: int


@implements_lowered(Constant)
def arrive(wait, kind, parts, instance, cache, work, policy, pace, step, missing, offspring, bound):
    """One exponential number."""
    if pace.ahead > 0:
        return arrived(pace, pace.ahead, bound, policy, 0)
    n = parts.n
    view = view_of(kind, instance, cache, n, step + 1, missing)
    rate = float(f.draw(parts.rate, policy, view, n, work.stream))
    if not is_rate(rate):
        return invalid(rate, 0, policy, 0)
    if rate != pace.rate:
        pace = pace_of(rate, log_survival(rate))
    hazard = offspring * hazard_of(kind, f.blend(parts.mutation, rate, n), pace.loss, n, missing)
    found = waited(hazard, fast_exponential(work.stream), step)
    return arrived(pace, found, bound, policy, 0)
