"""Power laws on the numbers 1, ..., high: of flips in `FlipCount`, of strengths in `HeavyTailed`."""

from __future__ import annotations

import functools
import math

import numpy as np

from evo.core import checks
from evo.discrete.engines.sampling import cumulative
from evo.discrete.parts import AbstractPart, frozen, part


@part
class PowerLaw(AbstractPart):
    """P(k) = k^(-exponent) / C for k = 1, ..., high, where C is the sum of these powers.

    Args:
        exponent: positive; between 1 and 2 the mean grows with the string length, beyond 2 it stays bounded.
        high: largest number, in [1, n]; floor(n/2), but at least 1, if None.

    Example:
        >>> from evo import discrete as d
        >>> d.PowerLaw(1.0).probabilities(n=4).round(3).tolist()
        [0.0, 0.667, 0.333]
    """

    exponent: float
    high: int | None = None

    def __post_init__(self) -> None:
        action = "Pass for example exponent=1.5."
        object.__setattr__(self, "exponent", checks.real("exponent", self.exponent, 0, math.inf, action, open_low=True))
        if self.high is not None:
            action = "Pass the largest number, at least 1, or nothing for floor(n/2)."
            object.__setattr__(self, "high", checks.integer("high", self.high, 1, action))

    def largest(self, n: int) -> int:
        """The largest number for strings of length n."""
        if self.high is None:
            return max(1, n // 2)
        if self.high > n:
            action = f"No more than n bits can flip; pass high <= {n}, or nothing for floor(n/2)."
            raise checks.bad_value("high", self.high, f"be at most n={n}", action)
        return self.high

    def probabilities(self, n: int) -> np.ndarray:
        """The probabilities of 0, 1, ..., high, for strings of length n."""
        return _probabilities(self.exponent, self.largest(n))

    def mean(self, n: int) -> float:
        """The mean for strings of length n."""
        law = self.probabilities(n)
        return float(np.arange(len(law)) @ law)

    def table(self, n: int) -> np.ndarray:
        """The distribution function at 0, 1, ..., high, for strings of length n."""
        return _table(self.exponent, self.largest(n))


@functools.lru_cache(maxsize=8)
def _probabilities(exponent: float, high: int) -> np.ndarray:
    weights = np.exp(-exponent * np.log(np.arange(1, high + 1, dtype=np.float64)))
    return frozen(np.append(0.0, weights / weights[::-1].sum()))


@functools.lru_cache(maxsize=8)
def _table(exponent: float, high: int) -> np.ndarray:
    return frozen(cumulative(_probabilities(exponent, high)))
