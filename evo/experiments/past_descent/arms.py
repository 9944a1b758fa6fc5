"""The estimators that are compared, at equal numbers of evaluations."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

if TYPE_CHECKING:
    from evo.estimators import AbstractEstimator


@dataclass(frozen=True, kw_only=True)
class AbstractArm(ABC):
    """An estimator of the gradient in n dimensions, and what is made of its estimates.

    All perturbations have the root mean square length 1.
    """

    #: in texts and figures
    name: ClassVar[str]
    #: the estimate that is judged is the sum of all so far, each generation multiplied by this
    memory: ClassVar[float] = 0.0

    pairs: int

    @abstractmethod
    def estimator(self, n: int) -> AbstractEstimator:
        """The estimator."""


@final
@dataclass(frozen=True, kw_only=True)
class Past(AbstractArm):
    """The last estimate as surrogate, and one random direction less."""

    name: ClassVar[str] = "past directions"

    def estimator(self, n: int) -> AbstractEstimator:
        from evo.estimators import SurrogateEs

        sigma = 1.0 / math.sqrt(n)
        return SurrogateEs(pairs=self.pairs, sigma=sigma, surrogate_sigma=sigma)


@final
@dataclass(frozen=True, kw_only=True)
class ShrunkPast(AbstractArm):
    """The same with weights that know the noise of an evaluation."""

    name: ClassVar[str] = "past directions, shrunk"

    deviation: float

    def estimator(self, n: int) -> AbstractEstimator:
        from evo.estimators import KnownNoise, SurrogateEs

        sigma, trust = 1.0 / math.sqrt(n), KnownNoise(self.deviation)
        return SurrogateEs(pairs=self.pairs, sigma=sigma, surrogate_sigma=sigma, trust=trust)


@final
@dataclass(frozen=True, kw_only=True)
class Orthogonal(AbstractArm):
    """Orthogonal random directions alone."""

    name: ClassVar[str] = "orthogonal ES"

    def estimator(self, n: int) -> AbstractEstimator:
        from evo import estimators

        return estimators.AntitheticEs(pairs=self.pairs, sigma=1.0 / math.sqrt(n), directions=estimators.Orthogonal())


@final
@dataclass(frozen=True, kw_only=True)
class Gaussian(AbstractArm):
    """Independent Gaussian directions."""

    name: ClassVar[str] = "Gaussian ES"

    def estimator(self, n: int) -> AbstractEstimator:
        return _gaussian(self.pairs, n)


@final
@dataclass(frozen=True, kw_only=True)
class MovingAverage(AbstractArm):
    """An exponential moving average of Gaussian estimates."""

    name: ClassVar[str] = "Gaussian ES, moving average"
    memory: ClassVar[float] = 0.9

    def estimator(self, n: int) -> AbstractEstimator:
        return _gaussian(self.pairs, n)


@final
@dataclass(frozen=True, kw_only=True)
class RunningMean(AbstractArm):
    """The mean of all Gaussian estimates so far."""

    name: ClassVar[str] = "Gaussian ES, mean of all"
    memory: ClassVar[float] = 1.0

    def estimator(self, n: int) -> AbstractEstimator:
        return _gaussian(self.pairs, n)


@final
@dataclass(frozen=True, kw_only=True)
class GuidedPast(AbstractArm):
    """Guided evolution strategy with the last estimate as its subspace, which has half of the variance."""

    name: ClassVar[str] = "guided ES, past as subspace"

    def estimator(self, n: int) -> AbstractEstimator:
        from evo.estimators import Gaussian as Normal
        from evo.estimators import GuidedEs

        return GuidedEs(pairs=self.pairs, sigma=1.0 / math.sqrt(n), alpha=0.5, past=1, noise=Normal())


def _gaussian(pairs: int, n: int) -> AbstractEstimator:
    from evo.estimators import AntitheticEs
    from evo.estimators import Gaussian as Normal

    return AntitheticEs(pairs=pairs, sigma=1.0 / math.sqrt(n), noise=Normal())
