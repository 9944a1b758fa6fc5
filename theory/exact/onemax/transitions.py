"""The chain of the number of zero-bits on OneMax: its bands, and forward substitution through them row by row."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory._compile import kernel
from theory.exact import chain
from theory.exact.onemax import _gains

__all__ = ["bands"]

_SMALLEST = 1e-300  # of the empty mutation, from which a row is built
_LOGARITHM = -709.7  # below, the last zero-bit takes a number of steps beyond the range of floats
_STRONG = 50.0  # flips per step from which on the recurrence of `_gains` is faster than plain sums
_TOLERANCE = 1e-20  # gains below this share of the improvement probability are left out when rate <= 1/2


def bands(n: int, *, strength: float | None = None, rate: float | None = None) -> chain.Chain:
    """The chain of the number of zero-bits of the (1+1)-EA on OneMax.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        The chain on {0, ..., n}; gains of a relative probability below 1e-20 are left out.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> bands(n=2, rate=0.5).down.tolist()
        [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
    """
    n = _check.many_bits(n)
    return chain_of(n, _check.rate_of(n, strength, rate), n)


def solve(n: int, rate: float, top: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of the running time from 0, ..., `top` zero-bits, without storing the bands."""
    if rate == 1.0:
        infinite = np.full(top + 1, math.inf)
        infinite[0] = 0.0
        mean, variances = infinite, infinite.copy()
        if top == n:
            mean[n], variances[n] = 1.0, 0.0
        return mean, variances
    if math.log(rate) + (n - 1.0) * math.log1p(-rate) < _LOGARITHM:  # of the improvement of the last zero-bit
        infinite = np.where(np.arange(top + 1) > 0, math.inf, 0.0)
        return infinite, infinite.copy()
    if _empty(n, rate) < _SMALLEST or n * rate > _STRONG:
        at_last = np.zeros(1, dtype=np.int64)
        means, spreads = _gains.adaptive(n, top, np.array([rate]), at_last, at_last)
        return means[:, 0].copy(), spreads[:, 0].copy()
    mean, variances = _substitute(n, top, rate, _empty(n, rate), _tolerance(rate), _inverses(n))
    infinite = ~np.isfinite(mean)
    mean[infinite], variances[infinite | ~np.isfinite(variances)] = math.inf, math.inf
    return mean, variances


def leaving(n: int, rate: float, top: int) -> tuple[float, int]:
    """The smallest probability of an improvement from 1, ..., `top` zero-bits, and the number of bands."""
    if _empty(n, rate) < _SMALLEST:
        return 0.0, 0
    return _leaving(n, top, rate, _empty(n, rate), _tolerance(rate), _inverses(n))


def transform(
    n: int,
    rate: float,
    first: int,
    weights: NDArray[np.float64],
    bands: int,
    points: tuple[NDArray[np.complex128], NDArray[np.complex128]],
    *,
    modulus: bool,
) -> NDArray[np.complex128]:
    """The generating function E[z^T] of the running time at several points.

    f_k(z) = z sum_j P(k, k - j) f_{k-j}(z) / (1 - z + s_k z), f_0 = 1, averaged over the start.

    Args:
        n: number of bits.
        rate: flip probability per bit.
        first: the first number of zero-bits in the law of the start.
        weights: float64[...], that law from there on.
        bands: the largest gain; see `leaving`.
        points: the points z, and 1 - z without cancellation.
        modulus: take absolute values of z and of the denominators, for an upper bound on |E[z^T]|.

    Returns:
        complex128, one number per point.
    """
    z, rest = points
    x, y, u, v = (np.ascontiguousarray(part) for part in (z.real, z.imag, rest.real, rest.imag))
    real, imaginary = _transform(
        n, first, weights, rate, _empty(n, rate), _tolerance(rate), _inverses(n), bands, x, y, u, v, modulus
    )
    return real + 1j * imaginary


def chain_of(n: int, rate: float, top: int) -> chain.Chain:
    """The chain on {0, ..., top}: it never moves up, so that larger numbers of zero-bits do not matter."""
    if rate == 1.0:
        down = np.zeros((top + 1, n))
        for k in range(n // 2 + 1, top + 1):
            down[k, 2 * k - n - 1] = 1.0
    elif _empty(n, rate) < _SMALLEST:
        raise ValueError(
            f"`rate` must be so small that a step flips nothing with probability (1 - rate)^n >= {_SMALLEST:g}; got "
            f"rate={rate:g} with n={n}. Pass a smaller rate: here the last improvement takes some 1e300 steps."
        )
    else:
        down = _rows(n, top, rate, _empty(n, rate), _tolerance(rate), _inverses(n))
    return chain.Chain(down, np.zeros((top + 1, 0)))


def _empty(n: int, rate: float) -> float:
    return math.exp(n * math.log1p(-rate))


def _tolerance(rate: float) -> float:
    # up to rate 1/2 the expected time grows with the zero-bits, so what is left out matters less than its probability
    return _TOLERANCE if rate <= 0.5 else 0.0


def _inverses(n: int) -> NDArray[np.float64]:
    return 1.0 / np.maximum(1.0, np.arange(n + 2, dtype=np.float64))


@kernel
def _row(
    n: int,
    zeros: int,
    odds: float,
    empty: float,
    tolerance: float,
    inverse: NDArray[np.float64],
    out: NDArray[np.float64],
) -> int:
    # out[j - 1] = sum_b P(Bin(zeros, p) = b + j) P(Bin(n - zeros, p) = b); the ratios of successive terms decrease
    first = empty
    total = 0.0
    previous = 0.0
    gain = 0
    while gain < zeros:
        first *= (zeros - gain) * inverse[gain + 1] * odds
        gain += 1
        term = first
        probability = first
        lost = 0
        while lost < n - zeros and lost + gain < zeros:
            ratio = (
                (zeros - gain - lost) * inverse[gain + lost + 1] * odds * (n - zeros - lost) * inverse[lost + 1] * odds
            )
            term *= ratio
            probability += term
            lost += 1
            if ratio < 1.0 and term < tolerance * probability:
                break
        out[gain - 1] = probability
        total += probability
        if probability < tolerance * total and probability < previous:
            break
        previous = probability
    return gain


@kernel
def _substitute(
    n: int, top: int, rate: float, empty: float, tolerance: float, inverse: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean = np.zeros(top + 1)
    variance = np.zeros(top + 1)
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        leave = 0.0
        after = 0.0
        for j in range(width - 1, -1, -1):
            if row[j] > 0.0:
                leave += row[j]
                after += row[j] * mean[k - 1 - j]
        if leave == 0.0:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        after = after / leave
        if after == math.inf:
            mean[k] = math.inf
            variance[k] = math.inf
            continue
        spread = 0.0
        for j in range(width - 1, -1, -1):
            if row[j] > 0.0:
                away = mean[k - 1 - j] - after
                spread += row[j] * (variance[k - 1 - j] + away * away)
        mean[k] = 1.0 / leave + after
        variance[k] = max(0.0, 1.0 - leave) / (leave * leave) + spread / leave
    return mean, variance


@kernel
def _rows(
    n: int, top: int, rate: float, empty: float, tolerance: float, inverse: NDArray[np.float64]
) -> NDArray[np.float64]:
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    bands = 1
    for k in range(1, top + 1):
        bands = max(bands, _row(n, k, odds, empty, tolerance, inverse, row))
    down = np.zeros((top + 1, bands))
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        for j in range(width):
            down[k, j] = row[j]
    return down


@kernel
def _leaving(
    n: int, top: int, rate: float, empty: float, tolerance: float, inverse: NDArray[np.float64]
) -> tuple[float, int]:
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    least = 1.0
    bands = 1
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        leave = 0.0
        for j in range(width - 1, -1, -1):
            leave += row[j]
        least = min(least, leave)
        bands = max(bands, width)
    return least, bands


@kernel
def _transform(
    n: int,
    first: int,
    weights: NDArray[np.float64],
    rate: float,
    empty: float,
    tolerance: float,
    inverse: NDArray[np.float64],
    bands: int,
    z_real: NDArray[np.float64],
    z_imaginary: NDArray[np.float64],
    rest_real: NDArray[np.float64],
    rest_imaginary: NDArray[np.float64],
    modulus: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = z_real.size
    top = first + weights.size - 1
    row = np.zeros(max(1, top))
    odds = rate / (1.0 - rate)
    ring = bands + 1  # the last values, entry k modulo this
    real = np.zeros((ring, points))
    imaginary = np.zeros((ring, points))
    sum_real = np.zeros(points)
    sum_imaginary = np.zeros(points)
    out_real = np.zeros(points)
    out_imaginary = np.zeros(points)
    for m in range(points):
        real[0, m] = 1.0
        if first == 0:
            out_real[m] = weights[0]
    for k in range(1, top + 1):
        width = _row(n, k, odds, empty, tolerance, inverse, row)
        here = k % ring
        leave = 0.0
        sum_real[:] = 0.0
        sum_imaginary[:] = 0.0
        for j in range(width - 1, -1, -1):
            chance = row[j]
            leave += chance
            before = (k - 1 - j) % ring
            for m in range(points):
                sum_real[m] += chance * real[before, m]
                sum_imaginary[m] += chance * imaginary[before, m]
        weight = weights[k - first] if k >= first else 0.0
        for m in range(points):
            a = rest_real[m] + leave * z_real[m]
            b = rest_imaginary[m] + leave * z_imaginary[m]
            size = a * a + b * b
            if modulus:
                real[here, m] = math.sqrt((z_real[m] ** 2 + z_imaginary[m] ** 2) / size) * sum_real[m]
            else:
                x = (z_real[m] * a + z_imaginary[m] * b) / size
                y = (z_imaginary[m] * a - z_real[m] * b) / size
                real[here, m] = x * sum_real[m] - y * sum_imaginary[m]
                imaginary[here, m] = x * sum_imaginary[m] + y * sum_real[m]
            out_real[m] += weight * real[here, m]
            out_imaginary[m] += weight * imaginary[here, m]
    return out_real, out_imaginary
