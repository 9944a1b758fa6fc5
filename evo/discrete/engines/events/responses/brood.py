"""The (1+lambda) scheme: the best of several offspring, of which at least one flips a zero-bit."""

from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import candidate_chance, candidate_hazard, nothing_chance
from evo.discrete.engines.events.responses.base import Response
from evo.discrete.engines.events.states.arrays import arrange, exchange
from evo.discrete.engines.events.states.strings import draw_candidate
from evo.discrete.engines.functions import Event
from evo.discrete.engines.generations.brood import LoweredBrood
from evo.discrete.engines.generations.selection import hits
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import NON_FINITE, PAUSED, flip, reached
from evo.discrete.engines.streams import uniform


@register_jitable
def _first_candidate(stream, hazard, offspring):
    """The index of the first candidate, given that there is one: a truncated geometric number."""
    if hazard == math.inf:
        return 0
    skipped = -math.log1p(uniform(stream) * math.expm1(-offspring * hazard)) / hazard
    return min(np.int64(skipped), offspring - 1)


@register_jitable
def _swap_streams(work):
    """Go back to the saved stream, and save the present one."""
    for at in range(4):
        word = work.stream[at]
        work.stream[at] = work.saved_stream[at]
        work.saved_stream[at] = word


@register_jitable
def _first_hit(wait, work, instance, blend, pace, n, missing, offspring, target, first, chance):
    """The place of the first offspring that is a hit, found by drawing the candidates again; x holds the parent."""
    for index in range(first, offspring):
        if index > first and uniform(work.stream) >= chance:
            continue
        ups, downs = draw_candidate(wait, work, blend, pace, n, missing)
        uniform(work.stream)
        if hits(instance, work.x, work.flips, ups + downs, missing, target):
            return index + 1
    return 0


@implements_lowered(LoweredBrood)
def respond(algorithm, parts, instance, cache, work, policy, pace, step, missing, target):
    """The best candidate against the parent, and against idle offspring where it ties with the parent.

    Offspring that flip no zero-bit are worse than the parent or clones of it. A clone counts where the best candidate
    is as good as the parent: all that are as good are equally likely to be the best one.
    """
    n, loss, stream, offspring = parts.n, pace.loss, work.stream, parts.offspring
    blend = f.blend(parts.mutation, pace.rate, n)
    chance, idle = candidate_chance(blend, loss, n, missing), nothing_chance(blend, loss, n)
    first = _first_candidate(stream, candidate_hazard(blend, loss, n, missing), offspring)
    for place in range(4):
        work.saved_stream[place] = stream[place]
    best_sign, best_ups, best_downs, rivals, idlers = -1, 0, 0, 0, first
    for index in range(first, offspring):
        if index > first and uniform(stream) >= chance:
            idlers += 1
            continue
        ups, downs = draw_candidate(parts.wait, work, blend, pace, n, missing)
        tie = uniform(stream)
        sign = f.compare(instance, cache, work.x, work.flips, ups + downs, work.function_stream)
        if sign < -1:
            return Response(NON_FINITE, policy, missing, 0, False)
        if sign < 0 or sign < best_sign:
            continue
        verdict = sign - best_sign
        if verdict == 0 and sign > 0:
            count = best_ups + best_downs
            verdict = f.contest(
                instance, cache, work.x, work.flips, ups + downs, work.best_flips, count, work.function_stream
            )
        rivals = rivals + 1 if verdict == 0 else (1 if verdict > 0 else rivals)
        if verdict > 0 or (verdict == 0 and tie * rivals < 1.0):
            best_sign, best_ups, best_downs = sign, ups, downs
            for at in range(ups + downs):
                work.best_flips[at] = work.flips[at]
            for at in range(ups):
                work.best_ups[at] = work.ups[at]
            for at in range(downs):
                work.best_downs[at] = work.downs[at]
    clones = 0
    if best_sign <= 0:
        for _ in range(idlers):
            clones += 1 if uniform(stream) * (1.0 - chance) < idle else 0
    own = True  # whether the best offspring is a candidate
    if best_sign == 0 and clones > 0:
        own = uniform(stream) * (rivals + clones) < rivals
    sign = best_sign if best_sign >= 0 else (0 if clones > 0 else -1)
    toss = uniform(stream) if f.tosses(parts.rate) else 0.0
    kept, place = own and best_sign >= 0 and f.keep(parts.acceptance, best_sign, 0.0, 0.0), 0
    if kept:
        before, count = missing, best_ups + best_downs
        missing = flip(work.x, work.best_flips, count, before)
        f.commit(instance, cache, work.x, work.best_flips, count)
        if reached(instance, cache, work.x, missing, target):
            flip(work.x, work.best_flips, count, missing)
            _swap_streams(work)
            place = _first_hit(parts.wait, work, instance, blend, pace, n, before, offspring, target, first, chance)
            place += 1 if parts.redrawn else 0
            for at in range(4):
                stream[at] = work.saved_stream[at]
            flip(work.x, work.best_flips, count, before)
        arrange(work.best_ups, work.best_downs, best_ups, best_downs)
        exchange(work.order, work.best_ups, work.best_downs, before, best_ups, best_downs)
    policy = f.update(parts.rate, policy, Event(step, sign, False, best_ups + best_downs, 0, toss), n)
    return Response(PAUSED, policy, missing, place, kept and sign > 0)
