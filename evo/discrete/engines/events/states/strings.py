"""The string and its positions: for every strictly monotone function, users' own included."""

from __future__ import annotations

from typing import Any, NamedTuple

from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import FEW, is_lone, numbers
from evo.discrete.engines.events.states.arrays import arrange, draw_another, draw_many, draw_one, exchange, partition
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.kernels import flip
from evo.discrete.engines.streams import seed_stream


class Strings(NamedTuple):
    """The string, and its positions, zero-bits first."""

    problem: Any


@implements_lowered(Strings)
def open_state(kind, parts, work):
    """Draw instance and string."""
    instance = f.instance(kind.problem, work.keys[3])
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    f.place(parts.start, parts.n, work.stream, work.x)
    return instance, f.prepare(instance, work.x), partition(work.x, work.order)


@implements_lowered(Strings)
def restore_state(kind, parts, work, missing):
    """Draw the instance, and prepare it for the string."""
    instance = f.instance(kind.problem, work.keys[3])
    return instance, f.prepare(instance, work.x)


@register_jitable(forceinline=True)
def draw_places(wait, work, pace, n, missing):
    """All places of a candidate; returns the numbers."""
    if n * pace.rate >= FEW:
        return draw_many(work, pace, n, missing)
    ups, downs = numbers(wait, work.stream, pace, n, missing)
    for at in range(ups):
        draw_another(work.stream, missing, work.ups, at)
    for at in range(downs):
        draw_another(work.stream, n - missing, work.downs, at)
    return ups, downs


@register_jitable(forceinline=True)
def draw_candidate(wait, work, blend, pace, n, missing):
    """Write a candidate's places to `work.ups` and `work.downs`, its positions to `work.flips`; returns the numbers."""
    if is_lone(work.stream, blend, pace.loss, n, missing):
        ups, downs = draw_one(work, missing), 0
    else:
        ups, downs = draw_places(wait, work, pace, n, missing)
    for at in range(ups):
        work.flips[at] = work.order[work.ups[at]]
    for at in range(downs):
        work.flips[ups + at] = work.order[missing + work.downs[at]]
    return ups, downs


@implements_lowered(Strings)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """Ask the function."""
    ups, downs = draw_candidate(wait, work, blend, pace, n, missing)
    return f.compare(instance, cache, work.x, work.flips, ups + downs, work.function_stream), ups, downs


@implements_lowered(Strings)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Flip, and let the cache follow."""
    if not kept:
        return missing
    arrange(work.ups, work.downs, ups, downs)
    exchange(work.order, work.ups, work.downs, missing, ups, downs)
    after = flip(work.x, work.flips, ups + downs, missing)
    f.commit(instance, cache, work.x, work.flips, ups + downs)
    return after


@implements_lowered(Strings)
def level_of_state(kind, instance, cache, n, missing):
    """The function's level."""
    return f.level(instance, cache)


@implements_lowered(Strings)
def worth(kind, instance, cache, work, n, missing):
    """The function's value."""
    return float(f.value(instance, cache, work.x))


@implements_lowered(Strings)
def solved_state(kind, instance, cache, missing):
    """As the function says."""
    return f.solved(instance, cache, missing)
