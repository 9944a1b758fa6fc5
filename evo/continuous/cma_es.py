"""The evolution strategy with covariance matrix adaptation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evo.continuous.cma import SMALLEST_VARIANCE, AbstractCma
from evo.continuous.constants import Constants, full
from evo.continuous.gaussian import checked_population, checked_sigma

#: eigenvalues below this fraction of the largest one are rounding noise
_ROUNDING = 1e-14


class Full(NamedTuple):
    """A covariance matrix and its factors, which may be some generations old."""

    C: np.ndarray
    #: the symmetric root C^{1/2}, shape (D, D)
    root: np.ndarray
    #: the eigenvalues of the root, shape (D,)
    axes: np.ndarray


@dataclass(frozen=True)
class CmaEs(AbstractCma):
    """CMA-ES: samples from N(m, sigma^2 C) whose mean, step size and covariance matrix adapt to the function.

    Generation t = 1, 2, ...: x_k = m + sigma C^{1/2} z_k for k = 1..lambda; m moves to a weighted mean of the better
    half; sigma follows the length of the path p_sigma; C learns from the path p_c (rank one), from the better half
    and, with negative weights, from the worse half (rank mu).

    Args:
        sigma: initial standard deviation of every coordinate, positive; the optimum should lie within about three
            of them from the start. Scale coordinates whose ranges differ.
        population: lambda, at least 2; 4 + floor(3 ln D) if None. Larger ones search more globally.

    The start may be a number or an array of any shape; candidates have shape (lambda, ...) and dtype float64. Memory
    is O(D^2) and a generation costs O(lambda D^2), an eigendecomposition included when it is due: for D up to some
    hundreds. Only ranks of losses matter; losses that are not finite rank last.

    Counting: `evaluations` = 1 + lambda * steps; the first one is the start. The mean itself is not evaluated later,
    also not on dynamic problems: its value reads nan, and `best` is the best candidate.

    Departs from the paper: the root of C is the symmetric one instead of B D, so that runs do not depend on the signs
    of eigenvectors (the law is the same); E|N(0, I)| is exact; eigenvalues of C below 1e-14 of the largest are
    raised to that, and all to at least 1e-280.

    Reference: Hansen, The CMA evolution strategy: a tutorial, arXiv 1604.00772, version 2, 2023, figure 6 and table 1.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(5))
        >>> evo.run(c.CmaEs(sigma=0.5), sphere, seed=0, stop=evo.Evaluations(2000)).value < 1e-9
        True
    """

    sigma: float
    population: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", checked_sigma(self.sigma))
        object.__setattr__(self, "population", checked_population(self.population))

    def constants(self, D: int, population: int) -> Constants:
        """Table 1."""
        return full(D, population)

    def isotropic(self, D: int) -> Full:
        """The identity."""
        return Full(np.eye(D), np.eye(D), np.ones(D))

    def stretched(self, covariance: Full, z: np.ndarray) -> np.ndarray:
        """One product with the root."""
        return z @ covariance.root

    def learned(
        self, covariance: Full, keep: float, rates: np.ndarray, directions: np.ndarray, constants: Constants, step: int
    ) -> Full:
        """Eq. (47); the factors are renewed every max(1, floor(1 / (10 D (c_1 + c_mu)))) generations (section B.2)."""
        C = keep * covariance.C + (rates[:, None] * directions).T @ directions
        C = (C + C.T) / 2.0
        lag = max(1, math.floor(1.0 / (10.0 * len(C) * (constants.c_1 + constants.c_mu))))
        if step % lag:
            return covariance._replace(C=C)
        eigenvalues, basis = np.linalg.eigh(C)
        smallest = max(_ROUNDING * eigenvalues[-1], SMALLEST_VARIANCE)
        if eigenvalues[0] < smallest:  # negative weights would blow up an eigenvalue that rounding made negative
            eigenvalues = np.maximum(eigenvalues, smallest)
            C = (basis * eigenvalues) @ basis.T
        axes = np.sqrt(eigenvalues)
        return Full(C, (basis * axes) @ basis.T, axes)

    def axes(self, covariance: Full) -> np.ndarray:
        """The eigenvalues of the root, as they were last computed."""
        return covariance.axes
