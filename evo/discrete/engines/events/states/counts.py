"""The number of zero-bits alone, where comparisons depend on how many bits are gained and lost."""

from __future__ import annotations

from typing import Any, NamedTuple

from evo.discrete.engines import functions as f
from evo.discrete.engines.events.blends import is_lone, numbers
from evo.discrete.engines.generic import generic, implements_lowered
from evo.discrete.engines.streams import seed_stream


class Counts(NamedTuple):
    """The number of zero-bits."""

    problem: Any


@generic(default=True)
def counted_value(problem, n, zeros):
    """The value of a string with so many zero-bits, of a problem that `decide`s by counts."""
    return float(zeros)


@implements_lowered(Counts)
def open_state(kind, parts, work):
    """Draw the number of zero-bits of the start."""
    seed_stream(work.stream, work.keys[1, 0], work.keys[1, 1], 0)
    return kind.problem, f.NoCache(0), f.zero_bits(parts.start, parts.n, work.stream)


@implements_lowered(Counts)
def restore_state(kind, parts, work, missing):
    """Nothing but the number."""
    return kind.problem, f.NoCache(0)


@implements_lowered(Counts)
def meet(kind, wait, instance, cache, work, blend, pace, n, missing):
    """Ask the problem what counts."""
    stream, ups, downs = work.stream, 1, 0
    if not is_lone(stream, blend, pace.loss, n, missing):
        ups, downs = numbers(wait, stream, pace, n, missing)
    return f.decide(instance, missing, ups, downs, work.stream), ups, downs


@implements_lowered(Counts)
def take(kind, instance, cache, work, n, missing, ups, downs, kept):
    """Count."""
    return missing + (downs - ups) * int(kept)


@implements_lowered(Counts)
def worth(kind, instance, cache, work, n, missing):
    """The value that belongs to the number."""
    return counted_value(kind.problem, n, missing)
