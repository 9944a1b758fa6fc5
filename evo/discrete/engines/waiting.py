"""What a rate policy declares about the steps in which nothing improves."""

from __future__ import annotations

import enum
from typing import Any

from evo.core import checks


class Waiting(enum.Enum):
    """How a rate policy behaves while nothing improves: what the event engine may do in place of single steps.

    A declaration, tested by `d.check`. A policy that declares nothing is walked: its rate is drawn, and its state
    updated, in every step, at the cost of one uniform number and with the string untouched.

    Example:
        >>> from evo import discrete as d
        >>> d.Static(strength=1.0).waiting
        Waiting.CONSTANT
    """

    STEPS = "nothing is known: every step is drawn"
    CONSTANT = "the rate depends on the number of zero-bits and on the level alone, there is no update"
    SCHEDULE = "the rate depends on the number of the step alone, there is no update"
    FAILURES = (
        "the rate depends on the state alone, and every step that is no strict improvement updates it in the same way"
    )
    SIGNS = "the rate depends on the state alone, whose update sees the step number and the sign of the comparison"
    STRATA = "the rate is drawn afresh in every step, from the strata that the policy states; there is no update"

    def __repr__(self) -> str:
        return f"Waiting.{self.name}"


#: declarations of policies that have no update
UPDATELESS = (Waiting.CONSTANT, Waiting.SCHEDULE, Waiting.STRATA)
#: what a policy may look at besides steps and comparisons
SEEN = frozenset({"zeros", "level", "flips"})


def check_declarations(policy: Any) -> None:
    """Refuse a `waiting` or `sees` that engines would not understand."""
    waiting, sees = policy.waiting, policy.sees
    if not isinstance(waiting, Waiting):
        action = f"Write waiting = d.Waiting.STEPS in {type(policy).__name__}, or another member."
        raise checks.bad_type("waiting", waiting, "be a member of d.Waiting", action)
    named = ", ".join(repr(name) for name in sorted(SEEN))
    action = f'Write, for example, sees = frozenset({{"zeros"}}) in {type(policy).__name__}.'
    if not isinstance(sees, frozenset | set):
        raise checks.bad_type("sees", sees, f"be a set of names out of {named}", action)
    if not sees <= SEEN:
        raise checks.bad_value("sees", set(sees - SEEN), f"hold only names out of {named}", action)
