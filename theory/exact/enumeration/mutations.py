"""Mutations of the enumeration: laws on the sets of positions that flip.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

__all__ = ["AbstractMutation", "Resampled", "Shifted", "StandardBits"]


class AbstractMutation(ABC):
    """A law on the sets of positions that flip; a set is an integer, bit i for position i."""

    @property
    def uses_rate(self) -> bool:
        """Whether the rate of the policy matters; True unless overridden."""
        return True

    @abstractmethod
    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """float64[2^n], the probability of every set of flipped positions; or float64[2^n, 2^n], a row per parent."""


@final
@dataclass(frozen=True)
class StandardBits(AbstractMutation):
    """Standard bit mutation: every position flips independently, P(S) = p^|S| (1 - p)^(n - |S|).

    Example:
        >>> StandardBits().masks(2, 0.25).tolist()
        [0.5625, 0.1875, 0.1875, 0.0625]
    """

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        by_size = np.array([rate**size * (1.0 - rate) ** (n - size) for size in range(n + 1)])
        return by_size[sizes(n)]


@final
@dataclass(frozen=True)
class Resampled(AbstractMutation):
    """Standard bit mutation, repeated until a position flips: P(S) as there, divided by 1 - (1 - p)^n, S not empty.

    Example:
        >>> Resampled().masks(2, 0.5).round(6).tolist()
        [0.0, 0.333333, 0.333333, 0.333333]
    """

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        masks = StandardBits().masks(n, rate)
        masks[0] = 0.0
        return masks / masks.sum()


@final
@dataclass(frozen=True)
class Shifted(AbstractMutation):
    """Standard bit mutation, where one uniformly random position flips if none would.

    Example:
        >>> Shifted().masks(2, 0.5).tolist()
        [0.0, 0.375, 0.375, 0.25]
    """

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        masks = StandardBits().masks(n, rate)
        masks[sizes(n) == 1] += masks[0] / n
        masks[0] = 0.0
        return masks


def sizes(n: int) -> NDArray[np.int64]:
    """int64[2^n], the number of positions in every set.

    Example:
        >>> sizes(2).tolist()
        [0, 1, 1, 2]
    """
    counts = np.zeros(1, np.int64)
    for _ in range(n):
        counts = np.concatenate([counts, counts + 1])
    return counts
