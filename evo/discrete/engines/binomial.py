"""Exact samplers of binomial numbers without a memory, for any n and probability that change from draw to draw."""

from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

from evo.discrete.engines.streams import uniform

#: from this mean on, transformed rejection in place of inversion: its constants hold there (Hörmann, 1993)
REJECTION = 10.0

#: a number drawn by inversion exceeds this with a probability below 2^-53 (the mean is below 10)
_LAST = 110

#: up to this distance from the mode, ratios of probabilities by products
_NEAR = 12


@register_jitable
def _series(k):
    """What Stirling's formula lacks of log k!: log k! = log(2 pi)/2 + (k + 1/2) log(k + 1) - (k + 1) + `_series(k)`."""
    inverse = 1.0 / (k + 1.0)
    square = inverse * inverse
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - square / 1680.0) * square) * square) * inverse


def _corrections(size: int) -> np.ndarray:
    """`_series` for k < size, to rounding: downwards from where it converges, by (k + 1)! = (k + 1) k!."""
    table = np.empty(size)
    value = _series(size)
    for k in range(size - 1, -1, -1):
        value += (k + 1.5) * math.log1p(1.0 / (k + 1.0)) - 1.0
        table[k] = value
    return table


_CORRECTIONS = _corrections(32)


@register_jitable
def log_factorial_correction(k):
    """What Stirling's formula lacks of log k! (see `_series`), for k >= 0 with an error below 1e-15."""
    if k < 32:
        return _CORRECTIONS[k]
    return _series(k)


@register_jitable
def log_binomial_ratio(n, p, mode, k):
    """The logarithm of P(k) / P(mode) of Bin(n, p), for 0 < p < 1.

    Written about the mode, so that the error is of the order of |k - mode| 2^-53 and not of n 2^-53.
    """
    apart = k - mode
    return (
        apart * math.log(p * (n - mode + 1.0) / ((1.0 - p) * (mode + 1.0)))
        - (k + 0.5) * math.log1p(apart / (mode + 1.0))
        - (n - k + 0.5) * math.log1p(-apart / (n - mode + 1.0))
        + (log_factorial_correction(mode) - log_factorial_correction(k))
        + (log_factorial_correction(n - mode) - log_factorial_correction(n - k))
    )


@register_jitable(forceinline=True)
def inverted(u, first, weight, n, p):
    """The smallest k >= first at which weight + ... + P(k) exceeds u, by sequential search; the weight is P(first).

    Four probabilities at a time, compared without branches: a branch per number would be mispredicted once per draw.
    What rounding leaves over, a few 2^-53, goes to the first number.
    """
    odds = p / (1.0 - p)
    count, last = first, min(n, _LAST)
    while count <= last:
        left = n - count
        weight1 = weight * (odds * left / (count + 1.0))
        weight2 = weight1 * (odds * (left - 1) / (count + 2.0))
        weight3 = weight2 * (odds * (left - 2) / (count + 3.0))
        sum1 = weight + weight1
        sum2 = sum1 + weight2
        sum3 = sum2 + weight3
        if u < sum3:
            return count + int(u >= weight) + int(u >= sum1) + int(u >= sum2)
        u -= sum3
        count += 4
        weight = weight3 * (odds * (left - 3) / count)
    return first


@register_jitable
def _rejected(stream, n, p):
    """Bin(n, p) for p <= 1/2 and n p >= 10: algorithm BTRS of Hörmann (1993).

    Near the mode the ratio of probabilities is a product, as in his BTRD: cheaper than four logarithms.
    """
    spread = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    inside = 0.92 - 4.2 / b
    while True:
        v = 1.0 - uniform(stream)
        u = uniform(stream) - 0.5
        us = 0.5 - abs(u)
        if us == 0.0:
            continue
        place = (2.0 * a / us + b) * u + centre
        if place < 0.0 or place >= n + 1.0:
            continue
        k = int(place)
        if us >= 0.07 and v <= inside:
            return k
        mode = int((n + 1) * p)
        v = v * (2.83 + 5.1 / b) * spread / (a / (us * us) + b)
        if abs(k - mode) <= _NEAR:
            odds, upper, lower = p / (1.0 - p), 1.0, 1.0
            for i in range(min(k, mode), max(k, mode)):
                upper *= odds * (n - i)
                lower *= i + 1.0
            if k > mode:
                upper, lower = lower, upper
            if v * upper <= lower:
                return k
        elif math.log(v) <= log_binomial_ratio(n, p, mode, k):
            return k


@register_jitable(forceinline=True)
def binomial(stream, n, p):
    """A number from Bin(n, p), for 0 <= n < 2^31 and 0 <= p <= 1.

    Below a mean of 10 by inversion, which takes one uniform number; from there on by transformed rejection (Hörmann,
    1993); for p > 1/2 as n - Bin(n, 1 - p). Exact up to the 53 bits of the uniform numbers.
    """
    rarer = min(p, 1.0 - p)
    mean = n * rarer
    if mean >= REJECTION:
        count = _rejected(stream, n, rarer)
    else:
        u, count = uniform(stream), 0
        if u >= 1.0 - mean:  # (1 - p)^n >= 1 - n p
            count = inverted(u, 0, math.exp(n * math.log1p(-rarer)), n, rarer)
    if p > 0.5:
        return n - count
    return count


@register_jitable(forceinline=True)
def positive_binomial(stream, n, p):
    """A number from Bin(n, p) given that it is not 0, for 1 <= n < 2^31 and 0 <= p <= 1; in the limit p = 0 it is 1.

    P(k) = C(n, k) p^k (1 - p)^(n - k) / (1 - (1 - p)^n). By inversion from 1 on for p <= 1/2 and n p < 10, where the
    denominator is computed without cancellation; else 0 has probability at most 1/2, and is drawn again.
    """
    mean = n * p
    if p > 0.5 or mean >= REJECTION:
        count = 0
        while count == 0:
            count = binomial(stream, n, p)
        return count
    u = uniform(stream)
    if u < 1.0 - mean:  # P(1) >= 1 - (n - 1) p
        return 1
    keeps = math.log1p(-p)
    return inverted(u, 1, mean * math.exp((n - 1) * keeps) / -math.expm1(n * keeps), n, p)
