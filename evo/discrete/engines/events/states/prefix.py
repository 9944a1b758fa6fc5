"""LeadingOnes by level jumps: the bits behind the first zero-bit stay uniformly random, and nobody looks at them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from numba.extending import register_jitable

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import nothing_chance, prefix_chance, prefix_equal_chance
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import next_word, seed_stream, trailing_ones


class Prefix(NamedTuple):
    """The number of leading one-bits; `missing` is the number of bits from the first zero-bit on."""

    problem: Any


@register_jitable(forceinline=True)
def _ones_before_zero(stream, most):
    """The number of one-bits before the first zero-bit among `most` random bits."""
    found = 0
    while found < most:
        ones = trailing_ones(next_word(stream))
        found += ones
        if ones < 64:
            break
    return min(found, most)


@implements_lowered(Prefix)
def open_state(kind, parts, work):
    """Draw the level of a uniformly random start."""
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    return kind.problem, f.NoCache(0), parts.n - _ones_before_zero(work.stream, parts.n)


@implements_lowered(Prefix)
def restore_state(kind, parts, work, missing):
    """Nothing but the number."""
    return kind.problem, f.NoCache(0)


@implements_lowered(Prefix)
def hazard_of(kind, blend, loss, n, missing):
    """The first zero-bit flips and no bit before it."""
    chance = prefix_chance(blend, loss, n, n - missing)
    return -math.log1p(-chance) if chance < 1.0 else math.inf


@implements_lowered(Prefix)
def chance_of(kind, blend, loss, n, missing):
    """The first zero-bit flips and no bit before it."""
    return prefix_chance(blend, loss, n, n - missing)


@implements_lowered(Prefix)
def chance_bound(kind, blend, loss, n, missing):
    """The first zero-bit flips."""
    return blend.factor * blend.rate + blend.single / n


@implements_lowered(Prefix)
def failures_of(kind, blend, loss, n, missing):
    """Flips behind the first zero-bit alone are neutral."""
    return prefix_equal_chance(blend, loss, n, n - missing), nothing_chance(blend, loss, n)


@implements_lowered(Prefix)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """An improvement."""
    return 1, 1, 0


@implements_lowered(Prefix)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """One more bit, and the one-bits that happen to follow."""
    if not kept:
        return missing
    return missing - 1 - _ones_before_zero(work.stream, missing - 1)


@implements_lowered(Prefix)
def level_of_state(kind, instance, cache, n, missing):
    """The number of leading one-bits."""
    return n - missing


@implements_lowered(Prefix)
def zeros_of_state(kind, missing):
    """Not known."""
    return -1


@implements_lowered(Prefix)
def worth(kind, instance, cache, work, n, missing):
    """The number of leading one-bits."""
    return float(n - missing)
