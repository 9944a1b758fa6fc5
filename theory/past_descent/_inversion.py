"""The distribution of a product of independent Beta variables, from its Mellin transform.

With L = -ln Y and E exp(-s L) = E Y^s = prod Gamma(a + s) Gamma(a + b) / (Gamma(a) Gamma(a + b + s)), P(L <= l) is a
Fourier integral, by the midpoint rule, which errs by the mass beyond its period only. Where E Y^s decays too slowly on
the imaginary axis it is an integral along a contour around the negative axis (Weideman's constants; error 1e-11).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Factors = Sequence[tuple[float, float, float]]

_AT_ONCE = 1000  # levels
_NODES = 4000  # of the Fourier integral at most
_CONTOUR = 36
_FAR = 40.0  # beyond, Stirling's series errs by 1e-17
_LOST = 37.0  # exp(-37) is 1e-16


def transform(s: NDArray[np.complex128], factors: Factors) -> NDArray[np.complex128]:
    """Ln E Y^s, Y a product of `count` variables Beta(a, b) for every (a, b, count)."""
    total = np.zeros_like(s, dtype=np.complex128)
    for a, b, count in factors:
        total += count * (log_rising(np.array([a + 0j]), b) - log_rising(a + s, b))
    return total


def log_rising(z: NDArray[np.complex128], b: float) -> NDArray[np.complex128]:
    """Ln Gamma(z + b) / Gamma(z); by Stirling's series for large z, where the difference of logarithms cancels."""
    from scipy.special import log1p, loggamma

    far = np.abs(z) > _FAR
    near = np.where(far, 1.0 + 0j, z)
    z = np.where(far, z, 2.0 * _FAR)
    main = b * np.log(z) + (z + b - 0.5) * log1p(b / z) - b + _stirling(z + b) - _stirling(z)
    return np.where(far, main, loggamma(near + b) - loggamma(near))


def _stirling(z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    w = 1.0 / (z * z)
    return (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w / 1680.0))) / z


def below(levels: NDArray[np.float64], factors: Factors) -> NDArray[np.float64]:
    """P(-ln Y <= level) for every level of an array float64[...]."""
    top, nodes = _prepared(tuple(factors))
    inside = (levels > 0.0) & (levels < top)
    found = np.where(levels > 0.0, 1.0, 0.0)
    if inside.any():
        some = levels[inside]
        parts = [some[i : i + _AT_ONCE] for i in range(0, some.size, _AT_ONCE)]
        values = [_contour(part, factors) if nodes is None else _fourier(part, *nodes) for part in parts]
        found[inside] = np.clip(np.concatenate(values), 0.0, 1.0)
    return found


@lru_cache(maxsize=64)
def _prepared(factors: Factors) -> tuple[float, tuple[NDArray[np.float64], NDArray[np.complex128]] | None]:
    """A level beyond all mass, and the nodes of the Fourier integral if there are few enough."""
    top = _reach(factors)
    return top, _fourier_nodes(top, factors)


def _reach(factors: Factors) -> float:
    """A level beyond which less than 1e-16 of the mass is, by Chernoff's bound at half the smallest exponent."""
    half = np.array([0.5 * min(a for a, _, _ in factors)], dtype=np.complex128)
    return float((_LOST + transform(-half, factors).real[0]) / half.real[0])


def _fourier_nodes(top: float, factors: Factors) -> tuple[NDArray[np.float64], NDArray[np.complex128]] | None:
    step = 2.0 * math.pi / top
    last = step
    while float(transform(np.array([-1j * last]), factors).real[0]) > -_LOST:
        last *= 2.0
        if last > step * _NODES:
            return None
    u = np.asarray(step * (np.arange(math.ceil(last / step)) + 0.5), dtype=np.float64)
    return u, np.exp(transform(np.asarray(-1j * u, dtype=np.complex128), factors))


def _fourier(
    levels: NDArray[np.float64], u: NDArray[np.float64], values: NDArray[np.complex128]
) -> NDArray[np.float64]:
    step = 2.0 * float(u[0])
    return 0.5 - step / math.pi * ((np.exp(-1j * np.multiply.outer(levels, u)) * values).imag @ (1.0 / u))


def _contour(levels: NDArray[np.float64], factors: Factors) -> NDArray[np.float64]:
    theta = math.pi * (2.0 * np.arange(_CONTOUR) + 1.0 - _CONTOUR) / _CONTOUR
    angle = 0.6407 * theta
    place = _CONTOUR * (0.5017 * theta / np.tan(angle) - 0.6122 + 0.2645j * theta)
    slope = _CONTOUR * (0.5017 / np.tan(angle) - 0.5017 * angle / np.sin(angle) ** 2 + 0.2645j)
    s = place / levels[:, None]
    return (np.exp(place + transform(s, factors)) @ (slope / place)).imag / _CONTOUR
