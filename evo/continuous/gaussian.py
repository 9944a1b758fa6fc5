"""What the CMA strategies share: sampling, recombination, evolution paths and step size.

They differ in their model of the covariance matrix alone: four hooks of `AbstractCma`. Equation numbers are those of
Hansen, The CMA evolution strategy: a tutorial, arXiv 1604.00772, version 2 (2023).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.constants import Constants, default_population
from evo.core import checks
from evo.core.keys import Key
from evo.core.optimizers import Absorbed, AskTell
from evo.core.problems import AbstractProblem

#: variances do not fall below this, so that a long walk on a plateau ends in no underflow
SMALLEST_VARIANCE = 1e-280


class CmaState(NamedTuple):
    """What a CMA strategy carries from generation to generation; D coordinates, lambda offspring."""

    #: m, in the shape of the start
    mean: np.ndarray
    #: loss of m; nan except at the start, the only mean that is evaluated
    loss: Any
    sigma: Any
    #: evolution paths, shape (D,)
    p_sigma: np.ndarray
    p_c: np.ndarray
    #: the model of the covariance matrix, a named tuple of arrays
    covariance: Any
    #: the standard normal numbers of the generation that was asked, shape (lambda, D)
    noise: np.ndarray


class CmaDetail(NamedTuple):
    """What a CMA strategy reports of a generation."""

    #: overall standard deviation after the generation
    sigma: float
    #: longest over shortest principal axis of the sampling ellipsoid
    axis_ratio: float
    #: the best and the median loss of the generation
    best_loss: Any
    median_loss: Any


class AbstractCma(AskTell):
    """x_k = m + sigma C^{1/2} z_k with z_k ~ N(0, I); m, sigma and C learn from the ranks of the losses."""

    sigma: float
    population: int | None

    @abstractmethod
    def constants(self, D: int, population: int) -> Constants:
        """Weights and learning rates."""

    @abstractmethod
    def isotropic(self, D: int) -> Any:
        """The model of C = I."""

    @abstractmethod
    def stretched(self, covariance: Any, z: np.ndarray) -> np.ndarray:
        """C^{1/2} z for every row of z, with the symmetric root."""

    @abstractmethod
    def learned(
        self, covariance: Any, keep: float, rates: np.ndarray, directions: np.ndarray, constants: Constants, step: int
    ) -> Any:
        """The model of keep C + sum_i rates_i d_i d_i^T, for directions d of shape (lambda + 1, D)."""

    @abstractmethod
    def axes(self, covariance: Any) -> np.ndarray:
        """The lengths of the principal axes of C^{1/2}, shape (D,)."""

    def prepare(self, key: Key, problem: AbstractProblem, start: Any) -> tuple[CmaState, np.ndarray]:
        """The start is the first mean."""
        mean = real_start(problem.start(key) if start is None else start)
        D = mean.size
        population = default_population(D) if self.population is None else self.population
        state = CmaState(
            mean=mean,
            loss=np.float64(np.nan),
            sigma=np.float64(self.sigma),
            p_sigma=np.zeros(D),
            p_c=np.zeros(D),
            covariance=self.isotropic(D),
            noise=np.zeros((population, D)),
        )
        return state, mean[None].copy()

    def propose(self, key: Key, inner: CmaState, step: int) -> tuple[np.ndarray, CmaState]:
        """Draw lambda candidates."""
        noise = key.child("noise", step).numpy().standard_normal(inner.noise.shape)  # (38)
        y = self.stretched(inner.covariance, noise).reshape(-1, *inner.mean.shape)  # (39)
        with np.errstate(over="ignore", invalid="ignore"):  # on unbounded functions; the losses tell
            candidates = inner.mean + inner.sigma * y  # (40)
        return candidates, inner._replace(noise=noise)

    def absorb(self, inner: CmaState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Move the mean, then adapt paths, step size and covariance."""
        del candidates  # m + sigma C^{1/2} z; their noise is more precise than their differences
        if step == 0:
            return Absorbed(inner._replace(loss=losses[0]))
        population, D = inner.noise.shape
        k = self.constants(D, population)
        weights = k.weights[: k.parents]
        order = ranking(losses)
        z = inner.noise[order]
        y = self.stretched(inner.covariance, z)
        z_mean, y_mean = weights @ z[: k.parents], weights @ y[: k.parents]  # (41)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = inner.mean + k.c_m * inner.sigma * y_mean.reshape(inner.mean.shape)  # (42)
        gain = math.sqrt(k.c_sigma * (2.0 - k.c_sigma) * k.mu_eff)
        p_sigma = (1.0 - k.c_sigma) * inner.p_sigma + gain * z_mean  # (43), since C^{-1/2} y = z
        length = float(np.linalg.norm(p_sigma))
        growth = math.exp(k.c_sigma / k.d_sigma * (length / k.expected_length - 1.0))
        with np.errstate(over="ignore", under="ignore"):
            sigma = inner.sigma * np.float64(growth)  # (44)
        h_sigma = 1.0 if length < k.path_length_limit(D, step) else 0.0
        gain = h_sigma * math.sqrt(k.c_c * (2.0 - k.c_c) * k.mu_eff)
        p_c = (1.0 - k.c_c) * inner.p_c + gain * y_mean  # (45)
        spread = np.where(k.weights >= 0.0, 1.0, D / np.einsum("ij,ij->i", z, z))  # (46)
        lost = (1.0 - h_sigma) * k.c_c * (2.0 - k.c_c)
        keep = 1.0 + k.c_1 * lost - k.c_1 - k.c_mu * k.weights.sum()  # (47)
        rates = np.concatenate([[k.c_1], k.c_mu * spread * k.weights])
        covariance = self.learned(inner.covariance, keep, rates, np.vstack([p_c, y]), k, step)
        state = CmaState(mean, np.float64(np.nan), sigma, p_sigma, p_c, covariance, inner.noise)
        axes = self.axes(covariance)
        best, median = losses[order[0]], losses[order[population // 2]]
        return Absorbed(state, detail=CmaDetail(float(sigma), float(axes.max() / axes.min()), best, median))

    def incumbent(self, inner: CmaState) -> tuple[np.ndarray, Any]:
        """The mean; its loss is nan after the start, because it is not evaluated."""
        return inner.mean, inner.loss


def ranking(losses: np.ndarray) -> np.ndarray:
    """The places of the candidates from best to worst: ties in their order, losses that are not finite last."""
    if losses.dtype.kind == "f":
        losses = np.where(np.isfinite(losses), losses, np.inf)
    return np.argsort(losses, kind="stable")


def real_start(value: Any) -> np.ndarray:
    """A start as `float64` array of its own shape, checked."""
    action = "Pass a number or an array of real numbers, for example np.zeros(10)."
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
