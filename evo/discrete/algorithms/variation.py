"""How an algorithm's rate policy and mutation go together."""

from __future__ import annotations

from typing import Any

from evo.core import checks
from evo.discrete.parts import AbstractMutation, AbstractRate
from evo.discrete.rates.static import Static


def check_variation(rate: Any, mutation: Any) -> None:
    """Refuse what is no mutation, a missing rate policy, and one that the mutation would not ask."""
    checks.instance_of("mutation", mutation, AbstractMutation, "Pass for example d.StandardBits().")
    if mutation.rated:
        action = (
            "Pass a rate policy such as d.Static(strength=1.0); a number does not say whether it is rate or strength."
        )
        checks.instance_of("rate", rate, AbstractRate, action)
    elif rate is not None:
        action = "Leave out the rate, or use d.StandardBits()."
        raise checks.bad_value("rate", rate, f"be None: {mutation!r} has a law of its own", action)


def policy_of(rate: AbstractRate | None, mutation: AbstractMutation, n: int) -> AbstractRate:
    """The rate policy; of a mutation with a law of its own, its expected fraction of flipped bits."""
    return Static(rate=mutation.own_rate(n)) if rate is None else rate
