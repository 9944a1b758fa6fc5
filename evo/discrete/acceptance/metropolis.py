"""Metropolis acceptance: worse offspring are accepted with a probability that falls with the loss."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractAcceptance, part


@part
class Metropolis(AbstractAcceptance):
    """Accept iff f(y) >= f(x), and otherwise with probability exp((f(y) - f(x)) / temperature).

    Args:
        temperature: positive, in units of the fitness.

    Refused on problems whose values are only ordered. The best string so far is kept beside the current one.

    Reference: Metropolis, Rosenbluth, Rosenbluth, Teller and Teller, Equation of state calculations by fast computing
    machines, 1953; with one-bit mutation, randomized local search that may go back.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.RandomLocalSearch(acceptance=d.Metropolis(0.2)), d.OneMax(30), seed=1).reached
        True
    """

    temperature: float

    def __post_init__(self) -> None:
        action = "Pass a positive temperature in units of the fitness; for temperature 0 take d.Elitist()."
        temperature = checks.real("temperature", self.temperature, 0, math.inf, action, open_low=True)
        object.__setattr__(self, "temperature", temperature)

    def lower(self, n: int) -> LoweredMetropolis:
        """The named tuple that kernels see."""
        return LoweredMetropolis(self.temperature)


class LoweredMetropolis(NamedTuple):
    """`Metropolis` as kernels see it."""

    temperature: float


@implements_lowered(LoweredMetropolis)
def keep(acceptance, sign, magnitude, u):
    """Not worse, or by chance."""
    return sign >= 0 or u < math.exp(magnitude / acceptance.temperature)


@implements_lowered(LoweredMetropolis)
def weighs(acceptance):
    """It does."""
    return True


@implements_lowered(LoweredMetropolis)
def draws(acceptance):
    """It does."""
    return True
