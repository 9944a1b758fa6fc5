"""Rate control by equal fitness: aim at a probability 1/e that the fitness does not change."""

from __future__ import annotations

import math
from typing import NamedTuple

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part


@part
class EqualFitnessRule(AbstractRate):
    """The 1/e rule: p <- min(1/2, p F^(e - 1)) if f(y) = f(x), else p / F.

    A relevant bit is flipped iff, essentially, the fitness changes, with probability 1 - e^(-c) at strength c; the
    rule is stationary at c = 1 without knowing how many bits are relevant.

    Args:
        factor: F > 1 in the first step; F_t = 1 + (factor - 1) / t^decay in step t.
        decay: 0 (default) for a constant factor; 0 < decay <= 1 lets the fluctuations die out, for example
            factor=2, decay=0.5 for F_t = 1 + 1 / sqrt(t).
        initial: the first rate, in (0, 1/2].

    Reference: reconstruction of the adaptive algorithm of Einarsson et al., The linear hidden subset problem for the
    (1+1) EA with scheduled and adaptive mutation rates, GECCO 2018; the paper's own trigger was not available.

    Example:
        >>> from evo import discrete as d
        >>> d.EqualFitnessRule(factor=1.1)
        EqualFitnessRule(factor=1.1, decay=0.0, initial=0.5)
    """

    factor: float
    decay: float = 0.0
    initial: float = 0.5

    @property
    def waiting(self) -> Waiting:
        """The update sees comparisons."""
        return Waiting.SIGNS

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        action = "Pass for example EqualFitnessRule(factor=1.1)."
        object.__setattr__(self, "factor", checks.real("factor", self.factor, 1, 1e100, action, open_low=True))
        action = "With decay > 1 the rate could not travel far enough; pass a number in [0, 1]."
        object.__setattr__(self, "decay", checks.real("decay", self.decay, 0, 1, action))
        action = "The rule caps rates at 1/2; pass a probability per bit."
        object.__setattr__(self, "initial", checks.real("initial", self.initial, 0, 0.5, action, open_low=True))

    def lower(self, n: int) -> LoweredEqualFitnessRule:
        """The named tuple that kernels see."""
        raise_by = math.exp((math.e - 1.0) * math.log(self.factor))
        return LoweredEqualFitnessRule(self.factor, self.decay, self.initial, raise_by)


class LoweredEqualFitnessRule(NamedTuple):
    """`EqualFitnessRule` as kernels see it."""

    factor: float
    decay: float
    initial: float
    #: F^(e - 1), of a constant factor
    raise_by: float


@implements_lowered(LoweredEqualFitnessRule)
def start(policy, n):
    """The current rate is the state."""
    return (policy.initial,)


@implements_lowered(LoweredEqualFitnessRule)
def draw(policy, state, view, n, stream):
    """The current rate."""
    return state[0]


@implements_lowered(LoweredEqualFitnessRule)
def update(policy, state, event, n):
    """Up by F^(e - 1) if nothing relevant happened, down by F otherwise."""
    if policy.decay == 0.0:
        return (min(0.5, state[0] * policy.raise_by),) if event.sign == 0 else (state[0] / policy.factor,)
    shrink = math.exp(-policy.decay * math.log(float(event.step)))
    factor = 1.0 + (policy.factor - 1.0) * shrink
    if event.sign == 0:
        return (min(0.5, state[0] * math.exp((math.e - 1.0) * math.log(factor))),)
    return (state[0] / factor,)
