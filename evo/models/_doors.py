"""What the constructors of networks check."""

from __future__ import annotations

from typing import Any

from evo.core import checks


def size(argument: str, value: Any) -> int:
    """A number of units, at least 1."""
    return checks.integer(argument, value, 1, f"Pass the number of units, for example {argument}=32.")


def length(argument: str, x: Any, expected: int) -> None:
    """Refuse a vector of another length, or a batch."""
    if x.shape != (expected,):
        action = "Networks take one example; map them over a batch with jax.vmap."
        raise checks.bad_value(argument, x.shape, f"have shape ({expected},)", action)
