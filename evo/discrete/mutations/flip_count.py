"""Mutations that draw the number of flips from a given law, and then the positions uniformly."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.sampling import cumulative, distinct_positions, first_above
from evo.discrete.engines.streams import uniform
from evo.discrete.parts import AbstractMutation, flip_sizes, frozen, part
from evo.discrete.power_law import PowerLaw


@part
class FlipCount(AbstractMutation):
    """Flip exactly k distinct bits, all sets of k equally likely, with k drawn from a law in every step.

    Args:
        law: the number of flips: an integer k in [1, n]; the probabilities of 0, 1, 2, ... flips, at most n + 1 of them
            and of sum 1; or `PowerLaw(exponent)`.

    The number costs O(log n), the positions what `StandardBits` pays for them. `FlipCount(1)` is the mutation of
    randomized local search. `OnePlusOne` takes no rate policy; records show the expected fraction of flipped bits.

    Reference: Doerr, Le, Makhmara and Nguyen, Fast genetic algorithms, GECCO 2017, for power laws; there the number is
    binomial at a rate a/n with a power law for a, which is `HeavyTailed`.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(mutation=d.FlipCount(d.PowerLaw(1.5))), d.OneMax(50), seed=1).reached
        True
    """

    law: Any  # an integer, float64[flips] or a PowerLaw
    rated = False

    def __post_init__(self) -> None:
        if isinstance(self.law, PowerLaw):
            return
        if np.ndim(self.law) == 0:
            action = "Pass a number of flips, the probabilities of 0, 1, 2, ... flips, or d.PowerLaw(1.5)."
            object.__setattr__(self, "law", checks.integer("law", self.law, 1, action))
        else:
            object.__setattr__(self, "law", _checked(self.law))

    def probabilities(self, n: int) -> np.ndarray:
        """The probabilities of 0, 1, ..., up to n flips, for strings of length n."""
        if isinstance(self.law, PowerLaw):
            return self.law.probabilities(n)
        largest = self.law if isinstance(self.law, int) else len(self.law) - 1
        if largest > n:
            action = f"Give no weight to more than {n} flips, or use longer strings."
            raise checks.bad_value("law", self.law, f"flip at most n={n} bits", action)
        return np.append(np.zeros(self.law), 1.0) if isinstance(self.law, int) else self.law

    def own_rate(self, n: int) -> float:
        """The expected number of flips, divided by n."""
        law = self.probabilities(n)
        return float(np.arange(len(law)) @ law) / n

    def lower(self, n: int) -> LoweredFlipCount:
        """The named tuple that kernels see."""
        law = self.probabilities(n)
        if law[-1] == 1.0:
            return LoweredFlipCount(len(law) - 1, _table(law.tobytes()))
        return LoweredFlipCount(0, self.law.table(n) if isinstance(self.law, PowerLaw) else _table(law.tobytes()))

    def law_of_flips(self, n: int, rate: float) -> np.ndarray:
        """P(k) / C(n, k) for every set of k positions."""
        law = self.probabilities(n)
        by_size = [law[k] / math.comb(n, k) if k < len(law) else 0.0 for k in range(n + 1)]
        return np.array(by_size)[flip_sizes(n)]


def _checked(law: Any) -> np.ndarray:
    """Probabilities of sum 1, without trailing zeros."""
    action = "Pass the probabilities of 0, 1, 2, ... flips, for example [0.0, 0.5, 0.5]."
    array = np.asarray(law)
    if array.dtype.kind not in "iuf":
        raise checks.bad_type("law", law, "be a number of flips, probabilities, or a PowerLaw", action)
    array = array.astype(np.float64)
    if array.ndim != 1 or not bool(np.all((array >= 0.0) & (array <= 1.0))):
        raise checks.bad_value("law", law, "hold probabilities in [0, 1], shape (flips,)", action)
    if not abs(float(array.sum()) - 1.0) <= 1e-9:
        action = "Divide by the sum."
        raise checks.bad_value("law", law, f"have sum 1 (here {array.sum():.12g})", action)
    array = np.trim_zeros(array, "b")
    if len(array) == 1:
        raise checks.bad_value("law", law, "give weight to at least one flip, or nothing ever changes", action)
    return frozen(array / array.sum())


@functools.lru_cache(maxsize=8)
def _table(law: bytes) -> np.ndarray:
    return frozen(cumulative(np.frombuffer(law)))


class LoweredFlipCount(NamedTuple):
    """`FlipCount` as kernels see it."""

    #: the number of flips if it is certain, else 0
    number: int
    #: the distribution function of the number of flips at 0, 1, ...
    table: np.ndarray


@implements_lowered(LoweredFlipCount)
def flips(mutation, rate, n, stream, out, memo):
    """The number by inversion, unless it is certain; then positions."""
    count = mutation.number
    if count == 0:
        count = first_above(mutation.table, 0, uniform(stream))
    distinct_positions(stream, n, count, out)
    return count
