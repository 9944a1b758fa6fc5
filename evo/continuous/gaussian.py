"""What strategies with one normal distribution share: where it starts, how it is sampled, what is reported of it."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.constants import default_population
from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import AskTell
from evo.core.problems import AbstractProblem


class GaussianDetail(NamedTuple):
    """What a strategy reports of a generation."""

    #: overall standard deviation after the generation
    sigma: float
    #: longest over shortest principal axis of the sampling ellipsoid
    axis_ratio: float
    #: the best and the median loss of the generation
    best_loss: Any
    median_loss: Any


class AbstractGaussian(AskTell):
    """x_k = m + sigma A z_k with z_k ~ N(0, I); what m, sigma and A learn from the losses is told by `absorb`.

    The inner state is a named tuple with at least the fields `mean` (m, in the shape of the start), `loss` (of m; nan
    except at the start, the only mean that is evaluated), `sigma`, `covariance` (the model of A A^T, a named tuple of
    arrays) and `noise` (the z of the generation that was asked, shape (lambda, D)).
    """

    sigma: float
    population: int | None

    @abstractmethod
    def begun(self, mean: np.ndarray, sigma: Any, covariance: Any, noise: np.ndarray) -> Any:
        """The inner state at the start, where the loss of the mean is not known yet."""

    @abstractmethod
    def isotropic(self, D: int) -> Any:
        """The model of A = I."""

    @abstractmethod
    def stretched(self, covariance: Any, z: np.ndarray) -> np.ndarray:
        """A z for every row of z."""

    @abstractmethod
    def axes(self, covariance: Any) -> np.ndarray:
        """The lengths of the principal axes of A, shape (D,)."""

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[Any, np.ndarray]:
        """The start is the first mean."""
        mean = real_start(problem.start(key) if start is None else start)
        D = mean.size
        population = default_population(D) if self.population is None else self.population
        state = self.begun(mean, np.float64(self.sigma), self.isotropic(D), np.zeros((population, D)))
        return state, mean[None].copy()

    def propose(self, key: Key, inner: Any, step: int) -> tuple[np.ndarray, Any]:
        """Draw lambda candidates; equation numbers are those of the tutorial (arXiv 1604.00772)."""
        noise = key.child("noise", step).numpy().standard_normal(inner.noise.shape)  # (38)
        y = self.stretched(inner.covariance, noise).reshape(-1, *inner.mean.shape)  # (39)
        with np.errstate(over="ignore", invalid="ignore"):  # on unbounded functions; the losses tell
            candidates = inner.mean + inner.sigma * y  # (40)
        return candidates, inner._replace(noise=noise)

    def incumbent(self, inner: Any) -> tuple[np.ndarray, Any]:
        """The mean; its loss is nan after the start, because it is not evaluated."""
        return inner.mean, inner.loss

    def detail(self, sigma: Any, axes: np.ndarray, losses: np.ndarray, order: np.ndarray) -> GaussianDetail:
        """The report of a generation whose losses are ranked by `order`; `axes` are those of A."""
        best, median = losses[order[0]], losses[order[len(order) // 2]]
        return GaussianDetail(float(sigma), float(axes.max() / axes.min()), best, median)


def ranking(losses: np.ndarray) -> np.ndarray:
    """The places of the candidates from best to worst: ties in their order, losses that are not finite last."""
    if losses.dtype.kind == "f":
        losses = np.where(np.isfinite(losses), losses, np.inf)
    return np.argsort(losses, kind="stable")


def real_start(value: Any) -> np.ndarray:
    """A start as `float64` array of its own shape, checked."""
    action = "Pass a number or an array of real numbers, for example np.zeros(10); a task as training.Flattened(task)."
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise checks.bad_type("start", value, "hold real numbers", action)
    if array.size == 0:
        raise checks.bad_value("start", array, "hold at least one number", action)
    mean = np.array(array, dtype=np.float64)
    if not np.isfinite(mean).all():
        count = int(np.count_nonzero(~np.isfinite(mean)))
        got = f"{count} of {mean.size} numbers that are not"
        raise ValueError(f"`start` must hold finite numbers; got {got}. Replace them by a guess of their size.")
    return mean


def checked_sigma(value: Any) -> float:
    """The initial standard deviation, checked."""
    action = "Pass about a third of the distance at which you expect the optimum, for example 0.3."
    return checks.real("sigma", value, 0, math.inf, action, open_low=True)


def checked_population(value: Any) -> int | None:
    """The number of offspring, checked; None stands for the default."""
    action = "Pass the number of offspring per generation, or None for 4 + floor(3 ln D)."
    return None if value is None else checks.integer("population", value, 2, action)
