"""Acceptance rules of the enumeration.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory import _check

__all__ = ["AbstractAcceptance", "Elitist", "Metropolis", "Strict"]


class AbstractAcceptance(ABC):
    """Which offspring replace the parent; a better offspring always does."""

    @property
    @abstractmethod
    def keeps_equal(self) -> bool:
        """Whether an equal offspring replaces the parent."""

    @abstractmethod
    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The probability that an offspring replaces its parent, given how much worse it is; None for never."""


@final
@dataclass(frozen=True)
class Elitist(AbstractAcceptance):
    """Accepts iff f(y) >= f(x)."""

    @property
    def keeps_equal(self) -> bool:
        """True."""
        return True

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Never."""
        return None


@final
@dataclass(frozen=True)
class Strict(AbstractAcceptance):
    """Accepts iff f(y) > f(x)."""

    @property
    def keeps_equal(self) -> bool:
        """False."""
        return False

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Never."""
        return None


@final
@dataclass(frozen=True)
class Metropolis(AbstractAcceptance):
    """Accepts iff f(y) >= f(x), and otherwise with probability exp((f(y) - f(x)) / temperature).

    Args:
        temperature: positive, in units of the fitness.

    Raises:
        ValueError: unless it is positive and finite.

    Example:
        >>> Metropolis(2.0).keeps_worse(np.array([2.0])).round(6).tolist()
        [0.367879]
    """

    temperature: float

    def __post_init__(self) -> None:
        unit = "units of fitness"
        _check.real("temperature", self.temperature, "(0, inf)", unit=unit, advice="Pass Elitist() for zero.")

    @property
    def keeps_equal(self) -> bool:
        """True."""
        return True

    def keeps_worse(self, loss: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """exp(-loss / temperature)."""
        return np.exp(-loss / self.temperature)
