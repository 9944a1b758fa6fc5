"""What is compared: two evolution strategies and backprop, on two kinds of batches."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig

if TYPE_CHECKING:
    from evo.estimators import AbstractEstimator


class Regime(enum.Enum):
    """Which examples a step sees; all evaluations of a step see the same."""

    FULL = "full batch"
    FRESH = "fresh minibatches"

    def batch(self, config: PastDescentDigitsConfig) -> int | None:
        """The size of a minibatch; None for all examples."""
        return None if self is Regime.FULL else config.batch


@final
@dataclass(frozen=True, kw_only=True)
class Arm:
    """Plain gradient descent with an estimator.

    Args:
        name: in texts and figures.
        kind: builds the estimator from the configuration.
        backprop: whether it is the one for scale.
    """

    name: str
    kind: Any
    backprop: bool = False

    def estimator(self, config: PastDescentDigitsConfig) -> AbstractEstimator:
        """The estimator."""
        return self.kind(config)

    def rates(self, config: PastDescentDigitsConfig) -> tuple[float, ...]:
        """Its learning rates."""
        return config.backprop_rates if self.backprop else config.rates

    def evaluations(self, config: PastDescentDigitsConfig) -> int:
        """Evaluations of the batch per step, or their equivalent."""
        return 3 if self.backprop else 2 * config.pairs


def past(config: PastDescentDigitsConfig) -> AbstractEstimator:
    """Projection on the last estimate and random directions."""
    from evo.estimators import SurrogateEs

    return SurrogateEs(pairs=config.pairs, sigma=config.sigma, surrogate_sigma=config.sigma)


def plain(config: PastDescentDigitsConfig) -> AbstractEstimator:
    """Independent random directions."""
    from evo.estimators import AntitheticEs

    return AntitheticEs(pairs=config.pairs, sigma=config.sigma)


def backprop(config: PastDescentDigitsConfig) -> AbstractEstimator:
    """The gradient of the batch."""
    from evo.estimators import Backprop

    return Backprop()


PAST = Arm(name="past directions", kind=past)
PLAIN = Arm(name="plain ES", kind=plain)
BACKPROP = Arm(name="backprop", kind=backprop, backprop=True)

#: in the order of the figure
ARMS = (PAST, PLAIN, BACKPROP)
