"""Standard bit mutation without idle steps: drawn again until something flips."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from evo.discrete.engines.functions import Blend
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.sampling import distinct_positions, jumps, positive_flip_number
from evo.discrete.engines.streams import below
from evo.discrete.parts import AbstractMutation, flip_sizes, part


@part
class Resampled(AbstractMutation):
    """Standard bit mutation given that at least one bit flips; only mutations that flip something are counted.

    P(S) = p^|S| (1 - p)^(n - |S|) / (1 - (1 - p)^n) for every nonempty set S of positions, at the rate p. At a static
    rate E[T] is 1 - (1 - p)^n times that of standard bits. Rate 0 is the limit: exactly one uniformly random bit.

    Reference: Carvalho Pinto and Doerr, Towards a more practice-aware runtime analysis of evolutionary algorithms, 2018
    (the (1+1)-EA with resampling).

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> ea = d.OnePlusOne(rate=d.Static(strength=1.0), mutation=d.Resampled())
        >>> evo.run(ea, d.OneMax(50), seed=1).reached
        True
    """

    def lower(self, n: int) -> LoweredResampled:
        """The named tuple that kernels see."""
        return LoweredResampled(0)

    def law_of_flips(self, n: int, rate: float) -> np.ndarray:
        """The formula; for rate 0 its limit."""
        sizes = flip_sizes(n)
        if rate == 0.0:
            return np.where(sizes == 1, 1.0 / n, 0.0)
        law = np.where(sizes == 0, 0.0, rate**sizes * (1.0 - rate) ** (n - sizes))
        return law / law.sum()


class LoweredResampled(NamedTuple):
    """`Resampled` as kernels see it."""

    unused: int


@implements_lowered(LoweredResampled)
def blend(mutation, rate, n):
    """Standard bits, divided by the probability that something flips; one bit in the limit of rate 0."""
    if n * rate < 1e-300:
        return Blend(0.0, 0.0, 1.0)
    return Blend(rate, (1.0 if rate >= 1.0 else -1.0 / math.expm1(n * math.log1p(-rate))), 0.0)


@implements_lowered(LoweredResampled)
def flips(mutation, rate, n, stream, out, memo):
    """By the conditional number and positions; at large rates, where nothing flips once in e^16, by rejection."""
    if rate <= 0.0:
        out[0] = below(stream, n)
        return 1
    if rate >= 1.0:
        for place in range(n):
            out[place] = place
        return n
    count = 0
    if n * rate > 16.0:
        while count == 0:
            count = jumps(rate, n, stream, out)
        return count
    count = positive_flip_number(rate, n, stream, memo)
    distinct_positions(stream, n, count, out)
    return count
