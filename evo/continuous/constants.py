"""Recombination weights and learning rates of the CMA evolution strategies.

Equation numbers are those of Hansen, The CMA evolution strategy: a tutorial, arXiv 1604.00772, version 2 (2023).
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np


class Constants(NamedTuple):
    """What a strategy of fixed dimension and population size keeps constant."""

    #: w_1 >= ... >= w_lambda; the first `parents` ones are positive and sum to 1
    weights: np.ndarray
    parents: int
    mu_eff: float
    c_m: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    #: E|N(0, I)|
    expected_length: float

    def path_length_limit(self, D: int, step: int) -> float:
        """The length of p_sigma in generation `step` above which h_sigma = 0 (text below eq. 47)."""
        full = math.sqrt(1.0 - (1.0 - self.c_sigma) ** (2 * step))
        return full * (1.4 + 2.0 / (D + 1.0)) * self.expected_length


def default_population(D: int) -> int:
    """Eq. (48): lambda = 4 + floor(3 ln D)."""
    return 4 + math.floor(3.0 * math.log(D))


@functools.lru_cache(maxsize=64)
def full(D: int, population: int) -> Constants:
    """The constants of the full covariance matrix, with negative weights (table 1)."""
    raw, mu_eff = _raw_weights(population)
    c_1, c_mu = _learning_rates(D, mu_eff)
    negative = raw[raw < 0]
    mu_eff_minus = negative.sum() ** 2 / (negative**2).sum()
    bounds = (
        1.0 + c_1 / c_mu,  # (50)
        1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0),  # (51)
        (1.0 - c_1 - c_mu) / (D * c_mu),  # (52)
    )
    scale = np.where(raw >= 0, 1.0 / raw[raw > 0].sum(), min(bounds) / -negative.sum())
    return _constants(D, scale * raw, mu_eff, c_1, c_mu)  # (53)


@functools.lru_cache(maxsize=64)
def separable(D: int, population: int) -> Constants:
    """The constants of a diagonal covariance matrix: positive weights, and learning rates (D + 2) / 3 times as large.

    Reference: Ros and Hansen, A simple modification in CMA-ES achieving linear time and space complexity, PPSN 2008,
    section 3.
    """
    raw, mu_eff = _raw_weights(population)
    c_1, c_mu = _learning_rates(D, mu_eff)
    c_1 = min(1.0, c_1 * (D + 2.0) / 3.0)
    c_mu = min(1.0 - c_1, c_mu * (D + 2.0) / 3.0)
    positive = np.maximum(raw, 0.0)
    return _constants(D, positive / positive.sum(), mu_eff, c_1, c_mu)


def expected_length(D: int) -> float:
    """E|N(0, I)| = sqrt(2) Gamma((D + 1) / 2) / Gamma(D / 2), exactly (the tutorial approximates it)."""
    return math.sqrt(2.0) * math.exp(math.lgamma((D + 1) / 2.0) - math.lgamma(D / 2.0))


def _raw_weights(population: int) -> tuple[np.ndarray, float]:
    ranks = np.arange(1, population + 1)
    raw = np.log((population + 1) / 2.0) - np.log(ranks)  # (49)
    positive = raw[: population // 2]
    return raw, float(positive.sum() ** 2 / (positive**2).sum())


def _learning_rates(D: int, mu_eff: float) -> tuple[float, float]:
    c_1 = 2.0 / ((D + 1.3) ** 2 + mu_eff)  # (57), alpha_cov = 2
    c_mu = 2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((D + 2.0) ** 2 + mu_eff)  # (58)
    return c_1, min(1.0 - c_1, c_mu)


def _constants(D: int, weights: np.ndarray, mu_eff: float, c_1: float, c_mu: float) -> Constants:
    weights.flags.writeable = False
    c_sigma = (mu_eff + 2.0) / (D + mu_eff + 5.0)  # (55)
    return Constants(
        weights=weights,
        parents=len(weights) // 2,
        mu_eff=mu_eff,
        c_m=1.0,  # (54)
        c_sigma=c_sigma,
        d_sigma=1.0 + 2.0 * max(0.0, math.sqrt((mu_eff - 1.0) / (D + 1.0)) - 1.0) + c_sigma,  # (55)
        c_c=(4.0 + mu_eff / D) / (D + 4.0 + 2.0 * mu_eff / D),  # (56)
        c_1=c_1,
        c_mu=c_mu,
        expected_length=expected_length(D),
    )
