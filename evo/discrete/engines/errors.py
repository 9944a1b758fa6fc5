"""Errors that more than one engine raises."""

from __future__ import annotations

import numbers
from typing import Any

from evo.core import checks


def invalid_rate(policy: Any, rate: float, step: int, n: int) -> ValueError:
    """The error for a policy that returned something that is no probability."""
    return ValueError(
        f"`rate` must lie in [0, 1] (probability per bit); got {rate!r} from {policy!r} in step {step} with n={n}. "
        "Bound what the policy returns, for example min(0.5, ...)."
    )


def checked_memory(policy: Any, state: Any) -> Any:
    """The state of a rate policy, refused unless it is a tuple of numbers."""
    if not (isinstance(state, tuple) and all(isinstance(item, numbers.Number) for item in state)):
        action = "Return for example (1.0,) from `start`, also if the policy remembers nothing."
        raise checks.bad_type(f"start of {policy!r}", state, "return a tuple of numbers", action)
    return state
