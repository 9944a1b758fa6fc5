"""The problem: least squares in the coordinates in which its Hessian is diagonal."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Problem(NamedTuple):
    """The loss above its minimum is sum_i curvature_i e_i^2 / 2 at the point e, seen from the optimum.

    An orthogonal change of coordinates takes |A x - b|^2 / (2 m) to this form; isotropic directions do not notice it.
    """

    curvature: np.ndarray
    #: e of x = 0
    start: np.ndarray
    #: the biased gradient is g + |g| times this unit vector
    bias: np.ndarray

    @property
    def gap(self) -> float:
        """The loss at the start above its minimum."""
        return float(np.sum(self.curvature * self.start**2) / 2.0)


@lru_cache(maxsize=4)
def problem(n: int, m: int) -> Problem:
    """The one of numpy's RandomState(0): A with m x n normal entries, then b, then the bias."""
    random = np.random.RandomState(0)
    A, b, bias = random.randn(m, n), random.randn(m), random.randn(n)
    curvature, basis = np.linalg.eigh(A.T @ A / m)
    optimum = np.linalg.lstsq(A, b, rcond=None)[0]
    return Problem(curvature, basis.T @ -optimum, basis.T @ (bias / np.linalg.norm(bias)))
