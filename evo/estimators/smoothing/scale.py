"""The scale of an estimate from isotropic random directions."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
from jaxtyping import Array

from evo.estimators.smoothing.checks import positive


class AbstractScale(eqx.Module):
    """The factor c in E grads = c g."""

    @abstractmethod
    def factor(self, least_squares: Any) -> Any:
        """The factor, given the one of least squares."""


class LeastSquares(AbstractScale):
    """The factor that minimises E|grads - g|^2 on a linear loss: the estimate is not longer than it is certain.

    Example:
        >>> from evo.estimators import AntitheticEs, LeastSquares, Orthogonal
        >>> LeastSquares().factor(Orthogonal().least_squares(8, 32, AntitheticEs(8, 0.1).noise))  # P / D
        0.25
    """

    def factor(self, least_squares: Any) -> Any:
        """The one of least squares."""
        return least_squares


class Unbiased(AbstractScale):
    """c = 1: the mean is the gradient of the smoothed loss; the length is about sqrt(D / P) times the gradient's.

    Example:
        >>> from evo.estimators import AntitheticEs, Unbiased
        >>> AntitheticEs(pairs=8, sigma=0.1, scale=Unbiased())
        AntitheticEs(pairs=8, sigma=0.1, scale=Unbiased())
    """

    def factor(self, least_squares: Any) -> Any:
        """1."""
        del least_squares
        return 1.0


class Factor(AbstractScale):
    """A factor that is given, for the scales of papers.

    Args:
        c: positive.

    Example:
        >>> from evo.estimators import AntitheticEs, Factor
        >>> AntitheticEs(pairs=8, sigma=0.1, scale=Factor(0.5))
        AntitheticEs(pairs=8, sigma=0.1, scale=Factor(c=0.5))
    """

    c: Array

    def __init__(self, c: float) -> None:
        self.c = positive("c", c, "Pass the factor between the estimate and the one of Unbiased().")

    def factor(self, least_squares: Any) -> Any:
        """The given one."""
        del least_squares
        return self.c
