"""A rate that is drawn afresh in every step, on a logarithmic scale with a power law."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import exponential, uniform
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, part

_LN2 = math.log(2.0)
#: the strata of u, of this width, and how many there are
_STEP, _STRATA = 0.125, 640


@part
class PowerLawStatic(AbstractRate):
    """The rate p = exp(-u) <= 1/2, where u has the density eps (ln 2)^eps / u^(1 + eps) on u >= ln 2.

    Drawn by inversion, u = ln 2 / U^(1/eps), in every step anew, whatever n: unbiased, with no memory and no schedule.
    On a linear function of n bits T is about n (ln n)^(2 + eps) / (eps (ln 2)^eps); T = O(n (ln n)^2) is impossible for
    any such law.

    Args:
        eps: positive; small values spread the rates over more scales.

    Reference: the class of static unbiased algorithms of Einarsson et al., The linear hidden subset problem for the
    (1+1) EA with scheduled and adaptive mutation rates, GECCO 2018; this law is ours.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.PowerLawStatic(1.0)), d.OneMax(30), seed=1).reached
        True
    """

    eps: float

    @property
    def waiting(self) -> Waiting:
        """The rate is drawn afresh in every step."""
        return Waiting.STRATA

    @property
    def sees(self) -> frozenset[str]:
        """Nothing else."""
        return frozenset()

    def __post_init__(self) -> None:
        action = "Pass a positive exponent, for example 1.0."
        object.__setattr__(self, "eps", checks.real("eps", self.eps, 0, math.inf, action, open_low=True))

    def strata(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Steps of u, the last of which is unbounded."""
        del n
        edges = _LN2 + _STEP * np.arange(_STRATA)
        beyond = np.append((_LN2 / edges) ** self.eps, 0.0)
        return beyond[:-1] - beyond[1:], np.exp(-edges)

    def lower(self, n: int) -> LoweredPowerLawStatic:
        """The named tuple that kernels see."""
        return LoweredPowerLawStatic(self.eps)


class LoweredPowerLawStatic(NamedTuple):
    """`PowerLawStatic` as kernels see it."""

    eps: float


@implements_lowered(LoweredPowerLawStatic)
def start(policy, n):
    """No state to speak of."""
    return (0.0,)


@implements_lowered(LoweredPowerLawStatic)
def draw(policy, state, view, n, stream):
    """By inversion; beyond u = e^700 ln 2 the rate is 0 in floating point, and so is the probability that bits flip."""
    return math.exp(-_LN2 * math.exp(min(700.0, exponential(stream) / policy.eps)))


@implements_lowered(LoweredPowerLawStatic)
def within(policy, stratum, n, stream):
    """By inversion between the edges of the stratum."""
    low = _LN2 + _STEP * stratum
    first = math.exp(policy.eps * math.log(_LN2 / low))
    last = 0.0 if stratum == _STRATA - 1 else math.exp(policy.eps * math.log(_LN2 / (low + _STEP)))
    share = first - uniform(stream) * (first - last)
    u = _LN2 * math.exp(min(700.0, -math.log(share) / policy.eps))
    return min(math.exp(-u), math.exp(-low))
