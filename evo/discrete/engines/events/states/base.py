"""State kinds: what of a string the event engine keeps, and how a mutation that flips a zero-bit meets it.

A kind is a named tuple around a lowered problem, on which the generic functions below dispatch. `missing` is the number
of zero-bits; for `Prefix` that of the bits from the first zero-bit on. A mutation that flips a zero-bit is a candidate.
"""

from __future__ import annotations

from evo.discrete.engines.events.blends import candidate_chance, candidate_hazard, nothing_chance
from evo.discrete.engines.generic import generic


@generic(default=False, inline=False)
def open_state(kind, parts, work):
    """Draw instance and start: (instance, cache, what is missing: the zero-bits, or the bits behind the prefix)."""


@generic(default=False, inline=False)
def restore_state(kind, parts, work, missing):
    """(instance, cache) of a run whose arrays are in `work`."""


@generic(default=True)
def hazard_of(kind, blend, loss, n, missing):
    """-ln(1 - the probability that a mutation is a candidate): that it flips a zero-bit."""
    return candidate_hazard(blend, loss, n, missing)


@generic(default=True)
def chance_of(kind, blend, loss, n, missing):
    """The probability that a mutation is a candidate."""
    return candidate_chance(blend, loss, n, missing)


@generic(default=True)
def chance_bound(kind, blend, loss, n, missing):
    """An upper bound of it, that costs nothing."""
    return blend.factor * loss * missing + blend.single * missing / n


@generic(default=True)
def failures_of(kind, blend, loss, n, missing):
    """(P(no candidate and equal), P(nothing flips))."""
    nothing = nothing_chance(blend, loss, n)
    return nothing, nothing


@generic(default=False)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """Draw a candidate: (sign of the comparison, zero-bits that flip, one-bits that flip)."""


@generic(default=False)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Accept the candidate that was just met if it is kept; returns what is missing then."""


@generic(default=True)
def level_of_state(kind, instance, cache, n, missing):
    """The level of the current string, 0 where there are none."""
    return 0


@generic(default=True)
def zeros_of_state(kind, missing):
    """The number of zero-bits, as rate policies see it."""
    return missing


@generic(default=True)
def worth(kind, instance, cache, work, n, missing):
    """The value of the current string, as results report it; by default the number of zero-bits."""
    return float(missing)


@generic(default=True)
def solved_state(kind, instance, cache, missing):
    """Whether the current string is optimal."""
    return missing == 0
