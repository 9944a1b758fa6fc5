"""The generation of the (1+1) scheme: one parent, one offspring."""

from __future__ import annotations

from typing import NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.functions import Event, Generation, PolicyView
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import INVALID_RATE, NON_FINITE, PAUSED, flip, note_best, reached
from evo.discrete.engines.streams import uniform


class LoweredSingle(NamedTuple):
    """The (1+1) scheme as kernels see it."""

    unused: int


@implements_lowered(LoweredSingle)
def generate(algorithm, parts, work, instance, cache, herd, policy, step, zeros, offspring, target):
    """Draw a rate, mutate, compare, accept, adapt."""
    n, x, flips, stream = parts.n, work.x, work.flips, work.stream
    rate = float(f.draw(parts.rate, policy, PolicyView(step, f.level(instance, cache), zeros, 0), n, stream))
    work.rate[0] = rate
    if not (rate >= 0.0 and rate <= 1.0):
        return Generation(INVALID_RATE, policy, zeros, 0, False)
    count = f.flips(parts.mutation, rate, n, stream, flips, work.memo)
    magnitude = 0.0
    if f.weighs(parts.acceptance):
        sign, magnitude = f.gain(instance, cache, x, flips, count, work.function_stream)
        if magnitude - magnitude != 0.0:
            sign = -2
    else:
        sign = f.compare(instance, cache, x, flips, count, work.function_stream)
    if sign < -1:
        return Generation(NON_FINITE, policy, zeros, 0, False)
    u = uniform(stream) if f.draws(parts.acceptance) else 0.0
    toss = uniform(stream) if f.tosses(parts.rate) else 0.0
    kept = f.keep(parts.acceptance, sign, magnitude, u) and count > 0
    place = 0
    if kept:
        zeros = flip(x, flips, count, zeros)
        f.commit(instance, cache, x, flips, count)
        if parts.tracked and sign > 0:
            note_best(instance, cache, x, work)
        if reached(instance, cache, x, zeros, target):
            place = 2 if f.redrawn(instance) else 1
    policy = f.update(parts.rate, policy, Event(step, sign, count == 0, count, 0, toss), n)
    return Generation(PAUSED, policy, zeros, place, kept and sign > 0)
