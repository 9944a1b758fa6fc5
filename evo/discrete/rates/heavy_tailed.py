"""A heavy-tailed rate: strengths from a power law, drawn afresh in every step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.sampling import first_above
from evo.discrete.engines.streams import uniform
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part
from evo.discrete.power_law import PowerLaw


@part
class HeavyTailed(AbstractRate):
    """The rate a / n with P(a) = a^(-exponent) / C on a = 1, ..., high, drawn afresh in every step.

    Args:
        exponent: positive, usually above 1; 1.5 is the usual choice.
        high: largest a, in [1, n]; floor(n/2), but at least 1, if None.

    With standard bits this is the fast (1+1)-EA. The variant that flips exactly a bits is
    `FlipCount(PowerLaw(exponent))`.

    Reference: Doerr, Le, Makhmara and Nguyen, Fast genetic algorithms, GECCO 2017, the operator fmut_beta.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.HeavyTailed(1.5)), d.OneMax(50), seed=1).reached
        True
    """

    exponent: float
    high: int | None = None

    @property
    def waiting(self) -> Waiting:
        """The rate is drawn afresh in every step."""
        return Waiting.STRATA

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        law = PowerLaw(self.exponent, self.high)
        object.__setattr__(self, "exponent", law.exponent)
        object.__setattr__(self, "high", law.high)

    @property
    def law(self) -> PowerLaw:
        """The law of a."""
        return PowerLaw(self.exponent, self.high)

    def check(self, n: int) -> None:
        """Refuse a `high` above n."""
        self.law.largest(n)

    def strata(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """One rate each."""
        probabilities = self.law.probabilities(n)[:0:-1]
        return probabilities, np.arange(len(probabilities), 0, -1) / n

    def lower(self, n: int) -> LoweredHeavyTailed:
        """The named tuple that kernels see."""
        return LoweredHeavyTailed(self.law.table(n))


class LoweredHeavyTailed(NamedTuple):
    """`HeavyTailed` as kernels see it."""

    #: the distribution function of a at 0, 1, ..., high
    table: np.ndarray


@implements_lowered(LoweredHeavyTailed)
def start(policy, n):
    """No state to speak of."""
    return (0.0,)


@implements_lowered(LoweredHeavyTailed)
def draw(policy, state, view, n, stream):
    """By inversion."""
    return first_above(policy.table, 0, uniform(stream)) / n


@implements_lowered(LoweredHeavyTailed)
def within(policy, stratum, n, stream):
    """The rate of the stratum."""
    return (policy.table.shape[0] - 1 - stratum) / n
