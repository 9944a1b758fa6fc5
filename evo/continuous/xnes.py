"""The exponential natural evolution strategy, with a full and with a diagonal covariance matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evo.continuous.gaussian import checked_population, checked_sigma
from evo.continuous.nes import AbstractNes, raised


class Factor(NamedTuple):
    """A factor of the covariance matrix, C = B B^T."""

    #: shape (D, D), of determinant 1
    B: np.ndarray


@dataclass(frozen=True)
class Xnes(AbstractNes):
    """xNES: follows the natural gradient of the expected utility in exponential coordinates of the covariance matrix.

    Generation t = 1, 2, ...: x_k = m + sigma B z_k for k = 1..lambda; with the utilities u of their ranks by loss,

        m += sigma B sum_i u_i z_i                                G = sum_i u_i (z_i z_i^T - I)
        sigma *= exp(eta / 2 tr(G) / D)                           B = B expm(eta / 2 (G - tr(G) / D I))

    and eta = (9 + 3 ln D) / (5 D sqrt(D)). The exponential is that of matrices: B learns correlations. Axes shorter
    than 1e-14 of the longest, which rounding would lose on plateaus, are raised to that length.

    Args:
        sigma: initial standard deviation of every coordinate, positive; the optimum should lie within about three
            of them from the start. Scale coordinates whose ranges differ.
        population: lambda, at least 2; 4 + floor(3 ln D) if None.

    The start may be a number or an array of any shape; candidates have shape (lambda, ...) and dtype float64. Memory
    is O(D^2) and a generation costs O((lambda + D) D^2). Only ranks of losses matter; losses that are not finite rank
    last. `CmaEs`, which carries paths along, needs fewer evaluations on most functions.

    Counting: `evaluations` = 1 + lambda * steps; the first one is the start. The mean itself is not evaluated later,
    also not on dynamic problems: its value reads nan, and `best` is the best candidate.

    Reference: Wierstra, Schaul, Glasmachers, Sun, Peters and Schmidhuber, Natural evolution strategies, JMLR 15, 2014,
    algorithm 5 and table 1; Glasmachers, Schaul, Sun, Wierstra and Schmidhuber, Exponential natural evolution
    strategies, GECCO 2010.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(5))
        >>> evo.run(c.Xnes(sigma=0.5), sphere, seed=0, stop=evo.Evaluations(2000)).value < 1e-6
        True
    """

    sigma: float
    population: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", checked_sigma(self.sigma))
        object.__setattr__(self, "population", checked_population(self.population))

    def rate(self, D: int) -> float:
        """Table 1."""
        return (9.0 + 3.0 * math.log(D)) / (5.0 * D * math.sqrt(D))

    def isotropic(self, D: int) -> Factor:
        """The identity."""
        return Factor(np.eye(D))

    def stretched(self, covariance: Factor, z: np.ndarray) -> np.ndarray:
        """One product with the factor."""
        return z @ covariance.B.T

    def turned(self, covariance: Factor, rate: float, utilities: np.ndarray, z: np.ndarray) -> Factor:
        """The exponential of the symmetric G from its eigenvalues; the utilities sum to 0, so that -I drops out."""
        G = (utilities[:, None] * z).T @ z
        eigenvalues, basis = np.linalg.eigh((G + G.T) / 2.0)
        growth = np.exp(rate / 2.0 * (eigenvalues - eigenvalues.mean()))
        return Factor(covariance.B @ (basis * growth) @ basis.T)

    def lifted(self, covariance: Factor) -> tuple[Factor, float]:
        """The singular values of the factor are raised."""
        left, lengths, right = np.linalg.svd(covariance.B)
        lengths, scale = raised(lengths)
        return Factor((left * lengths) @ right), scale

    def axes(self, covariance: Factor) -> np.ndarray:
        """The singular values of the factor."""
        return np.linalg.svd(covariance.B, compute_uv=False)


class Scales(NamedTuple):
    """A diagonal factor of the covariance matrix."""

    #: its diagonal, shape (D,), of product 1
    scales: np.ndarray


@dataclass(frozen=True)
class Snes(AbstractNes):
    """Separable NES: `Xnes` with a diagonal factor, in linear time and space.

        sigma_i *= exp(eta / 2 sum_k u_k (z_ki^2 - 1))            eta = (3 + ln D) / (5 sqrt(D))

    for every coordinate i, where sigma_i is kept as sigma times a scale, and the scales have product 1.

    Args:
        sigma: initial standard deviation of every coordinate, positive.
        population: lambda, at least 2; 4 + floor(3 ln D) if None.

    It cannot learn correlations: take it for many coordinates, or where they hardly interact. Start, counting, and
    losses that are not finite are as in `Xnes`.

    Reference: Wierstra et al., Natural evolution strategies, JMLR 15, 2014, algorithm 6 and table 1.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> scales = 10.0 ** np.linspace(0, 2, 20)
        >>> f = evo.BlackBox(lambda x: float(scales @ x**2), sense=evo.Sense.MINIMISE, start=np.ones(20))
        >>> evo.run(c.Snes(sigma=0.5), f, seed=0, stop=evo.Evaluations(8000)).value < 1e-6
        True
    """

    sigma: float
    population: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", checked_sigma(self.sigma))
        object.__setattr__(self, "population", checked_population(self.population))

    def rate(self, D: int) -> float:
        """Table 1."""
        return (3.0 + math.log(D)) / (5.0 * math.sqrt(D))

    def isotropic(self, D: int) -> Scales:
        """Ones."""
        return Scales(np.ones(D))

    def stretched(self, covariance: Scales, z: np.ndarray) -> np.ndarray:
        """Coordinate by coordinate."""
        return z * covariance.scales

    def turned(self, covariance: Scales, rate: float, utilities: np.ndarray, z: np.ndarray) -> Scales:
        """The exponential of the diagonal of G."""
        G = utilities @ z**2
        return Scales(covariance.scales * np.exp(rate / 2.0 * (G - G.mean())))

    def lifted(self, covariance: Scales) -> tuple[Scales, float]:
        """The scales are raised."""
        lengths, scale = raised(covariance.scales)
        return Scales(lengths), scale

    def axes(self, covariance: Scales) -> np.ndarray:
        """The scales."""
        return covariance.scales
