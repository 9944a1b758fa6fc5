"""Mutations of the enumeration that ignore the rate of the policy.

Nothing here is shared with any simulator, so that the enumeration can judge one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from theory.exact.enumeration.mutations import AbstractMutation, StandardBits, sizes
from theory.exact.flips import check

__all__ = ["FitnessDependent", "FlipCount", "Mixture", "OneBit", "PerBit"]


@final
@dataclass(frozen=True)
class OneBit(AbstractMutation):
    """Exactly one uniformly random position flips, whatever the rate: randomised local search.

    Example:
        >>> OneBit().masks(2, 0.25).tolist()
        [0.0, 0.5, 0.5, 0.0]
    """

    @property
    def uses_rate(self) -> bool:
        """False."""
        return False

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        return np.where(sizes(n) == 1, 1.0 / n, 0.0)


@final
@dataclass(frozen=True)
class FlipCount(AbstractMutation):
    """A random number of uniformly random distinct positions flips, whatever the rate: P(S) = pmf[|S|] / C(n, |S|).

    Args:
        pmf: n + 1 probabilities, entry r of r flips; see `theory.flips`.

    Raises:
        ValueError: for anything but probabilities of sum 1.

    Example:
        >>> FlipCount([0.5, 0.25, 0.25]).masks(2, 0.0).tolist()
        [0.5, 0.125, 0.125, 0.25]
    """

    pmf: Sequence[float] | NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "pmf", tuple(check("pmf", self.pmf).tolist()))

    @property
    def uses_rate(self) -> bool:
        """False."""
        return False

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        weights = check("pmf", self.pmf, n)
        return np.array([weights[size] / math.comb(n, size) for size in range(n + 1)])[sizes(n)]


@final
@dataclass(frozen=True)
class PerBit(AbstractMutation):
    """Position i flips independently with probability rates[i], whatever the rate of the policy.

    Args:
        rates: n probabilities.

    Raises:
        ValueError: for numbers outside [0, 1].

    Example:
        >>> PerBit([0.5, 0.25]).masks(2, 0.0).tolist()
        [0.375, 0.375, 0.125, 0.125]
    """

    rates: Sequence[float] | NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", _probabilities("rates", self.rates))

    @property
    def uses_rate(self) -> bool:
        """False."""
        return False

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        _demand_size("rates", len(self.rates), n, "n")
        masks = np.ones(1)
        for each in self.rates:
            masks = np.concatenate([masks * (1.0 - each), masks * each])
        return masks


@final
@dataclass(frozen=True)
class Mixture(AbstractMutation):
    """Standard bit mutation at a random rate, fresh in every step, whatever the rate of the policy.

    P(S) = sum over i of weights[i] rates[i]^|S| (1 - rates[i])^(n - |S|).

    Args:
        rates: probabilities per bit.
        weights: their probabilities, of sum 1.

    Raises:
        ValueError: for numbers out of range.

    Example:
        >>> Mixture([0.5, 0.0], [0.5, 0.5]).masks(1, 0.0).tolist()
        [0.75, 0.25]
    """

    rates: Sequence[float] | NDArray[np.float64]
    weights: Sequence[float] | NDArray[np.float64]

    def __post_init__(self) -> None:
        rates, weights = _probabilities("rates", self.rates), _probabilities("weights", self.weights)
        if len(rates) != len(weights) or not abs(math.fsum(weights) - 1.0) <= 1e-9:
            raise ValueError(
                f"`weights` must hold one probability per rate, of sum 1; got {len(weights)} for {len(rates)} rates, "
                f"sum {math.fsum(weights):.12g}. Divide them by their sum."
            )
        object.__setattr__(self, "rates", rates)
        object.__setattr__(self, "weights", weights)

    @property
    def uses_rate(self) -> bool:
        """False."""
        return False

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """The probability of every set of flipped positions."""
        masks = np.zeros(2**n)
        for each, weight in zip(self.rates, self.weights, strict=True):
            masks += weight * StandardBits().masks(n, each)
        return masks


@final
@dataclass(frozen=True)
class FitnessDependent(AbstractMutation):
    """Standard bit mutation at a rate that depends on the parent, whatever the rate of the policy.

    Args:
        rates: 2^n probabilities per bit, entry x for the parent x.

    Raises:
        ValueError: for numbers outside [0, 1].

    Example:
        >>> FitnessDependent([0.5, 0.25]).masks(1, 0.0).tolist()  # a row for each parent
        [[0.5, 0.5], [0.75, 0.25]]
    """

    rates: Sequence[float] | NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", _probabilities("rates", self.rates))

    @property
    def uses_rate(self) -> bool:
        """False."""
        return False

    def masks(self, n: int, rate: float) -> NDArray[np.float64]:
        """float64[2^n, 2^n], the probability of every set of flipped positions in row x for the parent x."""
        _demand_size("rates", len(self.rates), 2**n, "2^n")
        rows = {each: StandardBits().masks(n, each) for each in set(self.rates)}
        return np.stack([rows[each] for each in self.rates])


def _probabilities(name: str, values: Sequence[float] | NDArray[np.float64]) -> tuple[float, ...]:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or numbers.size < 1 or not bool(np.all((numbers >= 0.0) & (numbers <= 1.0))):
        raise ValueError(f"`{name}` must be a list of probabilities in [0, 1]; got {values!r}. Pass [1 / n] * n, say.")
    return tuple(numbers.tolist())


def _demand_size(name: str, got: int, size: int, meaning: str) -> None:
    if got != size:
        raise ValueError(
            f"`{name}` must hold {meaning} = {size} numbers; got {got}. Build it for the function that is searched."
        )
