"""Laws on the number of flipped bits of static unary unbiased mutations, and their falling moments.

An unbiased mutation draws a number of bits from a law and flips so many uniformly chosen distinct positions. Each law
here is float64[n + 1], entry r the probability of r flips; `onemax.unbiased_law` and `enumeration.FlipCount` take any.

Example:
    >>> from theory import flips, onemax
    >>> heavy = onemax.unbiased_expected_steps(100, flips=flips.heavy_tailed(100, exponent=1.5))
    >>> round(float(heavy) / float(onemax.expected_steps(100, strength=1.0)), 3)  # the price of long jumps on OneMax
    1.512
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _binomial, _check
from theory.results import Value

__all__ = [
    "FallingMoments",
    "binomial",
    "falling_moments",
    "falling_ratio",
    "heavy_tailed",
    "heavy_tailed_ratio",
    "power_law",
    "power_law_static",
    "resampled",
    "shifted",
    "zipf_ratio",
]

_RATES = 1_000_000  # of a mixture of binomial laws
_NODES = 20  # Gauss-Legendre nodes per panel


def binomial(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """Standard bit mutation: every bit flips with probability p, P(r) = P(Bin(n, p) = r).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, n p, in (0, n].
        rate: flip probability per bit, p, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips; what weighs less than 1e-30 is left out.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> binomial(2, rate=0.5).tolist()
        [0.25, 0.5, 0.25]
    """
    n = _check.many_bits(n)
    return _binomial_law(n, _check.rate_of(n, strength, rate))


def resampled(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """Standard bit mutation repeated until a bit flips: P(r) = P(Bin(n, p) = r) / (1 - (1 - p)^n), r >= 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step before the condition, n p, in (0, n].
        rate: flip probability per bit, p, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> resampled(2, rate=0.5).round(6).tolist()
        [0.0, 0.666667, 0.333333]
    """
    pmf = binomial(n, strength=strength, rate=rate)
    pmf[0] = 0.0
    return pmf / math.fsum(pmf)


def shifted(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """Standard bit mutation where no flip becomes one: P(1) = P(Bin(n, p) <= 1), else P(r) = P(Bin(n, p) = r).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step before the shift, n p, in (0, n].
        rate: flip probability per bit, p, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> shifted(2, rate=0.5).tolist()
        [0.0, 0.75, 0.25]
    """
    pmf = binomial(n, strength=strength, rate=rate)
    pmf[1] += pmf[0]
    pmf[0] = 0.0
    return pmf


def power_law(n: int, exponent: float, high: int | None = None) -> NDArray[np.float64]:
    """Exactly r flips with P(r) proportional to r^-exponent, r = 1, ..., high.

    Args:
        n: number of bits, at least 1.
        exponent: b > 0; a typical b is 1.5.
        high: largest number of flips, in [1, n]; None for n // 2, but at least 1.

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: the fGA variant of Doerr, Le, Makhmara and Nguyen (2017).

    Example:
        >>> power_law(4, 1.0).round(6).tolist()
        [0.0, 0.666667, 0.333333, 0.0, 0.0]
    """
    n = _check.many_bits(n)
    weights = _zipf(n, exponent, high)
    return np.concatenate([np.zeros(1), weights, np.zeros(n - weights.size)])


def heavy_tailed(n: int, exponent: float, high: int | None = None) -> NDArray[np.float64]:
    """Standard bit mutation at the random rate a / n, P(a) proportional to a^-exponent, a = 1, ..., high.

    Args:
        n: number of bits, at least 1.
        exponent: b > 0; a typical b is 1.5.
        high: largest a, in [1, n]; None for n // 2, but at least 1.

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or where it would take minutes (`high` beyond some 10^6).

    Source: Doerr, Le, Makhmara and Nguyen (2017).

    Example:
        >>> heavy_tailed(2, 1.5).tolist()
        [0.25, 0.5, 0.25]
    """
    n = _check.many_bits(n)
    weights = _zipf(n, exponent, high)
    if weights.size > _RATES:
        raise ValueError(
            f"`high` must be at most {_RATES} (rates of the mixture); got {weights.size} with n={n}. Pass a smaller "
            "high, or use power_law, which flips exactly so many bits."
        )
    pmf = np.zeros(n + 1)
    for a, weight in enumerate(weights, start=1):
        first, part = _binomial.window(n, a / n)
        pmf[first : first + part.size] += weight * part
    return pmf


def power_law_static(n: int, eps: float) -> NDArray[np.float64]:
    """Standard bit mutation at the random rate e^-u, where u has density eps (ln 2)^eps / u^(1 + eps) on u >= ln 2.

    The law of the rate knows no n. With it the (1+1)-EA needs O(n (ln n)^(2 + eps)) steps on every linear function of n
    relevant bits, n unknown.

    Args:
        n: number of bits, at least 1.
        eps: in (0, 20].

    Returns:
        float64[n + 1], the probabilities of 0, ..., n flips, with absolute errors below 1e-13.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: derived from the condition sum ln n / T(n) < infinity of Einarsson et al. (2018); own choice of the density.

    Example:
        >>> power_law_static(1, 1.0).round(4).tolist()  # E[e^-u] = E_2(ln 2)
        [0.7625, 0.2375]
    """
    n = _check.many_bits(n)
    eps = _check.real("eps", eps, "(0, 20]", unit="exponent of the tail", advice="Pass 0.5, say.")
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    ends = _panels(n)
    pmf = np.zeros(n + 1)
    for low, high in itertools.pairwise(ends):
        for node, weight in zip(nodes, weights, strict=True):
            u = 0.5 * (low + high) + 0.5 * (high - low) * node
            density = eps / u * (math.log(2.0) / u) ** eps
            first, part = _binomial.window(n, math.exp(-u))
            pmf[first : first + part.size] += 0.5 * (high - low) * weight * density * part
    pmf[0] += (math.log(2.0) / ends[-1]) ** eps  # beyond the last panel a bit flips with probability below 1e-17
    return pmf


class FallingMoments(NamedTuple):
    """E[R] and E[R (R - 1)] of the number R of flips."""

    first: float
    second: float


def falling_moments(pmf: ArrayLike) -> FallingMoments:
    """The first two falling moments m1 = E[R] and m2 = E[R (R - 1)] of the number R of flips.

    Args:
        pmf: n + 1 probabilities, entry r of r flips.

    Returns:
        Both, in flips and flips squared.

    Raises:
        ValueError: for anything but probabilities of sum 1.

    Source: elementary.

    Example:
        >>> falling_moments([0.25, 0.5, 0.25])
        FallingMoments(first=1.0, second=0.5)
    """
    weights = check("pmf", pmf)
    r = np.arange(weights.size, dtype=np.float64)
    return FallingMoments(math.fsum(r * weights), math.fsum(r * (r - 1.0) * weights))


def falling_ratio(pmf: ArrayLike) -> Value:
    """m2 / m1: below 1, bounded away, the (1+1)-EA with these flips is fast on every monotone function.

    Args:
        pmf: n + 1 probabilities, entry r of r flips; one bit or more must flip at times.

    Returns:
        An exact value.

    Raises:
        ValueError: for anything but probabilities of sum 1, or if no bit ever flips.

    Source: Lengler (2018), the role of the ratio as recalled.

    Example:
        >>> round(float(falling_ratio(binomial(1000, strength=1.0))), 6)  # c (n - 1) / n
        0.999
    """
    first, second = falling_moments(pmf)
    if first == 0.0:
        raise ValueError("`pmf` must flip a bit with positive probability; got 1 for no flip. Pass resampled(n, ...).")
    return Value.exact(second / first, source="second over first falling moment of the number of flips")


def zipf_ratio(exponent: float) -> Value:
    """The limit of m2 / m1 for `power_law` as n grows: (zeta(b - 2) - zeta(b - 1)) / zeta(b - 1), inf for b <= 3.

    Args:
        exponent: b > 1.

    Returns:
        An asymptotic value; 1 at b = 3.47875...

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(zipf_ratio(4.0)), 3), float(zipf_ratio(2.5))
        (0.368, inf)
    """
    return Value.asymptotic(_zeta_ratio(exponent) - 1.0, source="zeta(b - 2) / zeta(b - 1) - 1, Zipf law on all r >= 1")


def heavy_tailed_ratio(exponent: float) -> Value:
    """The limit of m2 / m1 for `heavy_tailed` as n grows: zeta(b - 2) / zeta(b - 1) > 1, inf for b <= 3.

    Args:
        exponent: b > 1.

    Returns:
        An asymptotic value.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> round(float(heavy_tailed_ratio(4.0)), 3)
        1.368
    """
    return Value.asymptotic(_zeta_ratio(exponent), source="zeta(b - 2) / zeta(b - 1), rate a/n with a Zipf law of a")


def check(name: str, pmf: ArrayLike, n: int | None = None) -> NDArray[np.float64]:
    """A law on the number of flips as float64[n + 1], or an error that says what to pass instead."""
    try:
        weights = np.asarray(pmf, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(
            f"`{name}` must hold probabilities, entry r of r flips; got {pmf!r}. Pass flips.binomial(n, strength=1.0), "
            "say."
        ) from None
    right = weights.ndim == 1 and weights.size >= 2 and (n is None or weights.size == n + 1)
    if not right or not weights.min() >= 0.0 or not abs(weights.sum() - 1.0) <= 1e-9:
        size = "n + 1" if n is None else f"n + 1 = {n + 1}"
        raise ValueError(
            f"`{name}` must hold {size} probabilities of sum 1, entry r of r flips; got shape {weights.shape}, sum "
            f"{weights.sum():.12g}. Pass flips.binomial(n, strength=1.0), say."
        )
    return weights


def _binomial_law(n: int, rate: float) -> NDArray[np.float64]:
    weights = _binomial.full(n, rate)
    return np.concatenate([weights, np.zeros(n + 1 - weights.size)])


def _zipf(n: int, exponent: float, high: int | None) -> NDArray[np.float64]:
    b = _check.real("exponent", exponent, "(0, inf)", unit="of the power law", advice="Pass 1.5, say.")
    last = max(1, n // 2)
    if high is not None:
        last = _check.integer("high", high, low=1, high=n, unit="flips", advice="Pass None for n // 2.")
    weights = np.arange(1, last + 1, dtype=np.float64) ** -b
    return weights / math.fsum(weights)


def _zeta_ratio(exponent: float) -> float:
    from scipy.special import zeta

    b = _check.real("exponent", exponent, "(1, inf)", unit="of the power law", advice="Pass 3.5, say.")
    return float(zeta(b - 2.0)) / float(zeta(b - 1.0)) if b > 3.0 else math.inf


def _panels(n: int) -> list[float]:
    # as a function of u the binomial weights have width 1 / sqrt(n p); sqrt(n p) falls by 1/2 from panel to panel while
    # it is large, and then u grows by 1/2, until n e^-u < 1e-17
    ends = [math.log(2.0)]
    while ends[-1] < math.log(n) + 40.0:
        root = math.sqrt(n) * math.exp(-0.5 * ends[-1])
        ends.append(math.log(n) - 2.0 * math.log(root - 0.5) if root > 2.5 else ends[-1] + 0.5)
    return ends
