"""The compiled sums and integrals of HotTopic, in one file since they call each other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel


@kernel
def positive_part(up: NDArray[np.float64], down: NDArray[np.float64]) -> tuple[float, float, float]:
    """E[(U - D)^+], P(U > D), P(U = D) for independent U, D; all terms are positive."""
    gain = 0.0
    ahead = 0.0
    level = 0.0
    below = 0.0  # P(D < u)
    expected = 0.0  # E[(u - D)^+]
    for u in range(up.size):
        gain += up[u] * expected
        ahead += up[u] * below
        if u < down.size:
            level += up[u] * down[u]
            below += down[u]
        expected += below
    return gain, ahead, level


@kernel
def _poisson(mean: float) -> NDArray[np.float64]:
    size = int(mean + 14.0 * math.sqrt(mean)) + 40
    weights = np.zeros(size)
    weights[0] = math.exp(-mean)
    for k in range(1, size):
        weights[k] = weights[k - 1] * mean / k
    return weights


@kernel
def fluid(alpha: float, u: float, w: float, strength: float) -> tuple[float, float]:
    """The drift inside and outside of the hot set, with Poisson flips."""
    inner = strength * alpha
    outer = strength * (1.0 - alpha)
    gain, ahead, level = positive_part(_poisson(inner * u), _poisson(inner * (1.0 - u)))
    other, _, _ = positive_part(_poisson(outer * w), _poisson(outer * (1.0 - w)))
    return gain, ahead * outer * (2.0 * w - 1.0) + level * other


@kernel
def pass_level(alpha: float, eps: float, strength: float, density: float, pieces: int) -> tuple[float, float]:
    """The density at the start of the next level and the time that this one takes.

    Classical Runge-Kutta in u: dw/du = alpha outside / ((1 - alpha) inside), dt/du = -alpha / inside.
    """
    step = (eps - density) / pieces
    u = density
    w = density
    time = 0.0
    scale = alpha / (1.0 - alpha)
    for piece in range(pieces):
        u = density + piece * step
        gain, other = fluid(alpha, u, w, strength)
        w1 = scale * other / gain
        t1 = 1.0 / gain
        gain, other = fluid(alpha, u + 0.5 * step, w + 0.5 * step * w1, strength)
        w2 = scale * other / gain
        t2 = 1.0 / gain
        gain, other = fluid(alpha, u + 0.5 * step, w + 0.5 * step * w2, strength)
        w3 = scale * other / gain
        t3 = 1.0 / gain
        gain, other = fluid(alpha, u + step, w + step * w3, strength)
        w4 = scale * other / gain
        t4 = 1.0 / gain
        w += step / 6.0 * (w1 + 2.0 * w2 + 2.0 * w3 + w4)
        time -= alpha * step / 6.0 * (t1 + 2.0 * t2 + 2.0 * t3 + t4)
    return alpha * eps + (1.0 - alpha) * w, time
