"""What the natural evolution strategies share: utilities of ranks and the natural gradient in exponential coordinates.

They differ in which matrices they learn: hooks of `AbstractNes`.
"""

from __future__ import annotations

import functools
import math
from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np

from evo.continuous.gaussian import AbstractGaussian, ranking
from evo.core.optimizers import Absorbed

#: the least ratio of two axes of B. Where ranks tell nothing, products of random factors of determinant 1 become ever
#: longer ellipsoids (their Lyapunov exponents differ), until rounding makes them singular.
SHORTEST = 1e-14


class NesState(NamedTuple):
    """What a natural evolution strategy carries from generation to generation; D coordinates, lambda offspring."""

    #: m, in the shape of the start
    mean: np.ndarray
    #: loss of m; nan except at the start, the only mean that is evaluated
    loss: Any
    sigma: Any
    #: the factor B of determinant 1, a named tuple of one array
    covariance: Any
    #: the standard normal numbers of the generation that was asked, shape (lambda, D)
    noise: np.ndarray


class AbstractNes(AbstractGaussian):
    """x_k = m + sigma B z_k with det B = 1; m, log sigma and B follow the natural gradient of the mean utility."""

    @abstractmethod
    def rate(self, D: int) -> float:
        """The learning rate of sigma and B."""

    @abstractmethod
    def turned(self, covariance: Any, rate: float, utilities: np.ndarray, z: np.ndarray) -> Any:
        """The model of B exp(rate / 2 (G - tr(G) / D I)) with G = sum_i u_i (z_i z_i^T - I)."""

    @abstractmethod
    def lifted(self, covariance: Any) -> tuple[Any, float]:
        """B whose axes are at least `SHORTEST` of the longest, divided by the scale that makes its determinant 1."""

    def begun(self, mean: np.ndarray, sigma: Any, covariance: Any, noise: np.ndarray) -> NesState:
        """Nothing but the distribution is carried along."""
        return NesState(mean, np.float64(np.nan), sigma, covariance, noise)

    def absorb(self, inner: NesState, step: int, candidates: Any, losses: np.ndarray) -> Absorbed:
        """Move the mean, then adapt step size and factor."""
        del candidates  # m + sigma B z; their noise is more precise than their differences
        if step == 0:
            return Absorbed(inner._replace(loss=losses[0]))
        population, D = inner.noise.shape
        u, rate = utilities(population), self.rate(D)
        order = ranking(losses)
        z = inner.noise[order]
        trace = u @ (np.einsum("ij,ij->i", z, z) - D)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # on unbounded functions; the losses tell
            move = self.stretched(inner.covariance, (u @ z)[None])[0]
            mean = inner.mean + inner.sigma * move.reshape(inner.mean.shape)
            sigma = inner.sigma * np.exp(rate / 2.0 * trace / D)
        covariance = self.turned(inner.covariance, rate, u, z)
        axes = self.axes(covariance)
        if axes.min() < SHORTEST * axes.max():
            covariance, scale = self.lifted(covariance)
            sigma, axes = sigma * scale, self.axes(covariance)
        state = NesState(mean, np.float64(np.nan), sigma, covariance, inner.noise)
        return Absorbed(state, detail=self.detail(sigma, axes, losses, order))


def raised(axes: np.ndarray) -> tuple[np.ndarray, float]:
    """Axes whose ratio is at least `SHORTEST`, scaled to product 1, and the scale."""
    lengths = np.maximum(axes, SHORTEST * axes.max())
    scale = float(np.exp(np.log(lengths).mean()))
    return lengths / scale, scale


@functools.lru_cache(maxsize=64)
def utilities(population: int) -> np.ndarray:
    """u_i = max(0, ln(lambda / 2 + 1) - ln i), scaled to sum 1, minus 1 / lambda (Wierstra et al. 2014)."""
    raw = np.maximum(0.0, math.log(population / 2.0 + 1.0) - np.log(np.arange(1, population + 1)))
    u = raw / raw.sum() - 1.0 / population
    u.flags.writeable = False
    return u
