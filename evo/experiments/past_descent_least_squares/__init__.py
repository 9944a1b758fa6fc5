"""Surrogates and past directions on least squares with biased gradients."""

from evo.experiments.past_descent_least_squares.config import PastDescentLeastSquaresConfig
from evo.experiments.past_descent_least_squares.experiment import PastDescentLeastSquares

__all__ = ["PastDescentLeastSquares", "PastDescentLeastSquaresConfig"]
