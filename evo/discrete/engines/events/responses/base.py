"""What an algorithm makes of a step in which a zero-bit flips."""

from __future__ import annotations

from typing import Any, NamedTuple

from evo.discrete.engines.generic import generic


class Response(NamedTuple):
    """The outcome of the step."""

    #: 0, or why the run ends here (see `kernels`)
    code: int
    #: the state of the rate policy
    policy: Any
    #: what is missing of the current string
    missing: int
    #: the place, from 1, of the first optimal evaluation of the step; 0 if there was none
    place: int
    #: whether the step was an improvement
    improved: bool


@generic(default=False)
def respond(algorithm, parts, instance, cache, work, policy, pace, step, missing, target):
    """Draw the candidates of a step at the rate of `pace`, compare, accept, adapt."""
