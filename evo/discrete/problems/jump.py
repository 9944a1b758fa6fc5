"""Jump: OneMax with a valley before the optimum."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import Values
from evo.core.stops import Steps, Stop
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, default_budget, length, part
from evo.discrete.problems.flips import keep_count, ups_and_downs, zero_count

#: where more steps would be needed, no budget is stated
_MOST_STEPS = 1e12


@part
class Jump(AbstractFunction):
    """OneMax with a valley of width `gap` - 1 that must be jumped over.

    f(x) = gap + |x| if |x| <= n - gap or |x| = n, and n - |x| otherwise, where |x| is the number of one-bits.

    Args:
        n: string length, at least 1.
        gap: how many bits must flip at once before the optimum, in [1, n]; 1 makes OneMax, plus 1.

    The (1+1)-EA at rate p needs about 1 / (p^gap (1 - p)^(n - gap)) steps, at p = 1/n at most e n^gap. The default
    budget is 100 times as large (and not below that of OneMax); there is none where it would exceed 10^12 steps.

    Reference: Droste, Jansen and Wegener, On the analysis of the (1+1) evolutionary algorithm, 2002.

    Example:
        >>> from evo import discrete as d
        >>> d.Jump(4, 2).evaluate([[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]], 0, None)
        array([4, 1, 6])
    """

    n: int
    gap: int
    values = Values.INT64

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))
        action = f"Pass how many bits must flip at once, at most n={self.n}; 1 makes OneMax."
        object.__setattr__(self, "gap", checks.integer("gap", self.gap, 1, action, high=self.n))
        object.__setattr__(self, "monotone", self.gap == 1)

    def lower(self, n: int) -> LoweredJump:
        """The named tuple that kernels see."""
        return LoweredJump(n, self.gap)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values, `int64[k]`."""
        del step, key
        ones = bit_strings(candidates, self.n).sum(axis=1, dtype=np.int64)
        outside = (ones <= self.n - self.gap) | (ones == self.n)
        return np.where(outside, self.gap + ones, self.n - ones)

    def optimum(self) -> float:
        """The value n + gap of the all-ones string."""
        return float(self.n + self.gap)

    def budget(self) -> Stop | None:
        """100 e n^gap steps, and at least the budget of OneMax; none if that is more than 10^12."""
        if math.log(100.0) + 1.0 + self.gap * math.log(self.n) > math.log(_MOST_STEPS):
            return None
        least = default_budget(self.n)
        jumping = Steps(math.ceil(100.0 * math.e * self.n**self.gap))
        return least if least.limits().steps >= jumping.limits().steps else jumping


class LoweredJump(NamedTuple):
    """`Jump` as kernels see it."""

    n: int
    gap: int


@register_jitable
def _height(problem, zeros):
    """The value of a string with so many zero-bits."""
    return problem.gap + problem.n - zeros if zeros >= problem.gap or zeros == 0 else zeros


@implements_lowered(LoweredJump)
def prepare(problem, x):
    """Count the zero-bits."""
    return zero_count(x)


@implements_lowered(LoweredJump)
def commit(problem, cache, x, flips, count):
    """Count on."""
    keep_count(cache, x, flips, count)


@implements_lowered(LoweredJump)
def value(problem, cache, x):
    """By the number of zero-bits."""
    return _height(problem, cache.zeros[0])


@implements_lowered(LoweredJump)
def gain(problem, cache, x, flips, count, stream):
    """By the numbers of zero-bits before and after."""
    ups, downs = ups_and_downs(x, flips, count)
    change = _height(problem, cache.zeros[0] - ups + downs) - _height(problem, cache.zeros[0])
    sign = 1 if change > 0 else (-1 if change < 0 else 0)
    return sign, float(change)


@implements_lowered(LoweredJump)
def exact(problem):
    """Magnitudes are small integers."""
    return True
