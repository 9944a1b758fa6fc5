"""Estimators from a single pair, under their names: two evaluations, whatever the number of parameters."""

from __future__ import annotations

from typing import Any

from evo.estimators.smoothing.antithetic import AntitheticEs
from evo.estimators.smoothing.noise import Gaussian, Rademacher
from evo.estimators.smoothing.scale import Unbiased


def mezo(sigma: float = 1e-3, *, trainable: Any = None) -> AntitheticEs:
    """MeZO, for fine-tuning with the memory of inference: grads = (f(x + s z) - f(x - s z)) / (2 s) z, z normal.

    Args:
        sigma: s, root mean square of the perturbation of a parameter, positive; 1e-3 is the published value.
        trainable: which leaves are perturbed, as in `AntitheticEs`.

    Returns:
        `AntitheticEs` with one pair and the published scale, E grads = g: the estimate is sqrt(D) times as long as the
        gradient, so the learning rate is about D times smaller than for backprop (published: 1e-7 to 1e-6). With
        scale=LeastSquares() in its place learning rates compare with those of backprop.

    Reference: Malladi, Gao, Nichani, Damian, Lee, Chen and Arora, Fine-tuning language models with just forward passes,
    NeurIPS 2023.

    Example:
        >>> from evo.estimators import mezo
        >>> mezo().pairs
        1
    """
    return AntitheticEs(1, sigma, noise=Gaussian(), scale=Unbiased(), trainable=trainable)


def spsa(sigma: float, *, trainable: Any = None) -> AntitheticEs:
    """SPSA: grads = (f(x + s z) - f(x - s z)) / (2 s) z with independent signs z_i.

    Args:
        sigma: s, the size of the perturbation of every parameter, positive. The published gain sequence
            s_t = s / (t + 1)^0.101 is obtained by replacing the field from step to step.
        trainable: which leaves are perturbed, as in `AntitheticEs`.

    Returns:
        `AntitheticEs` with one pair and the published scale, E grads = g: the estimate is sqrt(D) times as long as the
        gradient.

    Reference: Spall, Multivariate stochastic approximation using a simultaneous perturbation gradient approximation,
    IEEE Transactions on Automatic Control 37, 1992.

    Example:
        >>> from evo.estimators import spsa
        >>> float(spsa(0.5).sigma)
        0.5
    """
    return AntitheticEs(1, sigma, noise=Rademacher(), scale=Unbiased(), trainable=trainable)
