"""Instances of random problems: drawn afresh for every run, or fixed by a seed of their own."""

from __future__ import annotations

from dataclasses import dataclass

from evo.core import checks
from evo.core.keys import Key


@dataclass(frozen=True)
class PerRun:
    """Every run draws its own instance, from the run's key."""


@dataclass(frozen=True)
class Fixed:
    """All runs play the instance that belongs to `seed`; it is built once and shared by runs and threads.

    Args:
        seed: a non-negative integer, independent of the seeds of the runs.
    """

    seed: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", checks.integer("seed", self.seed, 0, "Pass an integer such as Fixed(seed=1)."))

    def key(self) -> Key:
        """The key of the instance."""
        return Key(self.seed)


Instance = PerRun | Fixed


def checked(instance: Instance) -> Instance:
    """The instance rule, checked."""
    action = "Pass d.PerRun() for a new instance in every run, or d.Fixed(seed=1) for the same one in all."
    return checks.instance_of("instance", instance, (PerRun, Fixed), action)
