"""Standard bit mutation without idle steps: what would flip nothing flips one bit."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from evo.discrete.engines import functions as f
from evo.discrete.engines.functions import Blend
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import below
from evo.discrete.mutations.standard_bits import StandardBits
from evo.discrete.parts import AbstractMutation, flip_sizes, part


@part
class Shifted(AbstractMutation):
    """Standard bit mutation, but a mutation that would flip nothing flips one uniformly random bit.

    P(S) = p^|S| (1 - p)^(n - |S|) + [|S| = 1] (1 - p)^n / n for every nonempty set S of positions, at the rate p.

    Reference: Carvalho Pinto and Doerr, Towards a more practice-aware runtime analysis of evolutionary algorithms, 2018
    (the (1+1)-EA with shift).

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> ea = d.OnePlusOne(rate=d.Static(strength=1.0), mutation=d.Shifted())
        >>> evo.run(ea, d.OneMax(50), seed=1).reached
        True
    """

    def lower(self, n: int) -> LoweredShifted:
        """The named tuple that kernels see."""
        return LoweredShifted(StandardBits().lower(n))

    def law_of_flips(self, n: int, rate: float) -> np.ndarray:
        """The formula."""
        sizes = flip_sizes(n)
        law = rate**sizes * (1.0 - rate) ** (n - sizes)
        return np.where(sizes == 0, 0.0, law + np.where(sizes == 1, (1.0 - rate) ** n / n, 0.0))


class LoweredShifted(NamedTuple):
    """`Shifted` as kernels see it."""

    standard: Any


@implements_lowered(LoweredShifted)
def blend(mutation, rate, n):
    """Standard bits, and one bit in place of none."""
    return Blend(rate, 1.0, math.exp(n * math.log1p(-rate)) if rate < 1.0 else 0.0)


@implements_lowered(LoweredShifted)
def flips(mutation, rate, n, stream, out, memo):
    """Standard bits, or one."""
    count = f.flips(mutation.standard, rate, n, stream, out, memo)
    if count > 0:
        return count
    out[0] = below(stream, n)
    return 1
