"""What a certificate may claim of a drift, and the theorem that each claim feeds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory.bounds.drift.additive import additive_upper
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.multiplicative import multiplicative_upper
from theory.bounds.drift.process import Process
from theory.bounds.drift.variable import variable_upper

__all__ = ["AbstractClaim", "Additive", "Multiplicative", "Variable"]


class AbstractClaim(ABC):
    """A condition on the drift: E[X_t - X_{t+1} | X_t = s] >= delta scale(s) at every s > 0."""

    @property
    @abstractmethod
    def least(self) -> float | None:
        """delta; None for the largest positive one that holds."""

    @abstractmethod
    def scale(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scale at all s > 0."""

    @abstractmethod
    def bound(self, process: Process, start: NDArray[np.float64]) -> DriftBound:
        """What the theorem gives where the condition holds."""


@final
@dataclass(frozen=True)
class Additive(AbstractClaim):
    """The drift is at least delta.

    Args:
        delta: positive, in units of the potential per step; None for the largest that holds.

    Example:
        >>> Additive(0.1).scale(np.array([1.0, 2.0])).tolist()
        [1.0, 1.0]
    """

    delta: float | None = None

    @property
    def least(self) -> float | None:
        """The claimed delta."""
        return self.delta

    def scale(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """1."""
        return np.ones_like(states)

    def bound(self, process: Process, start: NDArray[np.float64]) -> DriftBound:
        """That of `additive_upper`."""
        return additive_upper(process, start, delta=self.delta)


@final
@dataclass(frozen=True)
class Multiplicative(AbstractClaim):
    """The drift is at least delta times the potential.

    Args:
        delta: in (0, 1], per step; None for the largest that holds.

    Example:
        >>> Multiplicative(0.1).scale(np.array([1.0, 2.0])).tolist()
        [1.0, 2.0]
    """

    delta: float | None = None

    @property
    def least(self) -> float | None:
        """The claimed delta."""
        return self.delta

    def scale(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """The potential itself."""
        return states

    def bound(self, process: Process, start: NDArray[np.float64]) -> DriftBound:
        """That of `multiplicative_upper`."""
        return multiplicative_upper(process, start, delta=self.delta)


@final
@dataclass(frozen=True)
class Variable(AbstractClaim):
    """The drift is at least h of the potential.

    Args:
        h: positive and non-decreasing.

    Example:
        >>> Variable(lambda s: s * s).scale(np.array([1.0, 2.0])).tolist()
        [1.0, 4.0]
    """

    h: Callable[[float], float]

    @property
    def least(self) -> float | None:
        """1."""
        return 1.0

    def scale(self, states: NDArray[np.float64]) -> NDArray[np.float64]:
        """h(s)."""
        return np.array([float(self.h(float(s))) for s in states])

    def bound(self, process: Process, start: NDArray[np.float64]) -> DriftBound:
        """That of `variable_upper`."""
        return variable_upper(process, start, h=self.h)
