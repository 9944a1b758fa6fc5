"""The tabulated chain of the number of zero-bits: only improvements are simulated."""

from __future__ import annotations

from typing import Any, NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.states.counts import counted_value
from evo.discrete.engines.events.tables import drawn_net, summed_hazard
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import seed_stream


class Jumps(NamedTuple):
    """The number of zero-bits, and the law of its improvements."""

    problem: Any
    #: see `tables.JumpTable`
    table: Any


@implements_lowered(Jumps)
def open_state(kind, parts, work):
    """Draw the number of zero-bits of the start."""
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    return kind.problem, f.NoCache(0), f.zero_bits(parts.start, parts.n, work.stream)


@implements_lowered(Jumps)
def restore_state(kind, parts, work, missing):
    """Nothing but the number."""
    return kind.problem, f.NoCache(0)


@implements_lowered(Jumps)
def hazard_of(kind, blend, loss, n, missing):
    """Out of the table; beyond it, by the sum."""
    if missing < kind.table.hazards.shape[0]:
        return kind.table.hazards[missing]
    return summed_hazard(kind.problem, blend, loss, n, missing)


@implements_lowered(Jumps)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """An improvement, by so many bits."""
    net = drawn_net(kind.problem, kind.table, work.stream, blend, pace.loss, n, missing)
    return 1, max(net, 0), max(-net, 0)


@implements_lowered(Jumps)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Count."""
    return missing + (downs - ups) * int(kept)


@implements_lowered(Jumps)
def worth(kind, instance, cache, work, n, missing):
    """The value that belongs to the number."""
    return counted_value(kind.problem, n, missing)
