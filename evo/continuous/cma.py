"""What the CMA strategies share: recombination, evolution paths and step size.

They differ in their model of the covariance matrix alone: hooks of `AbstractCma`. Equation numbers are those of
Hansen, The CMA evolution strategy: a tutorial, arXiv 1604.00772, version 2 (2023).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.constants import Constants
from evo.continuous.gaussian import AbstractGaussian, ranking
from evo.core.optimizers import Absorbed

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


class AbstractCma(AbstractGaussian):
    """x_k = m + sigma C^{1/2} z_k with z_k ~ N(0, I); m, sigma and C learn from the ranks of the losses."""

    @abstractmethod
    def constants(self, D: int, population: int) -> Constants:
        """Weights and learning rates."""

    @abstractmethod
    def learned(
        self, covariance: Any, keep: float, rates: np.ndarray, directions: np.ndarray, constants: Constants, step: int
    ) -> Any:
        """The model of keep C + sum_i rates_i d_i d_i^T, for directions d of shape (lambda + 1, D)."""

    def begun(self, mean: np.ndarray, sigma: Any, covariance: Any, noise: np.ndarray) -> CmaState:
        """Paths of length zero."""
        D = mean.size
        return CmaState(mean, np.float64(np.nan), sigma, np.zeros(D), np.zeros(D), covariance, noise)

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
        return Absorbed(state, detail=self.detail(sigma, self.axes(covariance), losses, order))
