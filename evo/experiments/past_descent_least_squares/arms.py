"""The arms: eight ways to descend, with their learning rates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from evo.estimators import AbstractEstimator

#: root mean square length of a perturbation
RADIUS = 0.1


@final
@dataclass(frozen=True, kw_only=True)
class Arm:
    """Plain gradient descent with an estimator.

    Args:
        name: in texts and figures.
        kind: builds the estimator from the number of pairs and of parameters.
        pairs: pairs of evaluations per iteration; 0 if the loss is not evaluated.
        rate: learning rate.
    """

    name: str
    kind: Any
    pairs: int
    rate: float

    def estimator(self, n: int) -> AbstractEstimator:
        """The estimator."""
        return self.kind(self.pairs, RADIUS / math.sqrt(n))


def follow(pairs: int, sigma: float) -> AbstractEstimator:
    """The biased gradient itself."""
    from evo.experiments.past_descent_least_squares.descents import Follow

    return Follow()


def gaussian(pairs: int, sigma: float) -> AbstractEstimator:
    """Independent Gaussian directions."""
    from evo import estimators

    return estimators.AntitheticEs(pairs=pairs, sigma=sigma, noise=estimators.Gaussian())


def orthogonal(pairs: int, sigma: float) -> AbstractEstimator:
    """Orthogonal random directions."""
    from evo import estimators

    return estimators.AntitheticEs(pairs=pairs, sigma=sigma, directions=estimators.Orthogonal())


def guided(pairs: int, sigma: float) -> AbstractEstimator:
    """Guided ES as published: half of the variance along the biased gradient, beta = 1."""
    from evo import estimators
    from evo.experiments.past_descent_least_squares.descents import biased

    scale = estimators.Factor((sigma / RADIUS) ** 2)  # beta / n
    return estimators.GuidedEs(
        pairs=pairs, sigma=sigma, alpha=0.5, surrogates=biased, past=1, noise=estimators.Gaussian(), scale=scale
    )


def hinted(pairs: int, sigma: float) -> AbstractEstimator:
    """Projection on the biased gradient and random directions."""
    from evo.estimators import SurrogateEs
    from evo.experiments.past_descent_least_squares.descents import biased

    return SurrogateEs(pairs=pairs, sigma=sigma, surrogate_sigma=sigma, surrogates=biased, past=0)


def past(pairs: int, sigma: float) -> AbstractEstimator:
    """Projection on the last estimate and random directions."""
    from evo.estimators import SurrogateEs

    return SurrogateEs(pairs=pairs, sigma=sigma, surrogate_sigma=sigma)


def both(pairs: int, sigma: float) -> AbstractEstimator:
    """Projection on the biased gradient, the last estimate and random directions."""
    from evo.estimators import SurrogateEs
    from evo.experiments.past_descent_least_squares.descents import biased

    return SurrogateEs(pairs=pairs, sigma=sigma, surrogate_sigma=sigma, surrogates=biased, past=1)


BIASED = Arm(name="biased gradient", kind=follow, pairs=0, rate=0.005)
GAUSSIAN = Arm(name="Gaussian ES", kind=gaussian, pairs=1, rate=0.2)
GUIDED = Arm(name="guided ES, 1 pair", kind=guided, pairs=1, rate=0.2)
GUIDED_3 = Arm(name="guided ES, 3 pairs", kind=guided, pairs=3, rate=0.5)
HINTED = Arm(name="projection on biased", kind=hinted, pairs=2, rate=0.2)
PAST = Arm(name="projection on past", kind=past, pairs=3, rate=0.2)
ORTHOGONAL = Arm(name="orthogonal ES", kind=orthogonal, pairs=3, rate=1.0)
BOTH = Arm(name="projection on both", kind=both, pairs=3, rate=0.2)

#: in the order of the figure
ARMS = (BOTH, ORTHOGONAL, PAST, HINTED, GUIDED_3, GUIDED, BIASED, GAUSSIAN)
