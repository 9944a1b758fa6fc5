"""Errors of evolution strategies on unrolled computation graphs: exact for differences that are linear.

An episode has n windows, and g_wk in R^d is the gradient of the loss of window w with respect to the parameters in
window k <= w; g_w = sum_k g_wk, and g, the mean of g_w over w, is what is to be estimated. One antithetic pair perturbs
window k by z_k, standard normal, and measures y_w = sum_k <g_wk, z_k>: exact for quadratic losses of linear systems.
The estimate of window w is xi_w y_w, where xi_w = sum_k A_wk z_k: A = 1 for truncated, the lower triangle of ones for
persistent evolution strategies; with one z for the whole episode, noise reuse.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.results import Value

__all__ = ["Errors", "noise_reuse", "persistent", "truncated"]

_SOURCE = "E[xi_i xi'_i y y'] by Isserlis' theorem, summed over i and over windows"


class Errors(NamedTuple):
    """How far estimates are from the gradient g of an episode, relative to |g| or |g|^2."""

    #: |E estimate - g| / |g|
    bias: Value
    #: E|estimate - g|^2 / |g|^2 of one window, averaged over the windows of an episode
    window: Value
    #: the same of the mean over all windows of an episode
    episode: Value


def truncated(gradients: ArrayLike, pairs: int = 1) -> Errors:
    """Errors of the truncated evolution strategy: a fresh perturbation in every window, forgotten after it.

    Args:
        gradients: g_wk at [w, k], float[n, n, d], zero for k > w.
        pairs: P >= 1, independent.

    Returns:
        The errors, exact for Gaussian perturbations and linear differences.

    Raises:
        ValueError: if the array has another shape, is not causal, or its gradient is zero.

    Source:
        Isserlis' theorem. The estimator: Metz et al., Understanding and correcting pathologies in the training of
        learned optimizers, ICML 2019.

    Example:
        >>> float(truncated([[[1.0], [0.0]], [[1.0], [1.0]]]).bias)  # the effect of window 0 on window 1 is missed
        0.3333333333333333
    """
    g = _gradients(gradients)
    return _errors(g, np.eye(len(g)), pairs)


def persistent(gradients: ArrayLike, pairs: int = 1) -> Errors:
    """Errors of the persistent evolution strategy (PES): a fresh perturbation in every window, accumulated.

    Args:
        gradients: g_wk at [w, k], float[n, n, d], zero for k > w.
        pairs: P >= 1, independent.

    Returns:
        The errors, exact for Gaussian perturbations and linear differences; the bias is 0.

    Raises:
        ValueError: if the array has another shape, is not causal, or its gradient is zero.

    Source:
        Isserlis' theorem. The estimator: Vicol, Metz and Sohl-Dickstein, Unbiased gradient estimation in unrolled
        computation graphs with persistent evolution strategies, ICML 2021.

    Example:
        >>> found = persistent([[[1.0], [0.0]], [[1.0], [1.0]]])
        >>> float(found.bias), round(float(found.episode), 3)
        (0.0, 1.556)
    """
    g = _gradients(gradients)
    return _errors(g, np.tril(np.ones((len(g), len(g)))), pairs)


def noise_reuse(gradients: ArrayLike, pairs: int = 1) -> Errors:
    """Errors of the noise-reuse evolution strategy (NRES): one perturbation for all windows of an episode.

    Args:
        gradients: g_wk at [w, k], float[n, n, d], zero for k > w.
        pairs: P >= 1, independent.

    Returns:
        The errors, exact for Gaussian perturbations and linear differences; the bias is 0, the episode's error is
        (d + 1) / P, that of the whole episode in one window.

    Raises:
        ValueError: if the array has another shape, is not causal, or its gradient is zero.

    Source:
        Isserlis' theorem. The estimator: Li, Harrison, Sohl-Dickstein, Smith and Metz, Variance-reduced gradient
        estimation via noise-reuse in online evolution strategies, NeurIPS 2023.

    Example:
        >>> float(noise_reuse([[[1.0], [0.0]], [[1.0], [1.0]]]).episode)
        2.0
    """
    g = _gradients(gradients)
    return _errors(g.sum(axis=1, keepdims=True), np.ones((len(g), 1)), pairs)


def _errors(g: NDArray[np.float64], A: NDArray[np.float64], pairs: int) -> Errors:
    pairs = _check.integer("pairs", pairs, low=1, unit="antithetic pairs", advice="Pass for example 1.")
    true = g.sum(axis=1).mean(axis=0)
    unit = true @ true
    moments = np.einsum("wk,vkd->wvd", A, g)  # E xi_w y_v
    means = np.einsum("wwd->wd", moments)  # E xi_w y_w
    products = g.shape[2] * (A @ A.T) * np.einsum("wkd,vkd->wv", g, g)  # E<xi_w, xi_v> E[y_w y_v]
    products += means @ means.T + np.einsum("wvd,vwd->wv", moments, moments)
    mean = means.mean(axis=0)
    one = float(np.diag(products).mean())
    all_windows = float(products.mean())
    window = (one + (pairs - 1) * float((means**2).sum(axis=1).mean())) / pairs
    episode = (all_windows + (pairs - 1) * float(mean @ mean)) / pairs
    rest = unit - 2.0 * mean @ true
    bias = float(np.sqrt(((mean - true) ** 2).sum() / unit))
    return Errors(*(_exact(x) for x in (bias, (window + rest) / unit, (episode + rest) / unit)))


def _exact(value: float) -> Value:
    return Value.exact(value, source=_SOURCE, error=1e-9)


def _gradients(gradients: Any) -> NDArray[np.float64]:
    g = np.asarray(gradients, float)
    advice = "Pass the gradients of the loss of window w by the parameters in window k at [w, k]."
    if g.ndim != 3 or g.shape[0] != g.shape[1] or not g.size or not np.all(np.isfinite(g)):
        raise ValueError(f"`gradients` must be finite numbers of shape [n, n, d]; got shape {g.shape}. {advice}")
    if np.any(np.triu(np.abs(g).sum(axis=2), 1)):
        raise ValueError(f"`gradients` must be zero where k > w; got others. {advice}")
    if not np.any(g.sum(axis=(0, 1))):
        raise ValueError(f"`gradients` must not sum to zero; got errors relative to a zero gradient. {advice}")
    return g
